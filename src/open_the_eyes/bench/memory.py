"""How much memory this process holds, looked at again and again while it works."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Final

from ..residency.gpus import gpu_bytes
from ..system.ram import ram_mib

EVERY_SECONDS: Final = 0.01


class Sampler:
    """Samples memory in a thread of its own while its block runs, and remembers which stage began when.

    Args:
        since: the `time.time()` that counts as second 0, such as the start of the process.
    """

    def __init__(self, since: float | None = None) -> None:
        self._since: Final = time.time() if since is None else since
        self._over: Final = threading.Event()
        self._thread: Final = threading.Thread(target=self._sample, name="memory", daemon=True)
        self.samples: list[tuple[float, float, float]] = []
        self.marks: list[tuple[float, str]] = []

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def mark(self, name: str) -> None:
        """A stage begins; one that goes on is not marked twice."""
        if not self.marks or self.marks[-1][1] != name:
            self.marks.append((self._now(), name))

    def _now(self) -> float:
        return time.time() - self._since

    def _sample(self) -> None:
        while True:
            held = ram_mib()
            if held is None:
                return
            self.samples.append((self._now(), held, (gpu_bytes() or 0) / 2**20))
            if self._over.wait(EVERY_SECONDS):
                return
