"""How much memory this process holds, has held, and could still have."""

from __future__ import annotations

import ctypes
import math
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

from . import windows_api

_STATM: Final = Path("/proc/self/statm")
"""Linux' file whose second number is the pages that this process has in memory."""
_MEMINFO: Final = Path("/proc/meminfo")
"""Linux' file of figures, a line each: "MemAvailable:   16384 kB"."""
_CGROUP: Final = Path("/sys/fs/cgroup")
"""Linux' folder of a container's limits (control group v2), of which there is none outside one."""
_VM_STAT: Final = "/usr/bin/vm_stat"
"""macOS' program that tells how many pages of memory are in what state."""


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


def give_back() -> None:
    """What was freed goes back to the system: glibc keeps it for later, hundreds of MiB after large photos that several
    threads have worked on. Does nothing where the C library has no such function."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def free_ram_mib() -> float | None:
    """What programs could still have, swap and all, in a container no more than its limit leaves; None where the system
    does not tell."""
    with suppress(OSError, ValueError, KeyError):
        told = {name.rstrip(":"): kib for name, kib in _table(_MEMINFO).items()}
        swap = told["SwapFree"] / 2**10
        return min(told["MemAvailable"] / 2**10 + swap, _free_in_container_mib(swap))
    there = windows_api.memory()
    free = _idle_on_mac_mib() if there is None else there.free_mib
    return None if free is None else free + _room_for_swap_mib()


def total_ram_mib() -> float | None:
    """Of the whole machine; None where the system does not tell."""
    if (there := windows_api.memory()) is not None:
        return there.total_mib
    return _pages_mib("SC_PHYS_PAGES")


def idle_ram_mib() -> float | None:
    """What programs could still have without swap, what files are cached in included, in a container no more than its
    limit leaves; None where the system does not tell."""
    with suppress(OSError, ValueError, KeyError):
        return min(_table(_MEMINFO)["MemAvailable:"] / 2**10, _free_in_container_mib(0))
    there = windows_api.memory()
    return _idle_on_mac_mib() if there is None else there.idle_mib


def _room_for_swap_mib() -> float:
    """The system's disk, which swap of macOS and the page file of Windows take as they need it."""
    with suppress(OSError):
        return shutil.disk_usage(os.environ.get("SYSTEMDRIVE", "/")).free / 2**20
    return math.inf


def _pages_mib(name: str) -> float | None:
    with suppress(AttributeError, ValueError, OSError):  # not every system has the function, or knows the name
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf(name) / 2**20
    return None


def _idle_on_mac_mib() -> float | None:
    """Pages that are empty, or hold what can be read or packed again; None on other systems."""
    with suppress(OSError, subprocess.SubprocessError, ValueError):
        done = subprocess.run([_VM_STAT], capture_output=True, encoding="ascii", timeout=10, check=True)
        size = re.search(r"page size of (\d+) bytes", done.stdout)
        pages = re.findall(r"^Pages (?:free|inactive|speculative): +(\d+)\.", done.stdout, re.MULTILINE)
        return int(size[1]) * sum(map(int, pages)) / 2**20 if size and pages else None
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
