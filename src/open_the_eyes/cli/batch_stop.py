"""How a batch is told to stop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from . import speech


class BatchStop:
    """Ctrl-C, or a polite end from outside: the first finishes what is in hand, the second ends at once.

    One that whoever started this has it ignore, as a shell does for a job in the background, stays ignored.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> BatchStop:
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # None: not set from Python, nor restorable
                self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- a handler's signature
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        speech.note("stopping: the photos in hand are being finished; Ctrl-C again leaves them")
