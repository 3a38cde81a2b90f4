"""One function on several things, side by side on the cores that this process may use.

Threads do: OpenCV, NumPy and the networks let other threads run while they calculate.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import ceil
from pathlib import Path
from typing import Final, TypeVar

THREADS: Final = "OMP_NUM_THREADS"
"""Variable by which people, and `batch` for its workers, limit threads of arithmetic."""
UNLIMITED: Final = 1 << 30
_CGROUP: Final = Path("/sys/fs/cgroup/cpu.max")

Given = TypeVar("Given")
Made = TypeVar("Made")


def side_by_side(
    function: Callable[[Given], Made], things: Iterable[Given], tick: Callable[[], None] | None = None
) -> list[Made]:
    """What the function makes of each thing, in their order.

    Args:
        tick: called in the caller's thread before what is made of each thing is taken.

    Raises:
        What the function or `tick` raises, and then no further thing is begun; of several errors of the function that
        of the first thing in order.
    """
    given = list(things)
    threads = min(thread_count(), len(given))
    made = []
    if threads < 2:
        for one in given:
            if tick is not None:
                tick()
            made.append(function(one))
        return made
    pool = ThreadPoolExecutor(threads, "open-the-eyes")
    try:
        for working in [pool.submit(function, one) for one in given]:
            if tick is not None:
                tick()
            made.append(working.result())
        return made
    finally:
        pool.shutdown(cancel_futures=True)


def thread_count() -> int:
    """How many threads of arithmetic there may be: one a core, or fewer where `THREADS` says so."""
    wanted = os.environ.get(THREADS, "")
    return max(1, min(core_count(), int(wanted))) if wanted.isdecimal() else core_count()


def core_count() -> int:
    """The processors that this process may use: its affinity, and in a container its share."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _share(_CGROUP)))


@cache
def _share(path: Path) -> int:
    """Processors that a container may use, rounded up, so that a part of one is not wasted."""
    try:
        quota, period = path.read_text(encoding="ascii").split()
        return ceil(int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return UNLIMITED  # "max"
