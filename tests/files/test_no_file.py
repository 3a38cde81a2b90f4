"""Reading: a path at which no file is, or none that can be read whole, is refused at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import read
from open_the_eyes.settings import Settings
from tests.files.pictures import marked_picture as picture
from tests.files.pictures import saved

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)


def test_paths_that_hold_no_file_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    loop = tmp_path / "loop.jpg"
    loop.symlink_to(loop)
    refused: list[tuple[str | Path, str]] = [
        (tmp_path / "missing.jpg", "no such file"),
        ("", "^the photo: expected a path, got an empty one"),
        (Path("-"), "-: expected a photo; it is read from a file, not from stdin"),
        (tmp_path, "folder"),
        (pipe, "pipe"),
        (Path("/dev/zero"), "device"),
        (loop, "check the path"),
        (tmp_path / ("n" * 300 + ".jpg"), "check the path"),
        (Path("a\0b.jpg"), "check the path"),
    ]
    for path, says in refused:
        with pytest.raises(UnreadablePhoto, match=says):
            read(path, SETTINGS)


def test_a_limit_beyond_all_files_takes_no_memory_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(saved(picture(), "PNG"))
    assert read(path, Settings(max_bytes=2**63 - 1)).size_wh == picture().size


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(saved(picture(), "PNG"))
    found = os.fstat

    def earlier(number: int) -> os.stat_result:
        status = list(found(number))
        status[6] -= 10
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", earlier)
    with pytest.raises(UnreadablePhoto, match="grew while it was read"):
        read(path, SETTINGS)


def test_a_file_without_read_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.jpg"
    path.write_bytes(saved(picture(), "JPEG"))
    path.chmod(0)
    if os.geteuid() == 0:  # root may read everything, so the system's answer is played
        monkeypatch.setattr(os, "open", _denied)

    with pytest.raises(UnreadablePhoto, match="permission"):
        read(path, SETTINGS)


def _denied(*_: object, **__: object) -> int:
    raise PermissionError(13, "Permission denied")
