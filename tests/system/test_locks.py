"""A file is one process's at a time, on systems of either kind."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from open_the_eyes.system.locks import held


class Windows:
    """Locks of single bytes, of which nobody waits for another's."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.holder: int | None = None
        self.refusal = errno.EACCES
        self.asked: list[tuple[int, int]] = []

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert mode == self.LK_NBLCK
        self.asked.append((os.lseek(descriptor, 0, os.SEEK_CUR), count))
        if self.holder is not None:
            raise OSError(self.refusal, os.strerror(self.refusal))
        self.holder = descriptor


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    system = Windows()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", system)
    return system


@pytest.fixture
def file(tmp_path: Path) -> Iterator[IO[bytes]]:
    with (tmp_path / "file").open("ab+") as opened:
        opened.write(b"data")
        opened.flush()
        yield opened


def test_who_comes_second_hears_that_it_is_held(file: IO[bytes]) -> None:
    with Path(file.name).open("ab") as other:
        assert held(file.fileno())
        assert not held(other.fileno())
        file.close()
        assert held(other.fileno())


@pytest.mark.parametrize("refusal", [errno.EACCES, errno.EDEADLK])
def test_so_it_is_on_windows(file: IO[bytes], windows: Windows, refusal: int) -> None:
    windows.refusal = refusal
    assert held(file.fileno())
    assert not held(file.fileno())


def test_on_windows_no_byte_of_data_is_locked_and_the_file_is_left_where_it_was(
    file: IO[bytes], windows: Windows
) -> None:
    assert held(file.fileno())
    ((place, count),) = windows.asked
    assert (os.fstat(file.fileno()).st_size < place, place + count < 1 << 31, count) == (True, True, 1)
    assert file.tell() == os.lseek(file.fileno(), 0, os.SEEK_CUR) == 4


def test_on_windows_the_other_one_is_waited_for(
    file: IO[bytes], windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def other_is_done(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            windows.holder = None

    monkeypatch.setattr(time, "sleep", other_is_done)
    windows.holder = -1
    assert held(file.fileno(), wait=True)
    assert (len(waited), windows.holder) == (2, file.fileno())


def test_so_it_is_on_windows_drives_without_locks(file: IO[bytes], windows: Windows) -> None:
    windows.holder, windows.refusal = -1, errno.EINVAL
    assert held(file.fileno())
    assert held(file.fileno(), wait=True)


def test_a_network_drive_without_locks_keeps_nobody_out(file: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(flock=refuse, LOCK_EX=2, LOCK_NB=4))
    assert held(file.fileno())
