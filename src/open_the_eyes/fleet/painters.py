"""Painting for others: a painter, and the generator that asks it from another process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from ..batch.batching import MOST
from ..engine import Engine, engine_name, load_engine
from ..errors import GpuFailed, NoCapacity
from ..imaging.geometry import Box
from ..models.trimmed_patches import TrimmedPatch, TrimmedPatches, trimmed
from ..options import GenerateOptions
from ..progress import NO_WATCH
from ..residency.failures import failed_gpus, refuse_failed
from ..roles import Patch, Request, Watch
from ..settings import Settings
from ..stopwatch import Stopwatch
from ..system.arithmetic import one_blas_thread
from .cluster import part_of_gpu

WAITS_SECONDS: Final = (0.5, 2.0, 10.0, 30.0)
"""Waits before another painter is asked, where one died: a photo that kills five is given up."""
PATIENCE_SECONDS: Final = 600.0
"""Time without progress after which a painter is given up, and the jobs in its hands. How long they waited for their
turn does not count."""
FIRST_PATIENCE_SECONDS: Final = 3600.0
"""Time without progress after which a painter that has not painted yet is given up: meanwhile models are read, perhaps
over a slow network, and compiled."""
GLANCE_SECONDS: Final = 2.0
"""Pause between two looks of a frontend that waits at whether its job is still wanted."""

Ask = tuple[Sequence[Request], GenerateOptions, bool]
"""Requests of one photo, their options, and whether donors come with them."""
Changes = list[tuple[Box, Patch]]
"""For each request, where its patch changes the crop, and that part of the patch: whoever asked has the crop."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An error that a painter returns to whoever asked, instead of raising it: Ray would wrap that in tracebacks."""

    error: Exception


class Painter:
    """Paints for all frontends, in a process of its own.

    Args:
        engine: the name, as for `load_engine`.
        gpus: how many GPUs are its own; with a part of one, such as 0.5, it takes that much of the memory.
    """

    def __init__(self, engine: str, settings: Settings, gpus: float = 0.0) -> None:
        self._engine: Final = load_engine(engine_name(engine), part_of_gpu(settings, gpus))
        self._hangs = False
        self._patience = FIRST_PATIENCE_SECONDS

    def facts(self) -> tuple[str, str]:
        """Name of the engine, and why it was taken."""
        return self._engine.name, self._engine.why

    def check_health(self) -> None:
        """Raises if this painter can paint no more; Ray asks now and then, and starts another one in its place.

        Raises:
            GpuFailed: its GPU failed, or it hangs, and only a fresh process can paint again.
        """
        for device in failed_gpus():
            refuse_failed(device)
        if self._hangs:
            raise GpuFailed("expected a painter that gets on, this one hangs; another one takes its place.")

    async def paint(self, asks: list[Ask]) -> list[Changes | Refused]:
        """For every ask its patches, as changes to the crop, or the error that kept this ask alone from being painted;
        the event loop stays free meanwhile."""
        try:
            self.check_health()
        except GpuFailed as error:  # whoever asked asks the one that comes
            return [Refused(error) for _ in asks]
        moved = time.monotonic()

        def move(_stage: str, _done: float) -> None:
            nonlocal moved
            moved = time.monotonic()

        work = asyncio.ensure_future(asyncio.to_thread(self._painted, asks, Stopwatch(move)))
        while (left := moved + self._patience - time.monotonic()) > 0:
            await asyncio.wait({work}, timeout=left)
            if work.done():
                if not all(isinstance(answer, Refused) for answer in work.result()):
                    self._patience = PATIENCE_SECONDS
                return work.result()
        self._hangs = True
        stuck = NoCapacity(f"expected the painter to get on, it did not for {self._patience:.0f} s; send it again.")
        return [Refused(stuck) for _ in asks]

    @one_blas_thread()
    def _painted(self, asks: list[Ask], watch: Watch) -> list[Changes | Refused]:
        answers: list[Changes | Refused] = [[] for _ in asks]
        groups: dict[tuple[GenerateOptions, bool], list[int]] = {}
        for number, (_, options, borrowed) in enumerate(asks):
            groups.setdefault((options.of_painter(), borrowed), []).append(number)
        for group in groups.values():
            for numbers in _calls(group, asks):
                for number, answer in zip(numbers, self._group([asks[n] for n in numbers], watch), strict=True):
                    answers[number] = answer
        return answers

    def _group(self, asks: list[Ask], watch: Watch) -> list[Changes | Refused]:
        """Asks of one kind in one call; if that fails, one after the other, so that each has its own error."""
        _, options, borrowed = asks[0]
        engine = self._engine.for_references() if borrowed else self._engine
        requests = [request for wanted, _, _ in asks for request in wanted]
        try:
            patches = iter(trimmed(engine.generator.generate(requests, options, watch), (r.crop for r in requests)))
        except Exception as error:  # noqa: BLE001 -- handed to the frontend that asked
            return [Refused(error)] if len(asks) == 1 else [self._group([ask], watch)[0] for ask in asks]
        return [[(one.part, one.inner) for one in islice(patches, len(wanted))] for wanted, _, _ in asks]


