"""Lashes and pupils of opened eyes are as dark as the shut ones tell."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Tones
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.lashes.lash_line import BLACKEST, PUPIL_PALED, with_matched_lashes
from open_the_eyes.models.appearance.lashes.shut_lines import ShutLine, shut_lines
from open_the_eyes.models.appearance.refiner import PaintedEyes
from tests.models.appearance.arched_eye import an_eye
from training.lash_line import open_eye

from .lash_pictures import SHUT, SIZE_HW, SKIN, SKIN_LEVEL, below_lid, shut_picture

OPEN = an_eye(0.36, 60.0)
WHOLE = np.ones(SIZE_HW, np.float32)
SHAPES: list[dict[Side, EyeShape]] = [
    {"left": OPEN},
    {"right": replace(OPEN, side="right", ring=OPEN.ring[[8, *range(7, -1, -1), *range(15, 8, -1)]])},
]
"""Both eyes of a face, each in a piece of its own, at the same place there."""


def opened_picture(line: float, iris: float = 0.5, pupil: float = 0.75, lid: float = 0.1) -> Tones:
    """Skin with an eye whose lid, lash line, iris and pupil are so dark; all of them soft."""
    there, below = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0])), below_lid(OPEN)
    dark = np.where((below < 0) & (below > -0.2), lid, 0)
    dark = np.maximum(dark, line * np.exp(-(((below + 0.02) / 0.04) ** 2)))
    inside, to_iris = there.aperture(2.0), there.to_iris / OPEN.iris_radius
    dark = np.maximum(dark, inside * np.where(to_iris < 0.4, pupil, np.where(to_iris < 1, iris, -0.1)))
    return np.asarray(SKIN * (1 - dark)[..., None], np.float32)


def upper_lashes(picture: Tones) -> float:
    told = open_eye(picture, OPEN)
    assert told is not None
    return told.upper


def matched(picture: Tones, shut: float) -> Tones:
    return with_lines(picture, shut_lines([(shut_picture(shut), SHUT)]))


def with_lines(picture: Tones, told: dict[Side, ShutLine], mask: Plane = WHOLE) -> Tones:
    (out,) = with_matched_lashes([PaintedEyes(picture, mask, np.zeros((478, 2)), {"left": OPEN})], told, False)
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
    paled, lid = luma_of(matched(painted, 0.4)), 0.6 * SKIN_LEVEL
    assert (luma_of(painted)[row] < paled[row]).mean() > 0.6
    assert paled[beside].max() <= lid + 1
    left = (lid - paled[row].mean()) / (lid - luma_of(painted)[row].mean())
    assert 0.4 < left < 0.8


def test_lower_lashes_follow_less() -> None:
    there = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    under = (there.above_lower < 0) & (there.above_lower > -2) & (there.along > 12) & (there.along < 48)
    painted = opened_picture(0.6)
    painted[under] *= 0.7
    dark, faint = (matched(painted, shut)[under].mean() / painted[under].mean() for shut in (0.95, 0.36))
    assert 0.82 < dark < 0.95
    assert faint > 1.02


def test_only_what_is_dark_changes_and_only_under_the_mask() -> None:
    pale, told = opened_picture(0.5), shut_lines([(shut_picture(0.95), SHUT)])
    out = with_lines(pale, told)
    bright = pale.mean(axis=2) > 0.88 * SKIN.mean()
    assert bright[np.abs(below_lid(OPEN) + 0.11) < 0.02].all(), "the lid"
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


def test_lashes_are_no_blacker_than_a_photos_black() -> None:
    there = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    painted = opened_picture(0.6)
    painted[(np.abs(below_lid(OPEN) + 0.02) < 0.02) & (np.abs(there.along - 25) < 1)] = SKIN * 0.1
    assert luma_of(matched(painted, 0.95)).min() == pytest.approx((1 - BLACKEST) * SKIN_LEVEL, abs=0.1)


def test_beside_fair_lashes_an_iris_pales_a_little() -> None:
    dark = opened_picture(0.6, iris=0.7, pupil=0.9)
    out = matched(dark, 0.36)
    x, y = (round(value) for value in OPEN.iris_xy)
    ring = round(0.7 * OPEN.iris_radius)
    for place in ((y, x), (y, x + ring)):
        paled = (luma_of(out)[place] - luma_of(dark)[place]) / SKIN_LEVEL
        assert 0.03 < paled <= PUPIL_PALED


def test_both_irises_change_alike() -> None:
    """Two pieces of one photo, of which one's shut line is darker than the other's."""
    told: dict[Side, ShutLine] = {"left": ShutLine(0.9, SKIN_LEVEL), "right": ShutLine(0.5, SKIN_LEVEL)}
    pale = opened_picture(0.6, iris=0.45, pupil=0.75)
    out = with_matched_lashes([PaintedEyes(pale, WHOLE, np.zeros((478, 2)), shapes) for shapes in SHAPES], told, False)
    x, y = (round(value) for value in OPEN.iris_xy)
    left, right_pupil = (luma_of(piece.pixels)[y, x] for piece in out)
    assert left == pytest.approx(right_pupil, abs=0.5)
    assert left != pytest.approx(float(luma_of(pale)[y, x]), abs=0.5)


def test_where_one_eye_tells_nothing_pupils_stay() -> None:
    pale = opened_picture(0.6, iris=0.45, pupil=0.75)
    pieces = [PaintedEyes(pale, WHOLE, np.zeros((478, 2)), shapes) for shapes in SHAPES]
    out = with_matched_lashes(pieces, {"left": ShutLine(0.9, SKIN_LEVEL)}, False)
    x, y = (round(value) for value in OPEN.iris_xy)
    assert [np.array_equal(piece.pixels[y, x], pale[y, x]) for piece in out] == [True, True]
    assert [np.array_equal(piece.pixels, pale) for piece in out] == [False, True]


@pytest.mark.parametrize("belief", [0.0, 0.4, 1.0])
def test_as_much_changes_as_is_believed(belief: float) -> None:
    painted = opened_picture(0.6)
    wholly = upper_lashes(with_lines(painted, {"left": ShutLine(0.9, SKIN_LEVEL)})) - upper_lashes(painted)
    partly = upper_lashes(with_lines(painted, {"left": ShutLine(0.9, SKIN_LEVEL, belief)})) - upper_lashes(painted)
    assert wholly > 0.1
    assert partly == pytest.approx(belief * wholly, abs=0.03)


def test_larger_eyes_change_less() -> None:
    painted, shown = opened_picture(0.6), []
    for times in (1, 2, 2.2, 3):
        size_wh = round(SIZE_HW[1] * times), round(SIZE_HW[0] * times)
        large = np.asarray(cv2.resize(painted, size_wh, interpolation=cv2.INTER_CUBIC), np.float32)
        shape = OPEN.reduced(1 / times)
        told: dict[Side, ShutLine] = {"left": ShutLine(0.9, SKIN_LEVEL)}
        piece = PaintedEyes(large, np.ones(large.shape[:2], np.float32), np.zeros((478, 2)), {"left": shape})
        shown.append(float(np.abs(with_matched_lashes([piece], told, False)[0].pixels - large).mean()))
    assert shown[0] > 1.2 * shown[1] > 1.2 * shown[2] > 0
    assert shown[3] == 0


def test_only_lashes_and_iris_change() -> None:
    """Not the lid further up, nor what is dark past the corners."""
    there, below = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0])), below_lid(OPEN)
    painted = opened_picture(0.6)
    along = there.along / OPEN.width
    away = (np.abs(below) > 0.16) & (there.above_lower < -0.16 * OPEN.width) | (along < -0.08) | (along > 1.02)
    away |= (below < -0.16) & (below > -0.3)
    painted[away] *= 0.5
    assert np.array_equal(matched(painted, 0.95)[away], painted[away])


def test_irises_that_are_known_stay() -> None:
    pale = opened_picture(0.6, iris=0.45, pupil=0.75)
    piece = PaintedEyes(pale, WHOLE, np.zeros((478, 2)), {"left": OPEN})
    (out,) = with_matched_lashes([piece], {"left": ShutLine(0.9, SKIN_LEVEL)}, True)
    x, y = (round(value) for value in OPEN.iris_xy)
    assert np.array_equal(out.pixels[y, x], pale[y, x])
    assert upper_lashes(out.pixels) > upper_lashes(pale) + 0.05
