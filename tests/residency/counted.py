"""Memory whose use is counted: models of tests take it and give it back."""

from __future__ import annotations

import threading
from typing import Final

from open_the_eyes.residency import OutOfMemory, UnmeasuredMemory
from open_the_eyes.residency.memory import UNCOUNTED


class CountedMemory(UnmeasuredMemory):
    """Raises from `take`:
    OutOfMemory: more than `total_mib`.
    """

    def __init__(self, total_mib: int = UNCOUNTED) -> None:
        super().__init__(total_mib)
        self._total: Final = total_mib
        self._lock: Final = threading.Lock()
        self._peak = 0
        self.held_mib = 0

    def peak_mib(self) -> int:
        return self._peak

    def reset_peak(self) -> None:
        self._peak = self.held_mib

    def take(self, mib: int) -> None:
        with self._lock:
            if self.held_mib + mib > self._total:
                raise OutOfMemory(f"{mib} MiB on top of {self.held_mib} of {self._total}")
            self.held_mib += mib
            self._peak = max(self._peak, self.held_mib)

    def give(self, mib: int) -> None:
        with self._lock:
            self.held_mib -= mib
