"""What is promised to be on the disk is there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from open_the_eyes.batch.line_by_line import write_parts
from open_the_eyes.files.whole_file import write_whole
from open_the_eyes.system.to_disk import to_disk

fcntl = pytest.importorskip("fcntl", reason="Windows has fsync alone")
FULL = 51
"""The number of F_FULLFSYNC on macOS."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the system, in order."""
    calls: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: calls.append("fsync"))
    monkeypatch.setattr(fcntl, "fcntl", lambda _, command: calls.append("full" if command == FULL else "?"))
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", FULL, raising=False)
    return calls


def test_macos_is_asked_for_more_than_to_hand_it_to_the_drive(asked: list[str]) -> None:
    to_disk(0)
    assert asked == ["full"]


def test_a_drive_that_cannot_be_asked_gets_what_others_get(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    to_disk(0)
    assert asked == ["fsync"]


def test_other_systems_know_one_way(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(fcntl, "F_FULLFSYNC")
    to_disk(0)
    assert asked == ["fsync"]


def test_results_their_names_and_lists_are_on_the_disk(tmp_path: Path, asked: list[str]) -> None:
    write_whole(tmp_path / "a.jpg", b"photo", overwrite=False)
    assert asked == ["full", "full"]
    write_parts(tmp_path / "list.txt", [b"a.jpg"], "a list")
    assert asked == ["full"] * 3
