"""Who is on the GPU: models are leased for a block, and memory that runs out is met step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar

from ..errors import NoRoomOnGpu
from ..roles import Watch
from .card import ModelCard, Rung
from .landlord import Landlord
from .ledger import Clock, Line, Teller
from .memory import Memory
from .plan import LARGEST_BATCH, batch_that_fits, needs, no_room, rung_that_fits, rungs_of
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
        clock: seconds.
        patience_s: how long to wait for other threads' leases.
    """

    def __init__(
        self, memory: Memory, device: str, clock: Clock = time.perf_counter, *, patience_s: float = 300.0
    ) -> None:
        self.device: Final = device
        self._memory: Final = memory
        self._clock: Final = clock
        self._landlord: Final = Landlord(memory, device, patience_s)

    def register(
        self, card: ModelCard, build: Build, *, move: Move | None = by_itself, stream: Move | None = None
    ) -> None:
        """Makes a model known by its card's name.

        Args:
            card: its facts; `streamed_mib` counts only where `stream` is given.
            build: makes it at a precision of the card, in the computer's memory.
            move: to a device and back, `model.to(device)` unless said otherwise; None for what is built on its device
                and cannot leave it, such as an ONNX session.
            stream: sets it up to visit the device part by part, such as `enable_group_offload` of diffusers.

        Raises:
            ValueError: the name is taken.
        """
        self._landlord.add(Slot(card, build, move, stream))

    @property
    def ledger(self) -> tuple[Line, ...]:
        """Every lease, in the order in which they began."""
        return tuple(replace(line) for line in self._landlord.ledger)

    @contextmanager
    def lease(
        self,
        name: str,
        *,
        precision: str = "auto",
        batch: int = 1,
        watch: Watch | None = None,
        stage: str | None = None,
    ) -> Iterator[Any]:
        """A model on the device for a block, with room for `batch` pictures of 1024 x 1024.

        What fits is decided by arithmetic. Where so many pictures do not fit, or memory runs out while loading, the
        next precision is taken ("auto" only), and at last streamed weights. Memory that runs out inside the block is
        the block's own affair: `run` knows what to do then.

        Args:
            precision: "auto" is the best that leaves room for a few pictures; a model of one precision ignores it.
            stage: the branch of `watch` to be told, the card's own unless said otherwise.

        Raises:
            NoRoomOnGpu: it does not fit beside what this thread leases already, or others took too long to leave.
            UsageError: a precision that the model does not have.
        """
        slot = self._slot(name)
        teller = Teller(self._clock, watch, slot.card.stage if stage is None else stage)
        line = self._entered(slot, self._rungs(slot, precision), batch, teller)
        with self._held(slot, line, teller):
            yield slot.model

    def run(
        self,
        name: str,
        items: Sequence[T],
        work: Callable[[Any, Sequence[T]], Sequence[R]],
        precision: str = "auto",
        *,
        most: int = LARGEST_BATCH,
        watch: Watch | None = None,
        stage: str | None = None,
    ) -> list[R]:
        """`work(model, some of the items)` over all items, in batches that fit; one result an item, in order.

        All batches are one lease. Where memory runs out all the same, first models that idle leave, then the batch is
        halved; then all items begin again with the next precision ("auto" only), and at last with streamed weights.
        What worked is remembered until `release_all`.

        Args:
            most: items in one batch.

        Raises:
            NoRoomOnGpu: not one item fits in any way.
            UsageError: a precision that the model does not have.
        """
        slot = self._slot(name)
        if not items:
            return []
        teller = Teller(self._clock, watch, slot.card.stage if stage is None else stage)
        rungs = self._rungs(slot, precision)
        failed = no_room(name, needs(slot.card, rungs[-1], 1), self._memory.room_mib(), why="memory ran out")
        for rung in rungs:
            try:
                line = self._entered(slot, (rung,), self._batch(slot, rung, len(items), most), teller)
            except NoRoomOnGpu as error:
                failed = error
                continue
            with self._held(slot, line, teller):
                done = self._batches(slot, line, rung, items, work, teller)
            if done is not None:
                return done
            slot.given_up.add(rung)
            self._landlord.clear(teller)
        raise failed

    def release_all(self) -> None:
        """Drops every model that is not leased right now, forgets what was learnt, and measures the room anew."""
        self._landlord.drop_all()

    def _slot(self, name: str) -> Slot:
        if name not in self._landlord.slots:
            raise KeyError(f"{name}: registered are {', '.join(self._landlord.slots) or 'none'}")
        return self._landlord.slots[name]

    def _rungs(self, slot: Slot, precision: str) -> tuple[Rung, ...]:
        """Ways to have the model, from the best that fits downwards, without those that failed before."""
        every = rungs_of(slot.card, precision, streamable=slot.stream is not None)
        rungs = tuple(rung for rung in every if rung not in slot.given_up) or every
        return rungs[rungs.index(rung_that_fits(slot.card, rungs, self._memory.room_mib())) :]

    def _batch(self, slot: Slot, rung: Rung, count: int, most: int) -> int:
        """At least 1: where that is too many, the landlord says so with all numbers."""
        room = self._memory.room_mib() - self._landlord.own_mib(slot)
        fits = batch_that_fits(slot.card, rung, room, min(most, count, slot.batches.get(rung, most)))
        return max(fits, 1)

    def _entered(self, slot: Slot, rungs: Sequence[Rung], batch: int, teller: Teller) -> Line:
        failed = no_room(slot.card.name, needs(slot.card, rungs[-1], batch), self._memory.room_mib())
        for rung in rungs:
            for _ in range(2):  # once more when whoever idles has left
                try:
                    return self._landlord.admit(slot, rung, batch, teller)
                except NoRoomOnGpu as error:
                    failed = error
                    break
                except self._memory.out_of_memory:
                    pass
                # the error is gone by now, and with it the frames that held on to memory
                why = "memory ran out while it was loaded: something else uses this GPU"
                failed = no_room(slot.card.name, needs(slot.card, rung, batch), self._memory.room_mib(), why=why)
                if not self._landlord.clear(teller):
                    break
        raise failed

    @contextmanager
    def _held(self, slot: Slot, line: Line, teller: Teller) -> Iterator[None]:
        end = "done"
        try:
            with teller.timed(line, "use_s"):
                yield
        except BaseException as error:
            end = type(error).__name__
            raise
        finally:
            self._landlord.dismiss(slot, line, teller, end)

    def _batches(
        self,
        slot: Slot,
        line: Line,
        rung: Rung,
        items: Sequence[T],
        work: Callable[[Any, Sequence[T]], Sequence[R]],
        teller: Teller,
    ) -> list[R] | None:
        """All results, or None where memory ran out for a single item."""
        done: list[R] = []
        while len(done) < len(items):
            part = items[len(done) : len(done) + line.batch]
            try:
                results = work(slot.model, part)
                assert len(results) == len(part), f"{slot.card.name}: {len(part)} items, {len(results)} results"
                done += results
                continue
            except self._memory.out_of_memory:
                line.shortages += 1
            # the error is gone by now, and with it the frames that held on to memory
            if self._landlord.clear(teller) and line.shortages == 1:
                continue
            if len(part) == 1:
                return None
            self._landlord.shrink(slot, line, len(part) // 2)
            slot.batches[rung] = line.batch
        return done
