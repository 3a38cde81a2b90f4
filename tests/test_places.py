"""One place, many paths: links, and spellings that a path without its links does not tell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from open_the_eyes.places import is_one_place, marks_of


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in/day").mkdir(parents=True)
    Path("out").mkdir()
    Path("in/a.jpg").write_bytes(b"photo")
    return Path("in/a.jpg")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("in/a.jpg", "in/day/../a.jpg", id="a way round"),
        pytest.param("in/new.jpg", "in/day/../new.jpg", id="what is not there yet"),
        pytest.param("in/a.jpg", "link/a.jpg", id="a linked folder"),
        pytest.param("in", "link", id="the folder itself"),
    ],
)
def test_one_place_has_many_paths(photo: Path, one: str, other: str) -> None:
    Path("link").symlink_to(photo.parent, target_is_directory=True)
    assert is_one_place(one, other)


def test_a_name_beside_another_is_another_place(photo: Path) -> None:
    assert not is_one_place(photo, "in/day")
    assert not is_one_place(photo, "in/b.jpg")


def test_a_hard_link_in_another_folder_is_another_place_since_a_file_replaced_there_stays_here(photo: Path) -> None:
    Path("out/a.jpg").hardlink_to(photo)
    Path("in/A.JPG").hardlink_to(photo)  # as a disk where capitals do not count tells its only name
    assert not is_one_place(photo, "out/a.jpg")
    assert is_one_place(photo, "in/A.JPG")


def test_where_nothing_is_numbered_paths_alone_tell(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = os.stat_result((0o100644, 0, 7, 1, 0, 0, 5, 0, 0, 0))
    monkeypatch.setattr(os, "stat", lambda *_, **__: status)
    assert not is_one_place(photo, "in/b.jpg")
    assert marks_of(photo) == {os.path.realpath(photo)}


def test_a_folder_that_is_mounted_twice_is_one_place(photo: Path) -> None:
    asks = "from open_the_eyes.places import is_one_place as one; print(one('in', 'out'), one('in/a.jpg', 'out/a.jpg'))"
    mounted = ["unshare", "-Urm", "sh", "-c", 'mount --bind in out && exec "$@"', "sh", sys.executable, "-c", asks]
    told = subprocess.run(mounted, capture_output=True, text=True, check=False) if shutil.which("unshare") else None
    if told is None or not (told.stdout or "Traceback" in told.stderr):
        pytest.skip("folders cannot be mounted here")
    assert (told.stdout, photo.exists()) == ("True True\n", True), told.stderr
