"""Closed eyes of a folder: how far each photo came, and the groups it belongs to."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from open_the_eyes.bench import closed
from open_the_eyes.bench.closed import STEPS, Row, figures_of, rows_of
from open_the_eyes.bench.folders import groups_told, photos_in
from open_the_eyes.bench.networks import Networks
from open_the_eyes.cli.bench.places import named_folder
from open_the_eyes.engine import Engine
from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import Options


def _stored(path: Path, pixels: Rgb) -> Path:
    cv2.imwrite(str(path), pixels[..., ::-1])
    return path


def test_each_photo_says_how_far_it_came(engine: Engine, tmp_path: Path, portrait: Rgb, blinked: Rgb) -> None:
    photos = [
        _stored(tmp_path / "blink.png", blinked),
        _stored(tmp_path / "open.png", portrait),
        _stored(tmp_path / "sky.png", np.full((200, 200, 3), 128, np.uint8)),
    ]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    told = {"blink.png": {"glasses": "no"}}
    rows, absent = rows_of([*photos, broken], told, engine, Options(), Networks(engine.settings))
    steps = {row.name: [row.steps[step] for step in STEPS] for row in rows}
    assert steps == {"blink.png": [True] * 4, "open.png": [True, False, False, False], "sky.png": [False] * 4}
    assert [one.what for one in absent] == ["broken.png"]
    blink = rows[0]
    assert blink.measured["outside"] == 0
    assert blink.measured["openness"] > 0.7
    assert blink.groups == {"face": "below 100 px", "pose": "frontal, below 10°", "glasses": "no"}
    assert blink.shot is not None
    assert [label for label, _ in blink.shot.pictures] == ["before", "after"]


def _row(name: str, verified: bool, **groups: str) -> Row:
    steps = dict.fromkeys(STEPS, True) | {"verified": verified}
    return Row(name, "opened", steps, dict(groups))


def test_shares_are_told_of_all_photos_and_of_every_group() -> None:
    rows = [_row(str(n), n < 3, glasses="yes" if n < 2 else "no") for n in range(4)]
    told = {(f.case, f.what): f.value for f in figures_of(rows, "blinks")}
    assert told["blinks", "verified"] == 0.75
    assert told["blinks: glasses yes", "verified"] == 1.0
    assert told["blinks: glasses no", "verified"] == 0.5


@pytest.mark.parametrize(
    ("value", "band"), [(0, "below 100 px"), (99.9, "below 100 px"), (100, "100 to 250 px"), (900, "above 250 px")]
)
def test_bands_have_no_gap(value: float, band: str) -> None:
    assert closed._band(value, closed.SIZES) == band


def test_a_table_beside_the_folder_tells_the_groups(tmp_path: Path) -> None:
    folder = tmp_path / "blinks"
    folder.mkdir()
    (tmp_path / "blinks.csv").write_text(
        'file,kind,notes,face_width_px\nblinks/a.jpg,video,"glasses, tilted",300\nb.jpg,photo,laughing,\n,,,\n'
    )
    assert groups_told(folder) == {
        "a.jpg": {"kind": "video", "glasses": "yes"},
        "b.jpg": {"kind": "photo", "glasses": "no"},
    }


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"name,glasses\na.jpg,yes\n", b"file\n"])
def test_a_table_that_tells_nothing_is_no_harm(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    assert groups_told(tmp_path) == {}


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"file\n\xff\xfe\x00\n")
    with pytest.raises(UsageError, match=r"x\.csv: expected a table"):
        groups_told(tmp_path)


def test_a_folder_without_a_name_has_no_table_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert groups_told(Path()) == {}
    assert named_folder(".") == named_folder("new/..") == tmp_path.resolve()
    assert named_folder("there") == Path("there")


def test_results_of_ours_and_other_files_are_no_photos(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.PNG", "a.opened.png", "notes.txt", "._a.PNG"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.jpg").mkdir()
    assert [path.name for path in photos_in(tmp_path)] == ["a.PNG", "b.jpg"]
    assert photos_in(tmp_path, 1) == photos_in(tmp_path, 1)


@pytest.mark.parametrize("kind", ["nothing", "file", "empty"])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "folder"
    if kind == "file":
        path.write_text("x")
    elif kind == "empty":
        path.mkdir()
    with pytest.raises(UsageError, match="expected"):
        photos_in(path)
