"""What covers a face from below: seen where it is, and not where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points, Rgb, to_levels
from open_the_eyes.imaging.binary_masks import BinaryMask
from open_the_eyes.imaging.face.eye_corners import eye_middle, eyes_apart
from open_the_eyes.imaging.face.mesh478 import NOSE_TIP, OUTER_CORNER, SIDES
from open_the_eyes.imaging.occlusion.cloth import Cloth
from open_the_eyes.roles import Face
from tests.faces import resized, turned
from training.masked import MASKS, worn

EVERY = pytest.mark.parametrize("name", sorted(MASKS))


def below(pixels: Rgb, landmarks: Points, at: float) -> BinaryMask:
    """(h, w): what lies further down than so many distances between the outer corners below the eyes' middle."""
    middle = np.mean([eye_middle(landmarks, side) for side in SIDES], axis=0)
    return np.arange(len(pixels))[:, None] > np.full(pixels.shape[1], middle[1] + at * eyes_apart(landmarks))


@EVERY
@pytest.mark.parametrize("times", [1.0, 3.0])
def test_a_mask_is_seen_and_the_face_above_it_is_not_it(
    portrait: Rgb, portrait_face: Face, name: str, times: float
) -> None:
    landmarks = (portrait_face.landmarks + 0.5) * times - 0.5
    pixels = resized(portrait, times)
    masked = worn(pixels, landmarks, MASKS[name])
    cloth = Cloth.of(masked, landmarks)
    assert cloth is not None
    over = cloth.over(masked, landmarks)
    x, y = np.rint(landmarks[NOSE_TIP, :2]).astype(int)
    assert over[y, x] == 1
    changed = np.abs(masked.astype(int) - pixels).max(axis=2)
    assert over[(changed > 60) & below(pixels, landmarks, 0.1)].mean() > 0.95
    left, right = (landmarks[OUTER_CORNER[side], :2].astype(int) for side in SIDES)
    assert over[: min(left[1], right[1]), left[0] : right[0]].max() < 0.1


def test_it_is_seen_on_a_face_that_lies_in_any_direction(portrait: Rgb, portrait_face: Face) -> None:
    masked = worn(portrait, portrait_face.landmarks, MASKS["white"])
    pixels = turned(masked, 90)
    middle, new = (np.array([p.shape[1] / 2, p.shape[0] / 2]) for p in (masked, pixels))
    x, y = (portrait_face.landmarks[:, :2] - middle).T
    landmarks = np.column_stack([-y, x]) + new
    assert Cloth.of(pixels, landmarks) is not None


def test_a_bare_face_has_none(portrait: Rgb, portrait_face: Face) -> None:
    assert Cloth.of(portrait, portrait_face.landmarks) is None


@pytest.mark.parametrize("at", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("light", [(0.35, 0.37, 0.4), (0.5, 0.5, 0.5), (0.7, 0.7, 0.7), (1.4, 1.4, 1.4)])
def test_nor_is_the_edge_of_a_shadow_one(
    portrait: Rgb, portrait_face: Face, light: tuple[float, float, float], at: float
) -> None:
    under = below(portrait, portrait_face.landmarks, at)
    for shaded in (under, ~under):
        pixels = np.where(shaded[..., None], to_levels(portrait * np.array(light)), portrait)
        assert Cloth.of(pixels, portrait_face.landmarks) is None


def test_in_black_and_white_cloth_cannot_be_told_from_shadow(portrait: Rgb, portrait_face: Face) -> None:
    masked = worn(portrait, portrait_face.landmarks, MASKS["white"])
    assert Cloth.of(np.repeat(masked[..., 1:2], 3, axis=2), portrait_face.landmarks) is None


def test_nor_is_a_black_beard(portrait: Rgb, portrait_face: Face) -> None:
    under = below(portrait, portrait_face.landmarks, 0.5)
    bearded = np.where(under[..., None], to_levels(portrait * 0.15), portrait)
    assert Cloth.of(bearded, portrait_face.landmarks) is None


def test_a_face_of_which_the_lower_half_is_outside_the_picture_has_none(portrait: Rgb, portrait_face: Face) -> None:
    masked = worn(portrait, portrait_face.landmarks, MASKS["white"])
    end = int(eye_middle(portrait_face.landmarks, "left")[1] + 0.4 * eyes_apart(portrait_face.landmarks))
    assert Cloth.of(np.ascontiguousarray(masked[:end]), portrait_face.landmarks) is None


@pytest.mark.parametrize("size_hw", [(1, 1), (3, 400), (400, 3)])
def test_a_picture_without_the_face_has_none(portrait_face: Face, size_hw: tuple[int, int]) -> None:
    assert Cloth.of(np.zeros((*size_hw, 3), np.uint8), portrait_face.landmarks) is None
    assert Cloth.of(np.zeros((*size_hw, 3), np.uint8), np.zeros((478, 3))) is None
