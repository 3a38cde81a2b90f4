"""Lashes and pupils of opened eyes are as dark as the shut ones tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Tones
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.lashes.lash_line import ALIKE, PUPIL_PALED, ShutLine, shut_lines, with_lash_lines
from open_the_eyes.models.appearance.refiner import PaintedEyes
from tests.models.appearance.arched_eye import an_eye
from training.lash_line import open_lashes

SKIN = np.array([205, 160, 140], np.float32)
SHUT, OPEN = an_eye(0.02, 60.0), an_eye(0.36, 60.0)
SIZE_HW = (140, 190)
WHOLE = np.ones(SIZE_HW, np.float32)


def below_lid(shape: EyeShape) -> Plane:
    """(h, w): how far under the upper lid's edge, eye widths."""
    there = lid_distances(shape, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    return np.asarray(np.where((there.along > 0) & (there.along < shape.width), there.below_upper / shape.width, 9))


def shut_picture(dark: float, shape: EyeShape = SHUT) -> Tones:
    """Skin with a line so dark along the lids."""
    return np.asarray(SKIN * (1 - dark * (np.abs(below_lid(shape)) < 0.04))[..., None], np.float32)


def opened_picture(line: float, iris: float = 0.5, pupil: float = 0.75, lid: float = 0.1) -> Tones:
    """Skin with an eye whose lid, lash line, iris and pupil are so dark; all of them soft."""
    there, below = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0])), below_lid(OPEN)
    dark = np.where((below < 0) & (below > -0.2), lid, 0)
    dark = np.maximum(dark, line * np.exp(-(((below + 0.02) / 0.04) ** 2)))
    inside, to_iris = there.aperture(2.0), there.to_iris / OPEN.iris_radius
    dark = np.maximum(dark, inside * np.where(to_iris < 0.4, pupil, np.where(to_iris < 1, iris, -0.1)))
    return np.asarray(SKIN * (1 - dark)[..., None], np.float32)


def upper_lashes(picture: Tones) -> float:
    told = open_lashes(picture, OPEN)
    assert told is not None
    return told.upper


def matched(picture: Tones, shut: float) -> Tones:
    return with_lines(picture, shut_lines([(shut_picture(shut), SHUT)]))


def with_lines(picture: Tones, told: dict[Side, ShutLine], mask: Plane = WHOLE) -> Tones:
    (out,) = with_lash_lines([PaintedEyes(picture, mask, np.zeros((478, 2)), {"left": OPEN})], told)
    return out.pixels


def test_lashes_become_as_dark_as_the_shut_line() -> None:
    painted = opened_picture(0.6)
    after = {shut: upper_lashes(matched(painted, shut)) for shut in (0.5, 0.8, 0.95)}
    assert after[0.5] < upper_lashes(painted) - 0.05
    assert after[0.5] == pytest.approx(0.5, abs=0.06)
    assert after[0.8] == pytest.approx(0.8, abs=0.06)
    assert after[0.8] + 0.05 < after[0.95] < 0.95


def test_paled_lashes_stay_darker_than_their_lid() -> None:
    painted = opened_picture(0.6, lid=0.4)
    beside = (below_lid(OPEN) < 0) & (below_lid(OPEN) > -0.1)
    row = beside & (np.abs(below_lid(OPEN) + 0.02) < 0.01)
    paled, lid = luma_of(matched(painted, 0.4)), 0.6 * luma_of(SKIN[None, None])
    assert (luma_of(painted)[row] < paled[row]).mean() > 0.6
    assert paled[beside].max() <= lid + 1


def test_a_shut_line_that_is_hidden_tells_nothing() -> None:
    painted = opened_picture(0.6)
    assert np.array_equal(matched(painted, 0.15), painted)
    assert upper_lashes(matched(painted, 0.36)) < upper_lashes(painted) - 0.05


def test_lower_lashes_follow_less() -> None:
    there = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    under = (there.above_lower < 0) & (there.above_lower > -2) & (there.along > 12) & (there.along < 48)
    painted = opened_picture(0.6)
    painted[under] *= 0.7
    dark, faint = (matched(painted, shut)[under].mean() / painted[under].mean() for shut in (0.95, 0.36))
    assert 0.7 < dark < 0.95
    assert faint > 1.02


