"""Right and wrong pairs are counted as what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models.reference.likeness import Likeness
from training.likeness.evaluate import SHOTS, Count, Seen, another_shot, counted, with_strangers


class ByNumber(Likeness):
    """Takes rows for one person's that are less than 1 apart."""

    def evidence(self, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        return float(1 - abs(one[0] - other[0]))


def face(person: str, picture: str, number: float, *, blinks: bool = False) -> Seen:
    return Seen(person, picture, blinks, np.array([number], np.float32))


def test_a_stranger_taken_counts_once_a_pair_and_once_a_person() -> None:
    seen = [
        face("ann", "a", 0.0, blinks=True),
        face("ann", "a", 0.0),
        face("ann", "a again", 0.5),
        face("ann", "a from afar", 3.0),
        face("bea", "b", 0.9),
        face("cy", "c", 0.2),
        face("dan", "d", 9.0),
        face("dan", "d", 9.0, blinks=True),
    ]
    counts = counted(ByNumber(), seen)
    assert counts.strangers == Count(2, 8)  # ann's blink beside bea, cy, dan; dan's beside three of ann's, bea and cy
    assert counts.deceived == Count(1, 2)
    assert counts.same == Count(1, 2)  # the very picture that was painted shut does not count
    assert counts.likest == pytest.approx(0.8)


def test_the_interval_of_none_is_not_none() -> None:
    assert Count(0, 100).cells() == ("0 of 100", "0 %", "[0, 3.7]")


def test_of_no_pairs_there_is_no_share() -> None:
    assert Count(0, 0).cells() == ("none", "", "")


@pytest.mark.parametrize(
    ("seen", "people"),
    [
        ([], 0),
        ([face("ann", "a", 0.0), face("ann", "a", 0.0, blinks=True)], 1),
        ([face("ann", "a", 0.0), face("bea", "b", 0.9)], 2),
    ],
    ids=["nobody", "one person", "nobody blinks"],
)
def test_where_nobody_blinks_beside_a_stranger_a_line_says_so(seen: list[Seen], people: int) -> None:
    with pytest.raises(SystemExit, match=f"val: expected faces of at least two people, shut and open, found {people}"):
        with_strangers(seen, Path("val"))


def test_two_people_of_whom_one_blinks_are_enough() -> None:
    seen = [face("ann", "a", 0.0, blinks=True), face("bea", "b", 0.9)]
    assert with_strangers(seen, Path("val")) == seen


@pytest.mark.parametrize("shot", SHOTS)
def test_another_shot_has_another_size_and_light(portrait: Rgb, shot: tuple[float, float, float, int]) -> None:
    other = another_shot(portrait, shot)
    assert other.shape == (round(512 * shot[0]), round(512 * shot[0]), 3)
    assert other.mean() / portrait.mean() == pytest.approx(shot[2], abs=0.12)
    assert other[..., 0].mean() < other[..., 2].mean() * portrait[..., 0].mean() / portrait[..., 2].mean()
