"""The demo shows the real product, on a picture that may be shown."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.cli import main
from open_the_eyes.demo.show import BORDER_PX, COLUMN_PX, GAP_PX, run_demo, side_by_side
from open_the_eyes.errors import OpenTheEyesError, PhotoNotWritten
from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.mesh478 import EYE_RING, SIDES

if TYPE_CHECKING:
    from open_the_eyes.demo.show import DemoResult


def _pixels(path: Path) -> Rgb:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.uint8)


def _mesh() -> Points:
    """Two eyes, each one a ring of 20 pixels, 60 apart."""
    mesh = np.zeros((478, 3))
    turn = np.linspace(np.pi, 3 * np.pi, 16, endpoint=False)
    for side, x in zip(SIDES, (70, 130), strict=True):
        mirror = 1 if side == "left" else -1
        mesh[EYE_RING[side], :2] = np.column_stack([x + mirror * 10 * np.cos(turn), 100 + 4 * np.sin(turn)])
    return mesh


def _no_face(_: Rgb) -> list[Any]:
    return []


BLIND: Any = SimpleNamespace(detector=SimpleNamespace(name="blind", detect=_no_face))


def test_the_eyes_are_shut_before_and_open_after(demo: DemoResult) -> None:
    (face,) = demo.report.faces
    assert face.outcome == "opened"
    for eye in face.eyes.values():
        assert eye.openness_before < 0.45
        assert eye.openness_after is not None
        assert eye.openness_after > 0.7


def test_only_the_eyes_of_the_public_domain_portrait_change(demo: DemoResult, portrait: Rgb) -> None:
    for path in (demo.before, demo.after):
        rows, columns = np.nonzero((_pixels(path) != portrait).any(axis=2))
        assert 0 < np.ptp(rows) < 50
        assert 0 < np.ptp(columns) < 100


def test_the_sheet_shows_original_blink_and_result(demo: DemoResult, portrait: Rgb) -> None:
    sheet = _pixels(demo.sheet)
    assert sheet.shape[1] == 3 * COLUMN_PX + 2 * GAP_PX + 2 * BORDER_PX
    top = next(y for y in range(100) if np.array_equal(sheet[y : y + 512, BORDER_PX : BORDER_PX + 512], portrait))
    for number, path in enumerate((demo.before, demo.after), 1):
        left = BORDER_PX + number * (COLUMN_PX + GAP_PX)
        assert np.array_equal(sheet[top : top + 512, left : left + 512], _pixels(path))


def test_the_report_names_the_pictures(demo: DemoResult) -> None:
    assert demo.report.input.path == str(demo.before)
    assert [output.path for output in demo.report.outputs] == [str(demo.after)]
    assert {demo.before.parent, demo.after.parent} == {demo.sheet.parent}


def test_running_it_again_when_told_to_overwrite_replaces_the_pictures_with_the_same_ones(demo: DemoResult) -> None:
    first = {path: path.read_bytes() for path in (demo.before, demo.after, demo.sheet)}
    told: list[float] = []
    run_demo(demo.before.parent, progress=lambda _, fraction: told.append(fraction), overwrite=True)
    assert {path: path.read_bytes() for path in first} == first
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("name", ["before.png", "after.png", "before-after.png"])
def test_what_is_there_is_never_replaced_unasked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(PhotoNotWritten, match="expected a free name"):
        run_demo(tmp_path, BLIND)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "mine"}


@pytest.mark.parametrize(
    ("out", "code", "says"),
    [(".", 3, "after.png is there already; --overwrite replaces it"), ("", 2, "-o: expected a name, got nothing")],
    ids=["a picture of mine", "an empty name"],
)
def test_the_command_refuses_such_a_folder_before_any_work(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str,
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "after.png").write_text("mine")
    assert main(["demo", "-o", out]) == code
    assert says in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"after.png": "mine"}


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    with pytest.raises(OpenTheEyesError, match="expected detector blind to find"):
        run_demo(tmp_path / "two" / "deep", BLIND)
    assert (tmp_path / "two" / "deep").is_dir()


@pytest.mark.parametrize("below", ["", "deeper"], ids=["a_file", "below_a_file"])
def test_a_file_in_the_folders_place_is_a_clear_error(tmp_path: Path, below: str) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(PhotoNotWritten, match="expected a folder"):
        run_demo(taken / below, BLIND)
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("size_wh", [(200, 200), (200, 104), (1024, 600), (75, 101)])
def test_the_sheet_takes_pictures_of_any_size(size_wh: tuple[int, int]) -> None:
    pictures = [np.full((size_wh[1], size_wh[0], 3), level, np.uint8) for level in (10, 100, 200)]
    kept = [picture.copy() for picture in pictures]
    sheet = side_by_side(pictures, _mesh())
    assert sheet.shape[1] == 3 * COLUMN_PX + 2 * GAP_PX + 2 * BORDER_PX
    assert (sheet[:BORDER_PX] == 255).all()
    assert [int(sheet[-BORDER_PX - 2, BORDER_PX + 256 + n * (COLUMN_PX + GAP_PX), 0]) for n in range(3)] == [
        10,
        100,
        200,
    ]
    assert all(np.array_equal(a, b) for a, b in zip(pictures, kept, strict=True))
