"""How much memory this process holds, has held, and could still have."""

from __future__ import annotations

import math
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")
"""Of Linux: the second number is the pages that this process has in memory."""
_MEMINFO: Final = Path("/proc/meminfo")
"""Of Linux: a line each, "MemAvailable:   16384 kB"."""
_CGROUP: Final = Path("/sys/fs/cgroup")
"""Of Linux: a container's limits (control group v2), of which there is none outside one."""


def peak_ram_mib() -> float | None:
    """The most memory this process has held so far; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def ram_mib() -> float | None:
    """What this process holds now; None where neither the system nor psutil tells."""
    if sys.platform == "linux":
        with suppress(OSError, ValueError, IndexError):
            return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    with suppress(ImportError):
        psutil = import_module("psutil")
        return float(psutil.Process().memory_info().rss / 2**20)
    return None


def free_ram_mib() -> float | None:
    """What programs could still have, swap and all, in a container no more than its limit leaves; None where the system
    does not tell."""
    with suppress(OSError, ValueError, KeyError):
        told = {name.rstrip(":"): kib for name, kib in _table(_MEMINFO).items()}
        swap = told["SwapFree"] / 2**10
        return min(told["MemAvailable"] / 2**10 + swap, _free_in_container_mib(swap))
    return None


def _free_in_container_mib(swap_mib: float) -> float:
    """What a limit leaves, of so much free swap; infinity without one. What files are cached in is given back."""
    try:
        most = _limit("memory.max")
        if math.isinf(most):
            return math.inf
        held, cached = int(_read("memory.current")), _table(_CGROUP / "memory.stat")
        free = most - held + cached["active_file"] + cached["inactive_file"]
        swap = _limit("memory.swap.max") - int(_read("memory.swap.current"))
    except (OSError, ValueError, KeyError):
        return math.inf
    return free / 2**20 + min(max(swap, 0) / 2**20, swap_mib)


def _table(path: Path) -> dict[str, int]:
    """Names and numbers, one pair a line, of which there may be units behind."""
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) > 1}


def _limit(name: str) -> float:
    told = _read(name)
    return math.inf if told == "max" else int(told)


def _read(name: str) -> str:
    return (_CGROUP / name).read_text(encoding="ascii").strip()
