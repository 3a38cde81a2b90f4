"""Hair and caps over an eye are found; lashes, shadows and dark photos are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.occlusion.occluders import occluder_mask
from tests.imaging.drawn_eye import INNER, OUTER, region, skin

CHIN = np.array([160.0, 300.0])
HAIR = (40, 30, 28)


def test_bare_skin_and_a_shut_eye_have_nothing_over_them() -> None:
    pixels = skin()
    cv2.ellipse(pixels, (120, 100), (40, 8), 0, 0, 180, HAIR, 6)
    assert not occluder_mask(pixels, region(), OUTER, INNER, CHIN).any()


@pytest.mark.parametrize("mirrored", [False, True], ids=["left", "right"])
def test_hair_that_hangs_in_from_the_side_is_found_as_far_as_it_goes(mirrored: bool) -> None:
    pixels = skin()
    pixels[:, :68] = HAIR
    corners = OUTER, INNER, CHIN
    if mirrored:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        corners = OUTER * [-1, 1] + [239, 0], INNER * [-1, 1] + [239, 0], CHIN
    found = occluder_mask(pixels, region(), *corners)
    found = found[:, ::-1] if mirrored else found
    assert found[60:140, 58:65].min() > 0.9
    assert not found[:, 78:].any()


def test_a_cap_over_the_lid_is_found() -> None:
    pixels = skin()
    pixels[:64] = HAIR
    found = occluder_mask(pixels, region(), OUTER, INNER, CHIN)
    assert found[56:60, 90:150].min() > 0.9
    assert not found[74:].any()


def test_between_the_lids_nothing_is_taken_for_hair() -> None:
    pixels = skin()
    pixels[:, :84] = HAIR
    found = occluder_mask(pixels, region(), OUTER, INNER, CHIN)
    assert found[60:80, 60:80].max() > 0.9
    assert found[97:103, 80:].max() < 0.05


def test_what_covers_half_the_eye_is_make_up_or_shadow() -> None:
    pixels = skin()
    pixels[:, :120] = HAIR
    assert not occluder_mask(pixels, region(), OUTER, INNER, CHIN).any()


def test_thick_lashes_that_end_inside_are_no_hair() -> None:
    pixels = skin()
    cv2.ellipse(pixels, (120, 100), (52, 12), 0, 0, 360, HAIR, -1)
    assert not occluder_mask(pixels, region(), OUTER, INNER, CHIN).any()


def test_a_lid_in_shadow_is_not_covered() -> None:
    pixels = skin()
    pixels[:112] //= 4
    assert not occluder_mask(pixels, region(), OUTER, INNER, CHIN).any()


def test_a_turned_photo_has_the_same_hair_over_the_eye() -> None:
    pixels = skin()
    pixels[:64] = HAIR
    upright = occluder_mask(pixels, region(), OUTER, INNER, CHIN)[region() > 0]
    turned = [np.array([y, 239 - x]) for x, y in (OUTER, INNER, CHIN)]
    found = occluder_mask(np.rot90(pixels).copy(), np.rot90(region()).copy(), *turned)
    assert upright.mean() > 0.05
    assert np.abs(np.rot90(found, -1)[region() > 0] - upright).mean() < 0.02


@pytest.mark.parametrize("width", [0.0, 10.0], ids=["no eye", "a tiny eye"])
def test_eyes_too_small_to_tell_have_nothing_over_them(width: float) -> None:
    pixels = skin()
    pixels[:, :68] = HAIR
    assert not occluder_mask(pixels, region(), OUTER, OUTER + np.array([width, 0]), CHIN).any()


def test_an_empty_region_has_nothing_over_it() -> None:
    assert not occluder_mask(skin(), np.zeros((200, 240), np.float32), OUTER, INNER, CHIN).any()


def test_the_arguments_stay_as_they_were() -> None:
    pixels, mask = skin(), region()
    occluder_mask(pixels, mask, OUTER, INNER, CHIN)
    assert np.array_equal(pixels, skin())
    assert np.array_equal(mask, region())
