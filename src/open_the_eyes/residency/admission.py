"""Who comes onto the device and who goes, under one lock: nothing is built twice or taken from under a lease."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ..errors import GpuBusy, NoRoomOnGpu
from ..system.ram import idle_ram_mib
from .budget import WITHOUT_GPU, lacking, names_to_evict, no_room
from .cards import Variant
from .failures import is_gpu_failure, mark_failed, refuse_failed
from .memory import Memory
from .records import Clock, LeaseRecord, Recorder
from .slot import REMEMBERED_S, Slot

GLANCE_S: Final = 0.5
"""Pause between two looks of somebody who waits at whether to stop, seconds."""
BUSY: Final = (
    "Other photos of this program have it, and got no further for too long. Try again, with fewer of them at once "
    "(batch --at-once 1), or do without the GPU"
)
KEPT: Final = 1000
"""Most records of leases; a service that runs for months forgets the oldest."""


class Admission:
    """Admits leases to one device.

    Loading happens under the lock: two threads never build models at once, and a lease that ends meanwhile ends later.

    Args:
        memory: of the device.
        device: such as "cuda".
        patience_s: how long to wait for other threads' leases while none of them gets on.
        clock: seconds.
    """

    def __init__(self, memory: Memory, device: str, patience_s: float, clock: Clock) -> None:
        self.slots: Final[dict[str, Slot]] = {}
        self.records: Final[deque[LeaseRecord]] = deque(maxlen=KEPT)
        self._memory: Final = memory
        self._device: Final = device
        self._patience_s: Final = patience_s
        self._clock: Final = clock
        self._changed: Final = threading.Condition(threading.RLock())
        self._waiting: Final[set[int]] = set()
        self._open: Final[list[LeaseRecord]] = []
        self._ticks = 0
        self._measured = self._last_progress = clock()

    def add(self, slot: Slot) -> None:
        """A model of a name that is known already stays what it is."""
        with self._changed:
            self.slots.setdefault(slot.card.name, slot)

    def admit(self, slot: Slot, variant: Variant, batch: int, recorder: Recorder) -> None:
        """Leases a model to this thread: waits, sends others away, loads. To be followed by `release`.

        The lease's record is the recorder's from here on.

        A model that this thread leases already stays as it is.

        Raises:
            NoRoomOnGpu: this thread's own leases leave too little.
            GpuBusy: others' leases did for too long and got no further, or their threads wait as well.
            GpuFailed: the device answers no more.
        """
        with self._changed:
            variant = slot.variant if slot.depth and slot.owner == threading.get_ident() and slot.variant else variant
            record = recorder.lease = LeaseRecord(slot.card.name, str(variant), batch)
            working = slot.card.working_mib(batch)
            leaving = self._wait_for_room(slot, variant, working, recorder)
            self._fold_peak()
            refuse_failed(self._device)  # before anything is claimed
            slot.owner = threading.get_ident()
            slot.depth += 1
            slot.working_mib += working
            self._open.append(record)
            self.records.append(record)
            try:
                self._load(slot, variant, leaving, recorder)
            except BaseException as error:
                self.release(slot, recorder, type(error).__name__)
                raise
            self.note_progress()  # whoever waits had to wait for the load as well
            slot.record = record

    def release(self, slot: Slot, recorder: Recorder, end: str) -> None:
        """Ends a lease; the model stays on the device until its room is needed."""
        record = recorder.record
        with self._changed:
            self._fold_peak()
            self._open.remove(record)
            self._ticks += 1
            slot.last_used = self._ticks
            slot.arena_mib = max(slot.arena_mib, slot.working_mib)
            slot.working_mib -= slot.card.working_mib(record.batch)
            slot.depth -= 1
            if not slot.depth:
                slot.owner = None
            record.end = end
            self.note_progress()
            self._notify()
            if end != "done":
                with self._heeding_failure():
                    self._memory.empty()
        recorder.peak(record.peak_mib)

    def probe_device(self) -> None:
        """Finds out whether the device still answers, after something on it failed."""
        with self._changed, self._heeding_failure():
            self._memory.peak_mib()

    def note_progress(self) -> None:
        """Somebody's work came a step further: whoever waits has patience anew."""
        self._last_progress = self._clock()

    def shrink(self, slot: Slot, variant: Variant, record: LeaseRecord, batch: int) -> None:
        """A lease for fewer pictures than it was, because memory ran out; later ones begin with as few."""
        with self._changed:
            slot.arena_mib = max(slot.arena_mib, slot.working_mib)  # what it took until now it keeps
            slot.working_mib += slot.card.working_mib(batch) - slot.card.working_mib(record.batch)
            record.batch = batch
            slot.learn(variant, batch, self._clock())
            self._notify()

    def give_up(self, slot: Slot, variant: Variant) -> None:
        """Memory ran out for a single picture; for a while nobody tries that again."""
        with self._changed:
            slot.learn(variant, 0, self._clock())

    def limits(self, slot: Slot, variants: Sequence[Variant]) -> dict[Variant, int]:
        """For how many pictures memory suffices, of those variants for which it ran out of late."""
        with self._changed:
            now = self._clock()
            return {variant: most for variant in variants if (most := slot.limit(variant, now)) is not None}

    def remeasure_if_due(self, recorder: Recorder) -> None:
        """Measures the room anew now and then, when nothing is leased: other programs come and go."""
        with self._changed:
            due = self._memory.shared and self._clock() - self._measured >= REMEMBERED_S
            if not due or any(slot.depth for slot in self.slots.values()):
                return
            for slot in self.slots.values():
                if slot.on_device and slot.move is None:  # held without torch, so it would pass for somebody else's
                    self._unload(slot, recorder)
            self._memory.empty()
            self._measure()

    def evict_idle(self, recorder: Recorder) -> bool:
        """Sends away every model that is not leased; whether there was one."""
        with self._changed:
            idle = [slot for slot in self.slots.values() if slot.on_device and not slot.depth]
            for slot in idle:
                self._unload(slot, recorder)
            self._memory.empty()
            return bool(idle)

    def drop_all(self) -> None:
        """Forgets every model that is not leased."""
        with self._changed:
            for slot in self.slots.values():
                if not slot.depth:
                    if slot.on_device:
                        slot.unload(self._device)  # whoever still holds it shall hold nothing on the device
                    slot.drop()
                    slot.lessons.clear()
            self._memory.empty()
            if not any(slot.depth for slot in self.slots.values()):
                self._measure()
            self._notify()

    def held_by_this_thread_mib(self, excluding: Slot) -> int:
        """What this thread's leases hold, but for the weights of the model that is excluded."""
        with self._changed:
            mine = [slot for slot in self.slots.values() if slot.owner == threading.get_ident()]
            residents = [slot.resident() for slot in mine if slot is not excluding]
            held = sum(resident.mib for resident in residents if resident is not None)
            return held + (excluding.working_mib if excluding in mine else 0)

    def _measure(self) -> None:
        self._memory.measure()
        self._measured = self._clock()

    def _wait_for_room(self, slot: Slot, variant: Variant, working_mib: int, recorder: Recorder) -> list[str]:
        """Who has to leave, once the model is free and its room can be had; until then nothing is claimed."""
        began = recorder.clock()
        alone = slot.card.weights_mib(variant) + working_mib
        while True:
            taken = slot.owner not in (None, threading.get_ident())
            needed = alone if taken else alone + slot.working_mib
            room = self._memory.room_mib()
            residents = [found for other in self.slots.values() if other is not slot and (found := other.resident())]
            leased = [resident for resident in residents if resident.leased]
            why = "another thread leases it" if taken else ""
            try:
                if taken:
                    raise no_room(slot.card.name, needed, room, leased, why)
                return names_to_evict(residents, needed, room, slot.card.name)
            except NoRoomOnGpu:
                if alone + self.held_by_this_thread_mib(slot) > room:
                    raise  # others going would not be enough
                waited = recorder.clock() - max(began, self._last_progress)
                if self._everybody_waits() or waited > self._patience_s:
                    message = f"{lacking(slot.card.name, needed, room, leased, why)}."
                    raise GpuBusy(message, mend=WITHOUT_GPU, how=BUSY) from None
            with recorder.timed("wait_s"):
                self._wait(recorder)

    def _everybody_waits(self) -> bool:
        """Whether each other thread that leases something waits as well, so that nobody would ever go."""
        me = threading.get_ident()
        return {other.owner for other in self.slots.values() if other.owner not in (None, me)} <= self._waiting

    def _wait(self, recorder: Recorder) -> None:
        me = threading.get_ident()
        self._waiting.add(me)
        try:
            self._changed.wait(min(GLANCE_S, self._patience_s))
        finally:
            self._waiting.discard(me)
        recorder.alive()

    def _notify(self) -> None:
        self._waiting.clear()  # they may go on now, and are no longer stuck
        self._changed.notify_all()

    def _load(self, slot: Slot, variant: Variant, leaving: list[str], recorder: Recorder) -> None:
        for name in leaving:
            self._unload(self.slots[name], recorder)
        if slot.on_device and slot.variant == variant:
            return
        if slot.on_device:
            self._unload(slot, recorder)
        if slot.model is None or slot.variant != variant:
            self._make_room_beside(slot.card.mib[variant.precision], recorder)
        self._memory.empty()  # not all models draw on one allocator
        with recorder.timed("load_s"):
            slot.load(variant, self._device)

    def _make_room_beside(self, needed_mib: int, recorder: Recorder) -> None:
        """In the computer's memory, for a model that is to be read: streamed weights wait there where nothing can take
        their place."""
        for idle in [slot for slot in self.slots.values() if slot.idle_streamed]:
            known = idle_ram_mib()
            if known is None or known >= needed_mib:
                return
            self._unload(idle, recorder)

    def _unload(self, slot: Slot, recorder: Recorder) -> None:
        record = slot.record or LeaseRecord(slot.card.name, str(slot.variant), 0)
        with recorder.timed_for(record, "unload_s", slot.card.stage):
            slot.unload(self._device)

    def _fold_peak(self) -> None:
        """Peaks are the device's: each lease that is open has seen this one."""
        with self._heeding_failure():
            peak = self._memory.peak_mib()
            for record in self._open:
                record.peak_mib = max(record.peak_mib, peak)
            self._memory.reset_peak()

    @contextmanager
    def _heeding_failure(self) -> Iterator[None]:
        """A block of mere questions to the device: one that fails even these has failed for good.

        It raises nothing of that, so that a lease ends whatever became of the device.
        """
        try:
            yield
        except RuntimeError as error:
            if not is_gpu_failure(error):
                raise
            mark_failed(self._device)
