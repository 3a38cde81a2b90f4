"""Who is held against whom when the reference engine is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.roles import Face
from training.reference_eval import SHIFTS, Shot, against, counted_ways, people, strangers_of, swap_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ann and Bea neutral and smiling; Cy never smiles."""
    (tmp_path / "identity").mkdir()
    for name in ("ann_neutral", "ann_smiling", "bea_neutral", "bea_smiling", "cy_neutral"):
        (tmp_path / "identity" / f"{name}.jpg").touch()
    return tmp_path


@pytest.mark.parametrize("count", [*range(1, 9), 23, 24, 51])
def test_strangers_are_other_people_each_of_them_once(count: int) -> None:
    for k in range(count):
        others = strangers_of(k, count)
        assert k not in others
        assert len(set(others)) == len(others)
        assert set(others) <= set(range(count))
        assert len(others) >= min(1, count - 1)


def test_of_many_people_each_is_tried_with_as_many_strangers() -> None:
    assert strangers_of(3, 51) == [3 + shift for shift in SHIFTS]


def test_people_have_both_portraits_and_come_by_name(folder: Path) -> None:
    names = [(a.stem, b.stem) for a, b in people(folder, None, 2)]
    assert names == [("ann_neutral", "ann_smiling"), ("bea_neutral", "bea_smiling")]
    assert len(people(folder, 1, 1)) == 1


@pytest.mark.parametrize(
    ("count", "least", "came"), [(None, 3, "found 2"), (1, 2, "--people 1 takes 1"), (0, 1, "--people 0 takes 0")]
)
def test_fewer_people_than_are_needed_are_refused(folder: Path, count: int | None, least: int, came: str) -> None:
    with pytest.raises(SystemExit, match=f"identity: expected people, at least {least}, .* {came}"):
        people(folder, count, least)


def test_where_nothing_was_opened_there_are_no_figures() -> None:
    assert swap_table("smiling", [("skipped", None, None, [])]).row_count == 0  # type: ignore[list-item]


def test_eyes_that_are_laid_in_are_not_counted_with_those_that_are_painted() -> None:
    ways = ("by itself", "by itself", "told with --match", "leads the painter")
    rows = [["a blink", "opened", way, ""] for way in ways]

    assert counted_ways(rows) == "of 4: 2 by itself, 1 told with --match, 1 leads the painter"
    assert counted_ways([["a blink", "failed", ways[-1], ""]]).endswith("0 leads the painter, 1 not opened")


def test_the_open_frame_itself_is_off_by_nothing_and_a_blink_by_much(
    portrait: Rgb, portrait_face: Face, blinked: Rgb
) -> None:
    there = Shot(Path("open.png"), portrait, portrait_face)
    assert against(portrait, there, there) == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)
    iris, alike, _ = against(blinked, there, there)
    assert iris > 20
    assert alike < 0.8
