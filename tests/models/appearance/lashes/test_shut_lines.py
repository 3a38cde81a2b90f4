"""Shut eyes tell how dark lashes are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.models.appearance.lashes.shut_lines import ALIKE, shut_line, shut_lines
from tests.models.appearance.arched_eye import an_eye

from .lash_pictures import SHUT, SKIN_LEVEL, shut_picture


@pytest.mark.parametrize("dark", [0.3, 0.6, 0.95])
def test_a_line_is_as_dark_as_it_was_drawn(dark: float) -> None:
    told = shut_line(shut_picture(dark), SHUT)
    assert told is not None
    assert told.darkness == pytest.approx(dark, abs=0.02)
    assert told.skin == pytest.approx(SKIN_LEVEL, abs=0.5)
    assert told.belief == 1


def test_a_line_is_believed_if_it_is_darker_than_the_lids_beside_it() -> None:
    beliefs = []
    for dark, lids in ((0.06, 0.0), (0.16, 0.0), (0.45, 0.42), (0.95, 0.9)):
        told = shut_line(shut_picture(dark, lids=lids), SHUT)
        assert told is not None
        beliefs.append(told.belief)
    hidden, faint, shaded, made_up = beliefs
    assert hidden == shaded == 0
    assert 0 < faint < 1
    assert made_up == 1


def test_one_eye_is_hardly_darker_than_the_other() -> None:
    right = replace(SHUT, side="right", ring=SHUT.ring[[8, *range(7, -1, -1), *range(15, 8, -1)]])
    both = shut_lines([(shut_picture(0.9), SHUT), (shut_picture(0.5), right)])
    assert both["right"].darkness == pytest.approx(0.5, abs=0.02)
    assert both["left"].darkness == pytest.approx(both["right"].darkness + ALIKE)


@pytest.mark.parametrize(
    "pictures",
    [
        pytest.param([], id="no shut eye"),
        pytest.param([(0.02 * shut_picture(0.9), SHUT)], id="in the dark"),
        pytest.param([(shut_picture(0.9), replace(SHUT, ring=SHUT.ring + 900))], id="outside the picture"),
        pytest.param([(shut_picture(0.9, an_eye(0.02, 170.0)), an_eye(0.02, 170.0))], id="large"),
    ],
)
def test_where_nothing_is_seen_nothing_is_told(pictures: list[tuple[Tones, EyeShape]]) -> None:
    assert shut_lines(pictures) == {}
