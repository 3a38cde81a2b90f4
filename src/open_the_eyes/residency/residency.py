"""Who is on the GPU: models are leased for a block, and memory that runs out is met step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar

from ..errors import GpuBusy, NoRoomOnGpu
from ..progress import NO_WATCH
from ..roles import Watch
from .admission import Admission
from .budget import LARGEST_BATCH, batch_that_fits, needs, no_room, variant_that_fits
from .cards import ModelCard, Variant
from .failures import as_gpu_failed, is_gpu_failure, refuse_failed
from .memory import Memory, ran_out
from .records import Clock, LeaseRecord, Recorder
from .slot import Build, Move, Slot, by_itself

T = TypeVar("T")
R = TypeVar("R")


class Residency:
    """Leases the models of one device; for any number of threads.

    A model is leased by one thread at a time. Between leases it stays on the device until another one needs the room,
    the least recently used leaving first, and then waits in the computer's memory.

    Args:
        memory: of the device.
        device: where models are moved to, such as "cuda:1"; on "cpu" they stay where they are.
        clock: seconds; by it, too, the room is measured anew, and lessons of memory running out are forgotten.
        patience_s: how long to wait for other threads' leases while none of them ends or gets on.
    """

    def __init__(
        self, memory: Memory, device: str, clock: Clock = time.perf_counter, *, patience_s: float = 300.0
    ) -> None:
        self.device: Final = device
        self._memory: Final = memory
        self._clock: Final = clock
        self._admission: Final = Admission(memory, device, patience_s, clock)

    def register(
        self, card: ModelCard, build: Build, *, move: Move | None = by_itself, stream: Move | None = None
    ) -> None:
        """Makes a model known by its card's name; one that is known already stays what it is.

        Args:
            card: its facts; `streamed_mib` counts only where `stream` is given.
            build: makes it at a precision of the card, in the computer's memory.
            move: to a device and back, `model.to(device)` unless said otherwise; None for what is built on its device
                and cannot leave it, such as an ONNX session.
            stream: sets it up to visit the device part by part, such as `enable_group_offload` of diffusers.
        """
        self._admission.add(Slot(card, build, move, stream))

    @property
    def room_mib(self) -> int:
        """What models may hold together on the device, as it was last measured."""
        return self._memory.room_mib()

    @property
    def records(self) -> tuple[LeaseRecord, ...]:
        """The latest leases, in the order in which they began."""
        return tuple(replace(record) for record in list(self._admission.records))

    @contextmanager
    def lease(
        self,
        name: str,
        *,
        precision: str = "auto",
        batch: int = 1,
        watch: Watch = NO_WATCH,
        stage: str | None = None,
    ) -> Iterator[Any]:
        """A model on the device for a block, with room for `batch` pictures of 1024 x 1024.

        For work that is no list of items, as in tests; what the engines do goes through `run`.

        What fits is decided by arithmetic. Where so many pictures do not fit, or memory runs out while loading, the
        next precision is taken ("auto" only), and at last streamed weights. Waiting for others changes no precision.
        Memory that runs out inside the block is the block's own affair: `run` knows what to do then.

        Args:
            precision: "auto" is the best that leaves room for a few pictures; a model of one precision ignores it.
            stage: the branch of `watch` to be told, the card's own unless said otherwise.

        Raises:
            NoRoomOnGpu: it does not fit beside what this thread leases already.
            GpuBusy: others did not leave, and got no further for too long.
            GpuFailed: the device failed, and not for lack of memory.
            UsageError: a precision that the model does not have.
        """
        slot = self._slot(name)
        recorder = Recorder(self._clock, watch, slot.card.stage if stage is None else stage)
        with self._failure_in_words(name):
            self._enter(slot, self._variants(slot, precision, recorder), batch, recorder)
            with self._held(slot, recorder):
                yield slot.model

    def run(
        self,
        name: str,
        items: Sequence[T],
        work: Callable[[Any, Sequence[T]], Sequence[R]],
        precision: str = "auto",
        *,
        watch: Watch = NO_WATCH,
        stage: str | None = None,
    ) -> list[R]:
        """`work(model, some of the items)` over all items, in batches that fit; one result an item, in order.

        All batches are one lease. Where memory runs out all the same, first models that idle leave, then the batch is
        halved; then all items begin again with the next precision ("auto" only), and at last with streamed weights.
        What worked is remembered for ten minutes, or until `release_all`.

        Raises:
            NoRoomOnGpu: not one item fits in any way.
            GpuBusy: others did not leave, and got no further for too long.
            GpuFailed: the device failed, and not for lack of memory.
            UsageError: a precision that the model does not have.
        """
        slot = self._slot(name)
        if not items:
            return []
        recorder = Recorder(self._clock, watch, slot.card.stage if stage is None else stage)
        with self._failure_in_words(name):
            variants = self._variants(slot, precision, recorder)
            return self._first_variant_that_works(slot, items, work, variants, recorder)

    def note_progress(self) -> None:
        """To be called now and then by what works long with a lease, so that others go on waiting for it."""
        self._admission.note_progress()

    def evict_idle(self) -> None:
        """Sends away every model that is not leased right now; it waits in the computer's memory."""
        self._admission.evict_idle(Recorder(self._clock))

    def release_all(self) -> None:
        """Drops every model that is not leased right now, forgets what was learnt, and measures the room anew."""
        self._admission.drop_all()

    def _slot(self, name: str) -> Slot:
        if name not in self._admission.slots:
            raise KeyError(f"{name}: registered are {', '.join(self._admission.slots) or 'none'}")
        return self._admission.slots[name]

    @contextmanager
    def _failure_in_words(self, name: str) -> Iterator[None]:
        """A block that uses the device.

        Raises:
            GpuFailed: it answers no more, or fails now.
        """
        refuse_failed(self.device)
        try:
            yield
        except RuntimeError as error:
            if not is_gpu_failure(error):
                raise
            self._admission.probe_device()
            raise as_gpu_failed(name, error) from error

    def _first_variant_that_works(
        self,
        slot: Slot,
        items: Sequence[T],
        work: Callable[[Any, Sequence[T]], Sequence[R]],
        variants: Sequence[Variant],
        recorder: Recorder,
    ) -> list[R]:
        """All results, by the first of the variants that has memory enough."""
        name = slot.card.name
        failed = no_room(name, needs(slot.card, variants[-1], 1), self._memory.room_mib(), why="memory ran out")
        for variant in variants:
            try:
                self._enter(slot, (variant,), self._batch(slot, variant, len(items)), recorder)
            except GpuBusy:
                raise
            except NoRoomOnGpu as error:
                failed = error
                continue
            with self._held(slot, recorder):
                done = self._batches(slot, variant, items, work, recorder)
            if done is not None:
                return done
            self._admission.give_up(slot, variant)
            self._admission.evict_idle(recorder)
        raise failed

    def _variants(self, slot: Slot, precision: str, recorder: Recorder) -> tuple[Variant, ...]:
        """Ways to have the model, from the best that fits downwards, without those that failed of late."""
        every = slot.card.variants(precision, streamable=slot.stream is not None)
        self._admission.remeasure_if_due(recorder)
        limits = self._admission.limits(slot, every)
        variants = tuple(variant for variant in every if limits.get(variant) != 0) or every
        return variants[variants.index(variant_that_fits(slot.card, variants, self._memory.room_mib())) :]

    def _batch(self, slot: Slot, variant: Variant, count: int) -> int:
        """At least 1: where that is too many, the admission says so with all numbers."""
        room = self._memory.room_mib() - self._admission.held_by_this_thread_mib(slot)
        known = self._admission.limits(slot, (variant,)).get(variant, LARGEST_BATCH)
        fits = batch_that_fits(slot.card, variant, room, min(count, known))
        return max(fits, 1)

    def _enter(self, slot: Slot, variants: Sequence[Variant], batch: int, recorder: Recorder) -> None:
        """A lease by the first of the variants that is admitted."""
        failed = no_room(slot.card.name, needs(slot.card, variants[-1], batch), self._memory.room_mib())
        for variant in variants:
            for _ in range(2):  # once more when whoever idles has left
                try:
                    self._admission.admit(slot, variant, batch, recorder)
                    return
                except GpuBusy:
                    raise
                except NoRoomOnGpu as error:
                    failed = error
                    break
                except Exception as error:
                    if not ran_out(error):
                        raise
                # the error is gone by now, and with it the frames that held on to memory
                why = "memory ran out while it was loaded: something else uses this GPU"
                failed = no_room(slot.card.name, needs(slot.card, variant, batch), self._memory.room_mib(), why=why)
                if not self._admission.evict_idle(recorder):
                    break
        raise failed

    @contextmanager
    def _held(self, slot: Slot, recorder: Recorder) -> Iterator[None]:
        end = "done"
        try:
            with recorder.timed("use_s"):
                yield
        except BaseException as error:
            end = type(error).__name__
            raise
        finally:
            self._admission.release(slot, recorder, end)

    def _batches(
        self,
        slot: Slot,
        variant: Variant,
        items: Sequence[T],
        work: Callable[[Any, Sequence[T]], Sequence[R]],
        recorder: Recorder,
    ) -> list[R] | None:
        """All results, or None where memory ran out for a single item."""
        record = recorder.record
        done: list[R] = []
        while len(done) < len(items):
            part = items[len(done) : len(done) + record.batch]
            try:
                results = work(slot.model, part)
                assert len(results) == len(part), f"{slot.card.name}: {len(part)} items, {len(results)} results"
                done += results
                self.note_progress()
                continue
            except Exception as error:
                if not ran_out(error):
                    raise
                record.shortages += 1
            # the error is gone by now, and with it the frames that held on to memory
            if self._admission.evict_idle(recorder) and record.shortages == 1:
                continue
            if len(part) == 1:
                return None
            self._admission.shrink(slot, variant, record, len(part) // 2)
        return done
