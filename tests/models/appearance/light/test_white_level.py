"""Whites are as bright as the light on the face makes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import to_levels, to_tones
from open_the_eyes.imaging.face.lids import lid_distances
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.irises.ball import ball_of
from open_the_eyes.models.appearance.light.white_level import BELIEVED, LIT_WHITE, WHITE_GAIN, with_white_levels
from open_the_eyes.models.appearance.prepared import Prepared
from open_the_eyes.models.appearance.refiner import PaintedEyes
from open_the_eyes.roles import Crop
from tests.models.appearance.arched_eye import an_eye


def levels(crop: Crop) -> dict[Side, float]:
    return Prepared.of(crop, 0).white_levels


def test_dark_skin_in_full_light_does_not_darken_whites(closed_crop: Crop) -> None:
    dark = replace(closed_crop, pixels=to_levels(0.4 * to_tones(closed_crop.pixels)))
    before, after = levels(closed_crop), levels(dark)
    assert before.keys() == after.keys() == {"left", "right"}
    assert all(after[side] == pytest.approx(before[side], rel=0.03) for side in before)
    assert all(0.5 * LIT_WHITE < level < 1.1 * LIT_WHITE for level in before.values())


def test_an_eye_in_the_shade_gets_a_darker_white(closed_crop: Crop) -> None:
    shaded = to_tones(closed_crop.pixels)
    shaded[:, : shaded.shape[1] // 2] *= 0.5
    before, after = levels(closed_crop), levels(replace(closed_crop, pixels=to_levels(shaded)))
    assert after["left"] < 0.65 * before["left"]
    assert after["right"] > 0.9 * before["right"]


def test_the_eye_that_is_open_tells_its_own_white(closed_crop: Crop) -> None:
    assert levels(replace(closed_crop, sides=("left",))) == {}


def test_where_no_skin_is_seen_nothing_is_told(closed_crop: Crop) -> None:
    assert levels(replace(closed_crop, mask=np.ones_like(closed_crop.mask))) == {}


@pytest.mark.parametrize(("wanted", "factor"), [(1.2, 1.2**BELIEVED), (9.0, WHITE_GAIN[1]), (0.1, WHITE_GAIN[0])])
def test_whites_go_half_way_and_not_too_far(wanted: float, factor: float) -> None:
    shape, pixels = an_eye(0.4), np.full((140, 210, 3), 150, np.float32)
    ys, xs = np.mgrid[:140, :210]
    from_centre = np.hypot(xs - shape.iris_xy[0], ys - shape.iris_xy[1]) / shape.iris_radius
    pixels[from_centre < 1] = 60
    piece = PaintedEyes(pixels, np.ones(pixels.shape[:2], np.float32), np.zeros((478, 3)), {shape.side: shape})
    before = ball_of(pixels, shape)
    assert before is not None
    (out,) = with_white_levels([piece], {shape.side: wanted * before.white_level})
    after = ball_of(out.pixels, shape)
    assert after is not None
    assert after.white_level / before.white_level == pytest.approx(factor, rel=0.05)
    lids = lid_distances(shape, Box.of(pixels))
    outside = np.minimum(lids.below_upper, lids.above_lower) < 0
    for untouched in (outside, from_centre < 0.95):
        assert np.array_equal(out.pixels[untouched], pixels[untouched])
