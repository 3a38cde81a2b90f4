"""What Windows tells through its own library; elsewhere nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Memory:
    """Of the machine, how much of it lies idle, and what this process could still have, with the page file as large
    as it is now."""

    total_mib: float
    idle_mib: float
    free_mib: float


def memory() -> Memory | None:
    """None on other systems, and where it does not tell."""
    kernel32 = _kernel32()
    if kernel32 is None:
        return None
    import ctypes

    status = (ctypes.c_uint64 * 8)(64)  # MEMORYSTATUSEX, which begins with its own length in bytes
    if not kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    total, idle, _, free = (size / 2**20 for size in status[1:5])
    return Memory(total, idle, free)


def _kernel32() -> Any:
    import ctypes

    load = getattr(ctypes, "WinDLL", None)
    return None if load is None else load("kernel32")
