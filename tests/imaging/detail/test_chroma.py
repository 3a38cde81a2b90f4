"""How much softer a photo's colours are than its brightness, and painted eyes with colours as soft."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb, Tones, to_levels, to_tones
from open_the_eyes.imaging.channels import as_three
from open_the_eyes.imaging.detail.chroma import LEAST, MOST, MOST_PIXELS, chroma_blur, with_soft_colours
from open_the_eyes.imaging.face.eye_corners import seen_eye_width
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.imaging.smooth import smoothed
from open_the_eyes.roles import Crop


def soft_in_colour(photo: Rgb, blur: float) -> Rgb:
    """Its luma, and its colours blurred by so many pixels."""
    level = as_three(luma_of(photo))
    return to_levels(level + smoothed(to_tones(photo) - level, blur)) if blur else photo


def eye_width(landmarks: Points) -> float:
    return max(seen_eye_width(landmarks, "left"), seen_eye_width(landmarks, "right"))


@pytest.fixture(scope="module")
def coloured(closed_crop: Crop) -> Crop:
    """A blink whose colours lie on a line everywhere: brown, darker and lighter."""
    level = luma_of(closed_crop.pixels)
    return replace(closed_crop, pixels=to_levels(np.dstack([1.2 * level, 0.95 * level, 0.75 * level])))


def told(crop: Crop) -> float:
    """In eye widths."""
    return chroma_blur(crop.pixels, crop.mask, crop.landmarks) / eye_width(crop.landmarks)


@pytest.mark.parametrize("blur", [0.05, 0.08, 0.12])
def test_the_blur_of_colours_is_told(coloured: Crop, blur: float) -> None:
    assert told(coloured) < 0.01
    soft = soft_in_colour(coloured.pixels, blur * eye_width(coloured.landmarks))
    assert told(replace(coloured, pixels=soft)) == pytest.approx(blur, abs=0.025)


def test_it_is_told_in_a_photo_as_it_comes(closed_crop: Crop) -> None:
    soft = soft_in_colour(closed_crop.pixels, 0.1 * eye_width(closed_crop.landmarks))
    assert told(replace(closed_crop, pixels=soft)) > 2 * told(closed_crop)


def test_a_larger_photo_tells_the_same(coloured: Crop) -> None:
    soft = soft_in_colour(coloured.pixels, 0.1 * eye_width(coloured.landmarks))
    size_wh = (4 * soft.shape[1], 4 * soft.shape[0])
    large = np.asarray(cv2.resize(soft, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)
    mask = np.asarray(cv2.resize(coloured.mask, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)
    once = chroma_blur(soft, coloured.mask, coloured.landmarks)
    assert chroma_blur(large, mask, 4 * coloured.landmarks) == pytest.approx(4 * once, rel=0.15)


def test_a_near_face_gets_no_more_than_a_jpeg_makes(coloured: Crop) -> None:
    soft = soft_in_colour(coloured.pixels, 0.12 * eye_width(coloured.landmarks))
    size_wh = (8 * soft.shape[1], 8 * soft.shape[0])
    near = np.asarray(cv2.resize(soft, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)
    mask = np.asarray(cv2.resize(coloured.mask, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)
    assert chroma_blur(soft, coloured.mask, coloured.landmarks) < MOST_PIXELS
    assert chroma_blur(near, mask, 8 * coloured.landmarks) == MOST_PIXELS


def test_colours_that_do_not_go_with_brightness_tell_nothing(coloured: Crop) -> None:
    level = as_three(luma_of(coloured.pixels))
    rng = np.random.default_rng(0)
    width = eye_width(coloured.landmarks)
    others = smoothed(rng.normal(0, 1, level.shape).astype(np.float32), 0.15 * width)
    others *= 12 / float(others.std())
    own = smoothed(to_tones(coloured.pixels) - level, 0.1 * width)
    assert told(replace(coloured, pixels=to_levels(level + own))) > 0.07
    assert told(replace(coloured, pixels=to_levels(level + 0.2 * own + others))) < 0.005


def test_what_lies_under_the_mask_hardly_counts(coloured: Crop) -> None:
    soft = soft_in_colour(coloured.pixels, 0.1 * eye_width(coloured.landmarks))
    once = told(replace(coloured, pixels=soft))
    other = np.where(coloured.mask[..., None] > 0, coloured.pixels[..., ::-1], soft)
    assert told(replace(coloured, pixels=other)) == pytest.approx(once, rel=0.1)  # its brightness runs out


def test_no_more_is_told_than_eyes_may_get(coloured: Crop) -> None:
    soft = soft_in_colour(coloured.pixels, 0.5 * eye_width(coloured.landmarks))
    assert told(replace(coloured, pixels=soft)) == pytest.approx(MOST)


@pytest.mark.parametrize("colour", [(0, 0, 0), (128, 128, 128), (190, 150, 130)])
def test_a_flat_picture_tells_nothing(closed_crop: Crop, colour: tuple[int, int, int]) -> None:
    flat = np.full(closed_crop.pixels.shape, colour, np.uint8)
    assert chroma_blur(flat, closed_crop.mask, closed_crop.landmarks) == 0


def test_where_nothing_lies_beside_the_eyes_nothing_is_told(closed_crop: Crop) -> None:
    assert chroma_blur(closed_crop.pixels, np.ones_like(closed_crop.mask), closed_crop.landmarks) == 0
    pixel = np.zeros((1, 1, 3), np.uint8)
    assert chroma_blur(pixel, np.zeros((1, 1), np.float32), closed_crop.landmarks) == 0
    assert chroma_blur(closed_crop.pixels, closed_crop.mask, closed_crop.landmarks * 0) == 0


def an_eye() -> tuple[Tones, Plane]:
    """Skin, a blue iris in its middle, and where that is new."""
    picture = np.full((60, 90, 3), (200, 150, 120), np.float32)
    cv2.circle(picture, (45, 30), 9, (60.0, 90.0, 140.0), -1)
    new = np.zeros((60, 90), np.float32)
    cv2.circle(new, (45, 30), 16, (1.0,), -1)
    return picture, new


def test_skins_hue_runs_into_eyes_whose_brightness_stays() -> None:
    painted, new = an_eye()
    part = Box.holding(new)
    assert part is not None
    here = part.cut(painted)
    soft = with_soft_colours(painted, here, part, 5.0, new)
    assert luma_of(soft) == pytest.approx(luma_of(here), abs=1e-2)
    middle = soft.shape[0] // 2, soft.shape[1] // 2
    red, _, blue = soft[middle] - here[middle]
    assert red > 5
    assert blue < -5
    assert np.array_equal(soft[part.cut(new) == 0], here[part.cut(new) == 0])


def test_a_blur_of_less_than_a_pixel_changes_nothing() -> None:
    painted, new = an_eye()
    part = Box.of(painted)
    assert np.array_equal(with_soft_colours(painted, painted, part, 0.9 * LEAST, new), painted)


def test_nothing_is_painted_over_in_place() -> None:
    painted, new = an_eye()
    before = painted.copy()
    with_soft_colours(painted, painted, Box.of(painted), 4.0, new)
    assert np.array_equal(painted, before)


def test_what_the_part_has_become_is_what_gets_softer() -> None:
    painted, new = an_eye()
    part = Box.holding(new)
    assert part is not None
    darker = part.cut(painted) * np.float32(0.5)
    soft = with_soft_colours(painted, darker, part, 5.0, new)
    assert luma_of(soft) == pytest.approx(luma_of(darker), abs=1e-2)
    assert not np.array_equal(soft, darker)
