"""The library of Windows that the program asks, on whatever system the tests run."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest


class FakeWindows:
    """A machine of 16 GiB, of which 4 GiB lie idle; with the page file a process could have 9 GiB.

    `deaf` is whether it ignores Ctrl-C now.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tells = True
        self.deaf = False
        monkeypatch.setattr(ctypes, "WinDLL", {"kernel32": self}.__getitem__, raising=False)

    def GlobalMemoryStatusEx(self, status: Any) -> int:  # noqa: N802 -- its name there
        told = status._obj
        assert (told[0], ctypes.sizeof(told)) == (64, 64)
        told[1:8] = [gib << 30 for gib in (16, 4, 24, 9, 131072, 131000, 0)]
        return int(self.tells)

    def SetConsoleCtrlHandler(self, handler: object, add: bool) -> int:  # noqa: N802 -- its name there
        assert handler is None
        self.deaf = add
        return 1
