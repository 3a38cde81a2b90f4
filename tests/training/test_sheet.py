"""A contact sheet of a folder, before and after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.roles import Face
from training import sheet

W, H = sheet.TILE_WH
Run = Callable[..., tuple[str, list[Rgb]]]


@pytest.fixture
def run(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What `python -m training.sheet` says of one photo, and the pages that it writes."""

    def run(pixels: Rgb, *words: str) -> tuple[str, list[Rgb]]:
        photos, out = tmp_path / "photos", tmp_path / "out"
        photos.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(photos / "photo.png")
        monkeypatch.setattr(sheet, "load_engine", lambda: engine)
        monkeypatch.setattr("sys.argv", ["sheet", str(photos), str(out), *words])
        sheet.main()
        return capsys.readouterr().out, [np.asarray(Image.open(page)) for page in sorted(out.iterdir())]

    return run


def test_a_blink_is_shown_before_and_after(run: Run, blinked: Rgb) -> None:
    said, (page,) = run(blinked)
    assert "photo.png" in said
    assert "{'opened': 1}" in said
    assert "sheet0.png" in said
    assert page.shape == (H, 2 * W, 3)
    before, after = page[30:, :W].astype(float), page[30:, W:].astype(float)
    assert np.abs(before - after).mean() > 3
    assert before[..., 0].mean() > before[..., 2].mean()


def test_open_eyes_are_shown_only_when_asked_for(run: Run, portrait: Rgb) -> None:
    said, pages = run(portrait)
    assert "{'already_open': 1}" in said
    assert pages == []


def test_every_face_can_be_asked_for(run: Run, portrait: Rgb) -> None:
    _, (page,) = run(portrait, "--every-face")
    assert np.array_equal(page[30:, :W], page[30:, W:])


def test_a_photo_without_a_face_is_counted(run: Run) -> None:
    said, pages = run(np.full((60, 60, 3), 128, np.uint8))
    assert "{'no face': 1}" in said
    assert pages == []


def test_a_photo_that_cannot_be_read_stops_nothing(run: Run, blinked: Rgb, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no photo")
    said, pages = run(blinked)
    assert "{'failed': 1, 'opened': 1}" in said
    assert len(pages) == 1


@pytest.mark.parametrize("words", [("--mode", "bogus"), ("--variations", "0"), ("--seed", "-1")], ids=" ".join)
def test_an_option_that_is_none_is_refused_in_a_line(
    words: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sheet", "photos", "out", *words])
    with pytest.raises(SystemExit, match="2"):
        sheet.main()
    assert f"error: {words[0].removeprefix('--')}: expected" in capsys.readouterr().err


def test_eyes_are_shown_at_one_place_and_size(portrait: Rgb, portrait_face: Face) -> None:
    marked = portrait.copy()
    for number in (33, 263):
        x, y = np.rint(portrait_face.landmarks[number, :2]).astype(int)
        marked[y - 1 : y + 2, x - 1 : x + 2] = (0, 255, 0)
    tile = sheet.eyes_of(marked, portrait_face).astype(int)
    assert tile.shape == (H, W, 3)
    _, xs = np.nonzero(tile[..., 1] - tile[..., 0] > 120)
    assert xs[xs < W / 2].mean() == pytest.approx(0.19 * W, abs=4)
    assert xs[xs > W / 2].mean() == pytest.approx(0.81 * W, abs=4)


@pytest.mark.parametrize(("rows", "pages"), [(0, []), (1, [1]), (10, [10]), (23, [10, 10, 3])], ids=str)
def test_a_page_holds_ten_rows(rows: int, pages: list[int], tmp_path: Path) -> None:
    written = sheet.write_sheets([np.full((4, 6, 3), (200, 100, 50), np.uint8)] * rows, tmp_path / "new")
    pictures = [np.asarray(Image.open(page)) for page in written]
    assert [picture.shape for picture in pictures] == [(4 * count, 6, 3) for count in pages]
    assert all((picture == (200, 100, 50)).all() for picture in pictures)
