"""How a batch is told to stop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from ...batch.stop_signals import HANGUP, STOP_SIGNALS
from .. import speech


class BatchStop:
    """Ctrl-C, a polite end from outside or a closed terminal: the first finishes what is in hand, the second ends at
    once.

    A closed terminal never does: shell and system both tell of it. From then on it stays ignored, for the summary's
    sake. A signal that whoever started this has it ignore, as a shell does for a job in the background and `nohup` for
    a closed terminal, stays ignored.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> BatchStop:
        for number in STOP_SIGNALS:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # None: not set from Python, nor restorable
                self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- a handler's signature
        if number == HANGUP:
            signal.signal(number, signal.SIG_IGN)
            self._before.pop(number, None)  # the second may come while the first is being heard
        elif self.asked:
            raise KeyboardInterrupt
        if not self.asked:
            self.asked = True
            speech.note("stopping: the photos in hand are being finished; Ctrl-C again leaves them")
