"""The brighter cheek tells from which side a face is lit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import to_levels, to_tones
from open_the_eyes.models.appearance.light.side_light import measured_side_light
from open_the_eyes.models.appearance.prepared import Prepared
from open_the_eyes.roles import Crop


def evenly_lit(crop: Crop, level: float = 120) -> Crop:
    return replace(crop, pixels=np.full_like(crop.pixels, level))


def lit_aside(crop: Crop, gain: float) -> Crop:
    """With what lies to the right of the middle between the eyes brighter by that factor."""
    pixels = to_tones(crop.pixels)
    pixels[:, round(float(crop.landmarks[[33, 263], 0].mean())) :] *= gain
    return replace(crop, pixels=to_levels(pixels))


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.6])
def test_a_brighter_side_is_told_by_its_logarithm(closed_crop: Crop, gain: float) -> None:
    found = measured_side_light(lit_aside(evenly_lit(closed_crop), gain))
    assert found == pytest.approx(np.log(gain), abs=0.1)


def test_a_mirrored_face_is_lit_from_the_other_side(closed_crop: Crop) -> None:
    lit = lit_aside(closed_crop, 1.5)
    other = lit_aside(closed_crop, 1 / 1.5)
    assert measured_side_light(lit) - measured_side_light(other) == pytest.approx(2 * np.log(1.5), abs=0.15)


@pytest.mark.parametrize("size", [1, 4])
def test_large_crops_tell_the_same(closed_crop: Crop, size: int) -> None:
    lit = lit_aside(closed_crop, 1.5)
    pixels, mask = (np.repeat(np.repeat(plane, size, 0), size, 1) for plane in (lit.pixels, lit.mask))
    large = replace(lit, pixels=pixels, mask=mask, landmarks=lit.landmarks * size)
    assert measured_side_light(large) == pytest.approx(measured_side_light(lit), abs=0.03)


@pytest.mark.parametrize("shift", [-2.0, 2.0], ids=["left cheek", "right cheek"])
def test_a_cheek_beyond_the_crop_tells_nothing(closed_crop: Crop, shift: float) -> None:
    moved = closed_crop.landmarks + np.array([shift * closed_crop.pixels.shape[1], 0, 0])
    assert measured_side_light(replace(lit_aside(closed_crop, 2.0), landmarks=moved)) == 0


def test_noise_in_the_dark_tells_of_no_side(closed_crop: Crop) -> None:
    dark = lit_aside(evenly_lit(closed_crop, 1), 2.0)
    assert abs(measured_side_light(dark)) < 0.25


def test_what_covers_a_cheek_tells_nothing(closed_crop: Crop) -> None:
    even, cloth = evenly_lit(closed_crop), np.zeros(closed_crop.mask.shape, np.float32)
    h = cloth.shape[0]
    even.pixels[h // 2 :: 3, : cloth.shape[1] // 2] = 10
    cloth[h // 2 :: 3, : cloth.shape[1] // 2] = 1
    assert measured_side_light(even) > 0.1
    assert measured_side_light(replace(even, cloth=cloth)) == pytest.approx(0, abs=1e-6)


def test_a_crop_made_ready_tells_it(closed_crop: Crop) -> None:
    lit = lit_aside(closed_crop, 1.5)
    assert Prepared.of(lit, 0).side_light == measured_side_light(lit)
