"""What Windows is asked and told through its own library; elsewhere nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that are started inside never hear Ctrl-C; this one does not until the end."""
    kernel32 = _kernel32()
    if kernel32 is None:
        yield
        return
    kernel32.SetConsoleCtrlHandler(None, True)
    try:
        yield
    finally:
        kernel32.SetConsoleCtrlHandler(None, False)


def _kernel32() -> Any:
    import ctypes

    load = getattr(ctypes, "WinDLL", None)
    return None if load is None else load("kernel32")
