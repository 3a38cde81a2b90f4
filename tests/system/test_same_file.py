"""One place, many paths: links, and spellings that a path without its links does not tell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from open_the_eyes.system.same_file import folded, is_one_place, keeps_apart, marks_of


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
    asks = """from open_the_eyes.system.same_file import is_one_place as one
print(one('in', 'out'), one('in/a.jpg', 'out/a.jpg'))"""
    mounted = ["unshare", "-Urm", "sh", "-c", 'mount --bind in out && exec "$@"', "sh", sys.executable, "-c", asks]
    told = subprocess.run(mounted, capture_output=True, text=True, check=False) if shutil.which("unshare") else None
    if told is None or not (told.stdout or "Traceback" in told.stderr):
        pytest.skip("folders cannot be mounted here")
    assert (told.stdout, photo.exists()) == ("True True\n", True), told.stderr


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("a/DSC_1.JPG", "A/dsc_1.jpg", True, id="capitals"),
        pytest.param("Zo\u00eb.jpg", "zoe\u0308.jpg", True, id="an accent in two ways"),
        pytest.param("Zo\u00eb.jpg", "Zoe.jpg", False, id="no accent"),
        pytest.param("a.jpg", "a.png", False, id="another ending"),
    ],
)
def test_paths_are_folded_as_disks_do_it(one: str, other: str, same: bool) -> None:
    assert (folded(Path(one)) == folded(Path(other))) is same


@pytest.mark.parametrize("found", ["\u00c9", "e\u0301", "E"])
def test_the_disk_is_asked_what_it_keeps_apart_and_nothing_is_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    monkeypatch.setattr(os.path, "lexists", lambda path: Path(path).name == found)
    assert keeps_apart(tmp_path / "yet/to be made") is (found == "E")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder in which nothing can be made")
def test_a_disk_that_cannot_be_asked_may_keep_nothing_apart() -> None:
    assert not keeps_apart(Path("/proc/nope"))
