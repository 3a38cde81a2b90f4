"""A folder of faces as portraits."""

from __future__ import annotations

import importlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.roles import Face
from tests.faces import HEAD, resized
from training import faces
from training.faces import Portrait, blinks_listed, pictures_in, portraits, read_rgb


@pytest.fixture
def folder(portrait: Rgb, tmp_path: Path) -> Path:
    """Two faces, and between them what has none or cannot be read."""
    Image.fromarray(portrait).save(tmp_path / "a.png")
    Image.fromarray(np.full((80, 80, 3), 90, np.uint8)).save(tmp_path / "b no face.jpg")
    (tmp_path / "c broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (tmp_path / "d empty.png").write_bytes(b"")
    Image.fromarray(portrait[HEAD]).save(tmp_path / "e.png")
    return tmp_path


def found_in(folder: Path) -> list[Portrait]:
    return list(portraits(pictures_in(folder), workers=1, cache=folder / "kept"))


def test_pictures_come_by_name_and_nothing_else_comes(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.webp", "c.png", "notes.txt", "d.npz", "inner/e.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.webp", "b.JPG", "c.png"]


@pytest.mark.parametrize(("name", "came"), [("empty", "found none"), ("notes.txt", "no folder"), ("gone", "no folder")])
def test_where_no_pictures_are_a_line_says_so(name: str, came: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SystemExit, match=f"{name}: expected a folder with pictures .*{came}"):
        pictures_in(tmp_path / name)


@pytest.mark.parametrize(
    ("table", "came"),
    [
        (None, "expected a table of blinks"),
        ("", "expected rows"),
        ("a,b\n1,2\n", "expected rows"),
        ("file,same_person_open\nclosed/a.jpg,\n", "expected rows"),
    ],
    ids=["no table", "an empty one", "another one", "no open frame"],
)
def test_where_no_blinks_are_listed_a_line_says_so(table: str | None, came: str, tmp_path: Path) -> None:
    if table is not None:
        (tmp_path / "closed.csv").write_text(table)
    with pytest.raises(SystemExit, match=f"closed.csv: {came}"):
        blinks_listed(tmp_path)


def test_blinks_without_an_open_frame_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "closed.csv").write_text("file,same_person_open\na.jpg,b.jpg\nc.jpg,\n")
    assert blinks_listed(tmp_path) == [{"file": "a.jpg", "same_person_open": "b.jpg"}]


@pytest.mark.parametrize(
    ("command", "least"),
    [
        ("training.appearance.skins", 3),
        ("training.appearance.hues", 1),
        ("training.appearance.iris_profile", 3),
        ("training.likeness.build", 2),
    ],
)
def test_a_folder_without_a_face_is_refused_in_a_line(
    command: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(command)
    Image.fromarray(np.full((80, 80, 3), 90, np.uint8)).save(tmp_path / "no face.png")
    monkeypatch.setattr("sys.argv", [command, str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=f"{tmp_path}: expected .* open-eyed faces, at least {least}, found 0"):
        module.main()


def test_a_picture_is_read_as_rgb(folder: Path, portrait: Rgb) -> None:
    pixels = read_rgb(folder / "a.png")
    assert pixels is not None
    assert np.array_equal(pixels, portrait)


@pytest.mark.parametrize("name", ["c broken.jpg", "d empty.png"])
def test_what_cannot_be_read_is_none(folder: Path, name: str) -> None:
    assert read_rgb(folder / name) is None


def test_pictures_without_a_face_and_unreadable_ones_are_skipped(folder: Path, portrait_face: Face) -> None:
    found = found_in(folder)
    assert [one.path.name for one in found] == ["a.png", "e.png"]
    whole, head = (one.landmarks for one in found)
    assert whole == pytest.approx(portrait_face.landmarks)
    assert np.abs(head[:, :2] + [HEAD[1].start, HEAD[0].start] - whole[:, :2]).max() < 4


def test_the_largest_face_is_taken(portrait: Rgb, portrait_face: Face, tmp_path: Path) -> None:
    head = portrait[HEAD]
    small = cv2.copyMakeBorder(resized(head, 0.7), 0, 66, 0, 0, cv2.BORDER_REFLECT)
    Image.fromarray(np.hstack([small, head])).save(tmp_path / "two.png")
    (one,) = found_in(tmp_path)
    assert np.ptp(one.landmarks[:, 0]) == pytest.approx(np.ptp(portrait_face.landmarks[:, 0]), rel=0.05)
    assert one.landmarks[:, 0].min() > small.shape[1]


def test_the_second_time_nothing_is_looked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found_in(folder)
    monkeypatch.setattr(faces, "detector", lambda: pytest.fail("a detector was asked for"))
    again = found_in(folder)
    assert [one.path for one in again] == [one.path for one in first]
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.landmarks, other.landmarks)
        assert np.array_equal(one.pixels, other.pixels)


def test_another_list_of_pictures_is_looked_at_anew(folder: Path) -> None:
    found_in(folder)
    (folder / "a.png").unlink()
    assert [one.path.name for one in found_in(folder)] == ["e.png"]


def test_an_empty_list_has_no_portraits(tmp_path: Path) -> None:
    assert list(portraits([], workers=1, cache=tmp_path)) == []
