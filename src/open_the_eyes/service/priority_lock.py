"""One photo at a time on one device, previews first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .jobs import Lane

IN_A_ROW: Final = 4
"""Previews that may pass a photo that waits. Somebody sits before each of them; but who asks for previews without end
must not keep photos waiting for ever, so every fifth turn is theirs."""


class PriorityLock:
    """A lock with two queues: who comes for a preview is let in before anybody who comes for a photo, unless `IN_A_ROW`
    previews have just passed one."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._held = False
        self._waiting: dict[Lane, int] = {"preview": 0, "photo": 0}
        self._passed = 0

    @contextmanager
    def hold(self, lane: Lane) -> Iterator[None]:
        """Waits for the device, and has it for the length of a block."""
        with self._condition:
            self._waiting[lane] += 1
            try:
                self._condition.wait_for(lambda: not self._held and lane == self._next())
                self._held = True
            finally:
                self._waiting[lane] -= 1
            passes = lane == "preview" and self._waiting["photo"]
            self._passed = self._passed + 1 if passes else 0
        try:
            yield
        finally:
            with self._condition:
                self._held = False
                self._condition.notify_all()

    def _next(self) -> Lane:
        """Whose turn it is, of those who wait."""
        if not self._waiting["photo"]:
            return "preview"
        return "preview" if self._waiting["preview"] and self._passed < IN_A_ROW else "photo"