class RemoteGenerator:
    """Fulfils `EyeGenerator` by asking a painter elsewhere.

    Args:
        handle: of the painters' deployment.
        borrowed: whether these requests bring donors.
    """

    def __init__(self, handle: Any, name: str, borrowed: bool = False) -> None:
        self._handle, self.name, self._borrowed = handle, name, borrowed

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH
    ) -> TrimmedPatches:
        """One patch a request, in order; raises what the painter raised. Where no painter is, or all are busy, this
        waits for one.

        Raises:
            NoCapacity: the painter got no further for too long, or one after the other died over it.
        """
        if not requests:
            return TrimmedPatches(())
        ask, deaths = (list(requests), options, self._borrowed), 0
        while True:
            try:
                painted = self._answer(ask, watch)
            except Exception as error:
                replaced = isinstance(error, GpuFailed) and deaths < len(WAITS_SECONDS)  # a painter without its GPU is
                if not replaced and not _is_of_ray(error):
                    raise
                if deaths == len(WAITS_SECONDS):
                    raise NoCapacity(
                        f"expected to paint this photo, {deaths + 1} painters ended over it; make it smaller, or tell "
                        "the operator."
                    ) from error
                time.sleep(WAITS_SECONDS[deaths])
                deaths += 1
                _tell(watch)
            else:
                return TrimmedPatches(TrimmedPatch(r.crop, *one) for r, one in zip(requests, painted, strict=True))

    def _answer(self, ask: Ask, watch: Watch) -> Changes:
        """What a painter answers; it looks itself whether it gets on, and Ray whether it lives."""
        answer = self._handle.paint.remote(ask)
        while True:
            try:
                painted: Changes | Refused = answer.result(timeout_s=GLANCE_SECONDS)
                break
            except TimeoutError:
                try:
                    _tell(watch)
                except BaseException:
                    answer.cancel()  # else it would be painted all the same
                    raise
        if isinstance(painted, Refused):
            raise painted.error
        return painted


def _tell(watch: Watch) -> None:
    """Raises where the job was cancelled meanwhile."""
    watch.tell("generate", 0.0)


def engine_of(handle: Any, name: str, why: str, settings: Settings) -> Engine:
    """An engine that does everything here but painting."""
    here = load_engine("appearance", settings)
    borrowed = RemoteGenerator(handle, "reference", borrowed=True)
    painter = RemoteGenerator(handle, name)
    return replace(
        here, name=name, why=why, generator=painter, reference_generator=borrowed, donors_only=name == "reference"
    )


def _calls(numbers: Sequence[int], asks: Sequence[Ask]) -> Iterator[list[int]]:
    """The numbers in order, in parts whose asks have at most `MOST` requests together; an ask with more is alone."""
    part: list[int] = []
    room = MOST
    for number in numbers:
        wanted = len(asks[number][0])
        if part and wanted > room:
            yield part
            part, room = [], MOST
        part.append(number)
        room -= wanted
    if part:
        yield part


def _is_of_ray(error: Exception) -> bool:
    """Whether it is not the painter's own, but that of a painter that is gone, or of none being there."""
    from ray.exceptions import RayError, RayTaskError
    from ray.serve.exceptions import RayServeException

    return isinstance(error, RayError | RayServeException) and not isinstance(error, RayTaskError)
