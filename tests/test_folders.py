"""Folders: made with all above them, refused in one sentence, and looked into for photos alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes.errors import PhotoNotWritten
from open_the_eyes.folders import make_folder, photos_in


def test_a_folder_is_made_with_all_above_it_and_may_be_there(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_what_cannot_be_made_is_refused_with_what_to_do_next(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        PhotoNotWritten, match=r"^\S+file on gpu-3: cannot make this folder \(File exists\)[.] Name it[.]$"
    ):
        make_folder(tmp_path / "file", ". Name it.", on=" on gpu-3")


def test_photos_are_found_by_name_and_nothing_else_is(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "._a.png", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    assert [path.name for path in photos_in(tmp_path)] == ["a.png", "b.JPG"]
