"""One registered model: how it is made and moved, and where it is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from .budget import Resident
from .cards import ModelCard, Variant
from .memory import ran_out_beside
from .records import LeaseRecord

REMEMBERED_S: Final = 600.0
"""How long the lesson of memory running out is heeded: whoever took it may have gone by then."""
Build = Callable[[str], Any]
"""Makes a model at a precision, in the computer's memory if it can be moved."""
Move = Callable[[Any, str], object]
"""Moves a model to a device; False says that it cannot, so it is dropped, and built again when it is leased."""
AWAY: Final = "cpu"
_LOG: Final = logging.getLogger("open_the_eyes.residency")


class Movable(Protocol):
    """What needs no `Move` of its own, such as a module of torch."""

    def to(self, device: str) -> object: ...


def by_itself(model: Movable, device: str) -> object:
    return model.to(device)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What memory that ran out taught about one way to have a model.

    Args:
        batch: pictures that go through at once; 0 where not even one did.
        until: on the clock; what is older counts no more.
    """

    batch: int
    until: float


@dataclass(slots=True, eq=False)
class Slot:
    """Changed under the admission's lock only.

    Args:
        card: the model's facts.
        build: makes it.
        move: None for what cannot be moved, such as an ONNX session: it is made on its device, and dropped.
        stream: sets a model up to visit the device part by part; None where that is not possible.
        model: None until built, and after being dropped.
        variant: how it was built.
        on_device: whether it is there.
        owner: the thread that leases it.
        depth: leases of that thread, one inside the other.
        working_mib: what room these leases were given beside the weights.
        arena_mib: the most of that since it was built, which what cannot be moved keeps: an ONNX session has an
            allocator of its own, that gives back nothing while it lives.
        last_used: larger is later.
        lessons: of memory that ran out.
        record: its latest lease.
    """

    card: ModelCard
    build: Build
    move: Move | None
    stream: Move | None
    model: Any = None
    variant: Variant | None = None
    on_device: bool = False
    owner: int | None = None
    depth: int = 0
    working_mib: int = 0
    arena_mib: int = 0
    last_used: int = 0
    lessons: dict[Variant, Lesson] = field(default_factory=dict)
    record: LeaseRecord | None = None

    def resident(self) -> Resident | None:
        """What it holds on the device, None where that is nothing, or next to nothing: streamed weights that nobody
        uses are in the computer's memory."""
        if not self.depth and (not self.on_device or self.idle_streamed):
            return None
        weights = self.card.weights_mib(self.variant) if self.on_device and self.variant is not None else 0
        working = self.working_mib if self.move is not None else max(self.working_mib, self.arena_mib)
        return Resident(self.card.name, weights + working, self.last_used, self.depth > 0)

    @property
    def idle_streamed(self) -> bool:
        """Whether it is set up to stream, and nobody leases it."""
        return self.on_device and not self.depth and self.variant is not None and self.variant.streamed

    def load(self, variant: Variant, device: str) -> None:
        """Onto the device. Whatever goes wrong, nothing of it stays there."""
        try:
            if self.model is None or self.variant != variant:
                self.drop()
                self.model, self.variant = self.build(variant.precision), variant
            if variant.streamed and self.stream is not None:
                self.stream(self.model, device)
            elif self.move is not None and device != AWAY:
                self.move(self.model, device)
            self.on_device = True
        except BaseException:
            self.drop()
            raise

    def unload(self, device: str) -> None:
        """Off the device; what cannot be moved, has been set up to stream, or finds no room elsewhere is dropped."""
        kept = False
        try:
            if self.move is not None and not (self.variant is not None and self.variant.streamed):
                kept = device == AWAY or self.move(self.model, AWAY) is not False
        except (MemoryError, RuntimeError) as error:  # the model can be read again
            if not ran_out_beside(error):
                _LOG.warning(
                    "%s: expected to leave the GPU for the computer's memory, got %s: %.200s; it is read again when it "
                    "is needed, which takes long.",
                    self.card.name,
                    type(error).__name__,
                    (str(error).splitlines() or [""])[0],
                )
        finally:
            self.on_device = False
            if not kept:
                self.drop()

    def drop(self) -> None:
        self.model, self.variant, self.on_device, self.arena_mib = None, None, False, 0

    def learn(self, variant: Variant, batch: int, now: float) -> None:
        """Memory ran out for more than so many pictures; 0 is for a single one."""
        self.lessons[variant] = Lesson(batch, now + REMEMBERED_S)

    def limit(self, variant: Variant, now: float) -> int | None:
        """How many pictures at once memory has been found to suffice for of late; None where it never ran out."""
        lesson = self.lessons.get(variant)
        return lesson.batch if lesson is not None and now < lesson.until else None
