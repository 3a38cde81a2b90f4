"""Who comes onto the device and who goes, under one lock: nothing is built twice or taken from under a lease."""

from __future__ import annotations

import threading
from typing import Final

from ..errors import NoRoomOnGpu
from .card import Rung
from .ledger import Line, Teller
from .memory import Memory
from .plan import evict, no_room
from .slot import Slot

GLANCE_S: Final = 0.5
"""How often somebody who waits looks whether to stop."""


class Landlord:
    """Keeps the books of one device.

    Loading happens under the lock: two threads never build models at once, and a lease that ends meanwhile ends later.

    Args:
        memory: of the device.
        device: such as "cuda".
        patience_s: how long to wait for other threads' leases.
    """

    def __init__(self, memory: Memory, device: str, patience_s: float) -> None:
        self.slots: Final[dict[str, Slot]] = {}
        self.ledger: Final[list[Line]] = []
        self._memory: Final = memory
        self._device: Final = device
        self._patience_s: Final = patience_s
        self._changed: Final = threading.Condition(threading.RLock())
        self._waiting: Final[set[int]] = set()
        self._open: Final[list[Line]] = []
        self._ticks = 0

    def add(self, slot: Slot) -> None:
        """Raises `ValueError` where the name is taken."""
        with self._changed:
            if slot.card.name in self.slots:
                raise ValueError(f"{slot.card.name}: registered already")
            self.slots[slot.card.name] = slot

    def admit(self, slot: Slot, rung: Rung, batch: int, teller: Teller) -> Line:
        """Leases a model to this thread: waits, sends others away, loads. To be followed by `dismiss`.

        A model that this thread leases already stays as it is.

        Raises:
            NoRoomOnGpu: this thread's own leases leave too little, or others' did for too long.
        """
        with self._changed:
            rung = slot.rung if slot.depth and slot.owner == threading.get_ident() and slot.rung else rung
            line = Line(slot.card.name, str(rung), batch)
            working = slot.card.working_mib(batch)
            leaving = self._awaited(slot, rung, working, line, teller)
            slot.owner, slot.depth, slot.working_mib = threading.get_ident(), slot.depth + 1, slot.working_mib + working
            self._fold_peak()
            self._open.append(line)
            self.ledger.append(line)
            try:
                self._load(slot, rung, leaving, line, teller)
            except BaseException as error:
                self.dismiss(slot, line, teller, type(error).__name__)
                raise
            slot.line = line
            return line

    def dismiss(self, slot: Slot, line: Line, teller: Teller, end: str) -> None:
        """Ends a lease; the model stays on the device until its room is needed."""
        with self._changed:
            self._fold_peak()
            self._open.remove(line)
            self._ticks += 1
            slot.last_used = self._ticks
            slot.working_mib -= slot.card.working_mib(line.batch)
            slot.depth -= 1
            if not slot.depth:
                slot.owner = None
            line.end = end
            self._notify()
            if end != "done":
                self._memory.empty()
        teller.peak(line.peak_mib)

    def shrink(self, slot: Slot, line: Line, batch: int) -> None:
        """A lease for fewer pictures than it was."""
        with self._changed:
            slot.working_mib += slot.card.working_mib(batch) - slot.card.working_mib(line.batch)
            line.batch = batch
            self._notify()

    def clear(self, teller: Teller) -> bool:
        """Sends away every model that is not leased; whether there was one."""
        with self._changed:
            idle = [slot for slot in self.slots.values() if slot.present and not slot.depth]
            for slot in idle:
                self._send(slot, teller)
            self._memory.empty()
            return bool(idle)

    def drop_all(self) -> None:
        """Forgets every model that is not leased."""
        with self._changed:
            for slot in self.slots.values():
                if not slot.depth:
                    if slot.present:
                        slot.send(self._device)  # whoever still holds it shall hold nothing on the device
                    slot.drop()
                    slot.forget()
            self._memory.empty()
            if not any(slot.depth for slot in self.slots.values()):
                self._memory.measure()
            self._notify()

    def own_mib(self, but: Slot) -> int:
        """What this thread's leases hold, but for that model's weights."""
        with self._changed:
            mine = [slot for slot in self.slots.values() if slot.owner == threading.get_ident()]
            held = sum(found.mib for slot in mine if slot is not but and (found := slot.resident()))
            return held + (but.working_mib if but in mine else 0)

    def _awaited(self, slot: Slot, rung: Rung, working_mib: int, line: Line, teller: Teller) -> list[str]:
        """Who has to leave, once the model is free and its room can be had; until then nothing is claimed."""
        began = teller.clock()
        while True:
            needed = slot.card.weights_mib(rung) + slot.working_mib + working_mib
            room = self._memory.room_mib()
            residents = [found for other in self.slots.values() if other is not slot and (found := other.resident())]
            try:
                if slot.owner not in (None, threading.get_ident()):
                    leased = [resident for resident in residents if resident.leased]
                    raise no_room(slot.card.name, needed, room, leased, "another thread leases it")
                return evict(residents, needed, room, slot.card.name)
            except NoRoomOnGpu:
                if self._in_vain(slot, needed, room) or teller.clock() - began > self._patience_s:
                    raise
            with teller.timed(line, "wait_s"):
                self._wait(teller)

    def _in_vain(self, slot: Slot, needed_mib: int, room_mib: int) -> bool:
        """Whether waiting would not help: others going is not enough, or each of them waits as well."""
        me = threading.get_ident()
        others = {other.owner for other in self.slots.values() if other.owner not in (None, me)}
        return needed_mib - slot.working_mib + self.own_mib(slot) > room_mib or others <= self._waiting

    def _wait(self, teller: Teller) -> None:
        me = threading.get_ident()
        self._waiting.add(me)
        try:
            self._changed.wait(min(GLANCE_S, self._patience_s))
        finally:
            self._waiting.discard(me)
        teller.alive()

    def _notify(self) -> None:
        self._waiting.clear()  # they may go on now, and are no longer stuck
        self._changed.notify_all()

    def _load(self, slot: Slot, rung: Rung, leaving: list[str], line: Line, teller: Teller) -> None:
        for name in leaving:
            self._send(self.slots[name], teller)
        if slot.present and slot.rung == rung:
            return
        if slot.present:
            self._send(slot, teller)
        self._memory.empty()  # not all models draw on one allocator
        with teller.timed(line, "load_s"):
            slot.bring(rung, self._device)

    def _send(self, slot: Slot, teller: Teller) -> None:
        line = slot.line or Line(slot.card.name, str(slot.rung), 0)
        with teller.timed(line, "unload_s", slot.card.stage):
            slot.send(self._device)

    def _fold_peak(self) -> None:
        """Peaks are the device's: each lease that is open has seen this one."""
        peak = self._memory.peak_mib()
        for line in self._open:
            line.peak_mib = max(line.peak_mib, peak)
        self._memory.reset_peak()
