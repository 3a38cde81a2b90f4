"""Painted pixels take the light of what surrounds them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Tones
from open_the_eyes.imaging.light.tint import MAX_GAIN, MAX_GAIN_AT_RIM, met_at_rim, tinted

REACH = 16.0


def a_mask(size: int = 80) -> Plane:
    plane = np.zeros((size, size), np.float32)
    cv2.circle(plane, (size // 2, size // 2), size // 3, (1.0,), -1)
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), 3), np.float32)


def flat(rgb: tuple[float, float, float], size: int = 80) -> Tones:
    return np.full((size, size, 3), rgb, np.float32)


SKIN = (190.0, 150.0, 130.0)


def test_paint_that_fits_stays_as_it_is() -> None:
    assert tinted(flat(SKIN), flat(SKIN), a_mask(), REACH) == pytest.approx(flat(SKIN), rel=1e-4)


@pytest.mark.parametrize(
    "gain",
    [
        pytest.param((0.85, 0.85, 0.85), id="too dark"),
        pytest.param((1.2, 1.2, 1.2), id="too light"),
        pytest.param((1.1, 1.0, 0.9), id="too warm"),
    ],
)
def test_paint_is_brought_to_the_light_around_it(gain: tuple[float, float, float]) -> None:
    painted = flat(SKIN) * np.array(gain, np.float32)
    before, after = np.abs(painted - flat(SKIN)), np.abs(tinted(painted, flat(SKIN), a_mask(), REACH) - flat(SKIN))
    rim = (a_mask() > 0.1) & (a_mask() < 0.9)
    assert after[rim].max() < 0.15 * before[rim].max()


def test_no_pixel_is_changed_by_more_than_the_limit() -> None:
    out = tinted(flat((20.0, 20.0, 20.0)), flat((250.0, 250.0, 250.0)), a_mask(), REACH)
    assert 1.2 * 20 < out.max() <= MAX_GAIN * 20 + 1e-3


def test_what_is_painted_in_the_middle_keeps_its_contrast() -> None:
    painted = flat(SKIN) * 0.9
    painted[36:44, 36:44] *= 0.2
    out = tinted(painted, flat(SKIN), a_mask(), REACH)
    assert out[39, 39] / out[30, 30] == pytest.approx(painted[39, 39] / painted[30, 30], rel=0.02)


def test_light_that_changes_across_is_followed() -> None:
    slope = np.linspace(0.85, 1.15, 80, dtype=np.float32)[None, :, None]
    out = tinted(flat(SKIN), flat(SKIN) * slope, a_mask(), REACH)
    assert out[40, 20].mean() < 0.97 * out[40, 60].mean()


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_without_a_rim_nothing_is_known_and_nothing_changes(size: int, level: float) -> None:
    mask = np.full((size, size), level, np.float32)
    assert tinted(flat(SKIN, size), flat((90.0, 90.0, 90.0), size), mask, REACH) == pytest.approx(flat(SKIN, size))


def test_black_paint_on_black_skin_divides_by_nothing() -> None:
    assert (tinted(flat((0.0, 0.0, 0.0)), flat((0.0, 0.0, 0.0)), a_mask(), REACH) == 0).all()


def test_the_arguments_stay_as_they_were() -> None:
    painted, around, mask = flat(SKIN) * 0.8, flat(SKIN), a_mask()
    kept = painted.copy(), around.copy(), mask.copy()
    tinted(painted, around, mask, REACH)
    assert all(np.array_equal(a, b) for a, b in zip(kept, (painted, around, mask), strict=True))


RIM_REACH = 10.0


def test_a_rim_that_fits_stays_as_it_is() -> None:
    assert met_at_rim(flat(SKIN), flat(SKIN), a_mask(), RIM_REACH) == pytest.approx(flat(SKIN), rel=1e-4)


@pytest.mark.parametrize("gain", [0.45, 2.2], ids=["much too dark", "much too light"])
def test_the_rim_meets_its_surroundings_and_the_middle_stays(gain: float) -> None:
    around = flat((90.0, 70.0, 60.0))
    out = met_at_rim(around * gain, around, a_mask(), RIM_REACH)
    rim = (a_mask() > 0.02) & (a_mask() < 0.3)
    assert (out / around)[rim] == pytest.approx(np.ones(3 * int(rim.sum())).reshape(-1, 3), abs=0.25)
    assert (out / around)[36:44, 36:44] == pytest.approx(np.full((8, 8, 3), gain))


def test_a_lash_across_the_rim_does_not_darken_it() -> None:
    around = flat(SKIN)
    around[:, 39:41] *= 0.2
    out = met_at_rim(flat(SKIN), around, a_mask(), RIM_REACH)
    assert (out / flat(SKIN)).min() > 0.8


def test_the_rim_is_changed_by_no_more_than_its_limit() -> None:
    out = met_at_rim(flat((10.0, 10.0, 10.0)), flat((250.0, 250.0, 250.0)), a_mask(), RIM_REACH)
    assert 2 * 10 < out.max() <= MAX_GAIN_AT_RIM * 10 + 1e-3