def test_only_what_is_dark_changes_and_only_under_the_mask() -> None:
    pale, told = opened_picture(0.5), shut_lines([(shut_picture(0.95), SHUT)])
    out = with_lines(pale, told)
    bright = pale.mean(axis=2) > 0.95 * SKIN.mean()
    assert np.abs(out - pale)[bright].max() < 1
    assert (out <= pale + 1e-3).all()
    assert np.array_equal(with_lines(pale, told, 0 * WHOLE), pale)


def test_a_pupil_becomes_as_dark_as_the_shut_eye_and_an_iris_keeps_its_colour() -> None:
    pale = opened_picture(0.6, iris=0.45, pupil=0.7)
    out = matched(pale, 0.9)
    x, y = (round(value) for value in OPEN.iris_xy)
    ring = round(0.7 * OPEN.iris_radius)
    assert out[y, x].mean() < 0.5 * pale[y, x].mean()
    assert np.abs(out[y, x + ring] / pale[y, x + ring] - 1).max() < 0.02


def test_beside_fair_lashes_an_iris_pales_a_little() -> None:
    dark = opened_picture(0.6, iris=0.7, pupil=0.9)
    out = matched(dark, 0.36)
    x, y = (round(value) for value in OPEN.iris_xy)
    ring = round(0.7 * OPEN.iris_radius)
    skin = luma_of(SKIN[None, None])[0, 0]
    for place in ((y, x), (y, x + ring)):
        paled = (luma_of(out)[place] - luma_of(dark)[place]) / skin
        assert 0.03 < paled <= PUPIL_PALED


def test_one_eye_is_hardly_darker_than_the_other() -> None:
    right = replace(SHUT, side="right", ring=SHUT.ring[[8, *range(7, -1, -1), *range(15, 8, -1)]])
    both = shut_lines([(shut_picture(0.9), SHUT), (shut_picture(0.5), right)])
    assert both["right"].darkness == pytest.approx(0.5, abs=0.02)
    assert both["left"].darkness == pytest.approx(both["right"].darkness + ALIKE)


def test_both_irises_change_alike() -> None:
    """Two pieces of one photo, of which one's shut line is darker than the other's."""
    skin = float(luma_of(SKIN[None, None])[0, 0])
    right = replace(OPEN, side="right", ring=OPEN.ring[[8, *range(7, -1, -1), *range(15, 8, -1)]])
    told: dict[Side, ShutLine] = {"left": ShutLine(0.9, skin), "right": ShutLine(0.5, skin)}
    pale = opened_picture(0.6, iris=0.45, pupil=0.75)
    shapes: list[dict[Side, EyeShape]] = [{"left": OPEN}, {"right": right}]
    out = with_lash_lines([PaintedEyes(pale, WHOLE, np.zeros((478, 2)), shape) for shape in shapes], told)
    x, y = (round(value) for value in OPEN.iris_xy)
    left, right_pupil = (luma_of(piece.pixels)[y, x] for piece in out)
    assert left == pytest.approx(right_pupil, abs=0.5)
    assert left != pytest.approx(float(luma_of(pale)[y, x]), abs=0.5)


@pytest.mark.parametrize(
    "pictures",
    [
        pytest.param([], id="no shut eye"),
        pytest.param([(0.02 * shut_picture(0.9), SHUT)], id="in the dark"),
        pytest.param([(shut_picture(0.9), replace(SHUT, ring=SHUT.ring + 900))], id="outside the picture"),
        pytest.param([(shut_picture(0.9, an_eye(0.02, 170.0)), an_eye(0.02, 170.0))], id="large"),
    ],
)
def test_where_nothing_is_told_nothing_changes(pictures: list[tuple[Tones, EyeShape]]) -> None:
    told = shut_lines(pictures)
    assert told == {}
    pale = opened_picture(0.5)
    assert np.array_equal(with_lines(pale, told), pale)
