"""Ends of lashes that hang below a shut eye are found and go; wrinkles, short lashes and skin stay."""

from __future__ import annotations

import time
from collections.abc import Iterable

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.lashes import tips
from open_the_eyes.imaging.lashes.frame import lash_frame
from open_the_eyes.imaging.lashes.tips import without_tips

ENDS = np.array([[80.0, 100.0], [160.0, 100.0], [160.0, 300.0]])
LASHES, WRINKLE = (50, 36, 32), (130, 96, 82)
STRANDS = range(92, 152, 8)
BOTTOM = 138
"""Where drawn lashes end: nearly half an eye's width below the corners."""


def lash_tips(pixels: Rgb, ends: Points) -> Plane | None:
    frame = lash_frame(pixels, ends)
    return None if frame is None else tips.lash_tips([(frame, np.zeros(pixels.shape[:2], np.float32))])


def of_both(one: Rgb, other: Rgb) -> Plane | None:
    """Of two eyes in one picture, side by side."""
    pixels = np.hstack([one, other])
    frames = [lash_frame(pixels, ENDS + np.array([right, 0.0])) for right in (0, one.shape[1])]
    bare = np.zeros(pixels.shape[:2], np.float32)
    return tips.lash_tips([(frame, bare) for frame in frames if frame is not None])


def shut_eye() -> Rgb:
    noise = np.random.default_rng(0).normal(0, 1.5, (220, 240, 1))
    pixels = np.asarray(np.clip(np.array([190, 150, 130]) + noise, 0, 255), np.uint8)
    cv2.ellipse(pixels, (120, 100), (40, 14), 0, 0, 180, LASHES, 6)
    return pixels


def with_lashes(bottom: int = BOTTOM, strands: Iterable[int] = STRANDS) -> Rgb:
    pixels = shut_eye()
    for x in strands:
        cv2.line(pixels, (x, 106), (x + (x - 120) // 12, bottom), LASHES, 1, cv2.LINE_AA)
    return pixels


def with_wrinkles() -> Rgb:
    pixels = shut_eye()
    for drop in (20, 27, 34):
        cv2.ellipse(pixels, (120, 100), (46, drop), 0, 0, 180, WRINKLE, 1, cv2.LINE_AA)
    return pixels


def smaller(pixels: Rgb, scale: float) -> Rgb:
    size_wh = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def darkness(pixels: Rgb, rows: slice, scale: float = 1) -> float:
    """How much darker than the skin the darkest pixels of some rows under the eye are."""
    return float(150 - np.percentile(pixels[rows, round(90 * scale) : round(150 * scale), 1], 3))


@pytest.mark.parametrize("turned", range(4))
@pytest.mark.parametrize("mirrored", [False, True], ids=["left", "right"])
def test_hanging_lashes_are_found_whichever_way_the_head_is_turned(turned: int, mirrored: bool) -> None:
    pixels, ends = with_lashes(), ENDS.copy()
    if mirrored:
        pixels, ends = pixels[:, ::-1], np.array([239.0, 0.0]) + ends * np.array([-1.0, 1.0])
    for _ in range(turned):  # a quarter to the left
        ends = np.stack([ends[:, 1], pixels.shape[1] - 1 - ends[:, 0]], axis=1)
        pixels = np.rot90(pixels)
    found = lash_tips(np.ascontiguousarray(pixels), ends)
    assert found is not None
    found = np.rot90(found, -turned)
    found = found[:, ::-1] if mirrored else found
    assert found[BOTTOM - 3, [x + (x - 120) // 12 for x in STRANDS][1:-1]].min() > 0.5
    assert not found[:100].any()
    assert not found[BOTTOM + 8 :].any()


@pytest.mark.parametrize("scale", [0.6, 1.0, 3.0])
def test_they_go_and_the_skin_between_them_stays(scale: float) -> None:
    size_wh = round(240 * scale), round(220 * scale)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    pixels = np.asarray(cv2.resize(with_lashes(), size_wh, interpolation=way), np.uint8)
    found = lash_tips(pixels, ENDS * scale)
    assert found is not None
    small = cv2.resize(without_tips(pixels, found, 80 * scale), (240, 220), interpolation=cv2.INTER_AREA)
    rows = slice(130, BOTTOM)
    assert darkness(with_lashes(), rows) > 30
    assert darkness(np.asarray(small, np.uint8), rows) < 12
    untouched = found == 0
    assert np.array_equal(without_tips(pixels, found, 80 * scale)[untouched], pixels[untouched])


def test_a_single_lash_is_believed_beside_an_eye_with_many() -> None:
    few = with_lashes(126, [116])
    assert lash_tips(few, ENDS) is None
    found = of_both(few, with_lashes())
    assert found is not None
    assert found[:, :240].max() > 0.5
    assert found[:, 240:].max() > 0.5


def test_lashes_of_a_small_eye_are_found_and_go() -> None:
    pixels = smaller(with_lashes(BOTTOM, STRANDS[::2]), 0.3)
    found = lash_tips(pixels, ENDS * 0.3)
    assert found is not None
    rows = slice(39, 41)
    assert darkness(pixels, rows, 0.3) > 30
    assert darkness(without_tips(pixels, found, 80 * 0.3), rows, 0.3) < 12


def test_a_speck_below_a_small_eye_is_no_lash() -> None:
    speck = with_lashes(130, [116])
    assert lash_tips(speck, ENDS) is not None
    assert lash_tips(smaller(speck, 0.3), ENDS * 0.3) is None


def test_a_lash_of_a_small_eye_goes_with_its_blur() -> None:
    pixels = np.full((40, 40, 3), 150, np.uint8)
    pixels[:30, 19:22] = np.array([110, 60, 110])[None, :, None]
    over = np.zeros((40, 40), np.float32)
    over[:, 14:27] = 1
    assert without_tips(pixels, over, 22).min() > 145


@pytest.mark.parametrize("pixels", [with_lashes(118), with_wrinkles()], ids=["short", "wrinkles"])
def test_what_is_no_long_lash_stays_beside_an_eye_with_many(pixels: Rgb) -> None:
    found = of_both(pixels, with_lashes())
    assert found is not None
    assert not found[:, :220].any()


@pytest.mark.parametrize("pixels", [shut_eye(), with_lashes(118), with_wrinkles()], ids=["none", "short", "wrinkles"])
def test_what_is_no_long_lash_stays(pixels: Rgb) -> None:
    assert lash_tips(pixels, ENDS) is None


def test_a_faint_line_of_lids_has_no_lashes() -> None:
    pale = 190 - (190 - with_lashes().astype(int)) // 6
    assert lash_tips(np.asarray(pale, np.uint8), ENDS) is None


@pytest.mark.parametrize("ends", [ENDS * 0.2, ENDS + 5000, ENDS * 0])
def test_an_eye_too_small_or_elsewhere_is_left_alone(ends: Points) -> None:
    assert lash_tips(with_lashes(), ends) is None


def test_what_is_in_front_of_the_eye_stays() -> None:
    pixels = with_lashes()
    frame = lash_frame(pixels, ENDS)
    assert frame is not None
    over = np.zeros(pixels.shape[:2], np.float32)
    over[:, 116:124] = 1
    bare, found = (tips.lash_tips([(frame, front)]) for front in (np.zeros_like(over), over))
    assert bare is not None
    assert found is not None
    assert bare[:, 116:124].any()
    assert not found[:, 116:124].any()
    np.testing.assert_array_equal(found[over == 0], bare[over == 0])


def test_a_hair_that_goes_on_past_the_cheek_stays() -> None:
    pixels = with_lashes()
    cv2.line(pixels, (105, 60), (112, 219), (70, 52, 45), 2, cv2.LINE_AA)
    found = lash_tips(pixels, ENDS)
    assert found is not None
    hair = 105 + round((150 - 60) / 159 * 7)
    assert found[146:152, hair - 1 : hair + 2].max() < 0.1


@pytest.mark.parametrize("width", [80, 1600])
def test_large_eyes_take_no_longer_than_their_pixels_ask(width: int) -> None:
    scale = width / 80
    size_wh = round(240 * scale), round(220 * scale)
    pixels = np.asarray(cv2.resize(with_lashes(), size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)
    began = time.process_time()
    found = lash_tips(pixels, ENDS * scale)
    assert found is not None
    without_tips(pixels, found, width)
    assert time.process_time() - began < 3


def test_an_eye_at_the_pictures_edge_does_no_harm() -> None:
    pixels = np.ascontiguousarray(with_lashes()[:126, 100:])
    found = lash_tips(pixels, ENDS - np.array([100.0, 0.0]))
    assert found is None or found.shape == pixels.shape[:2]
    assert np.array_equal(without_tips(pixels, np.zeros(pixels.shape[:2], np.float32), 80), pixels)


WALL_FROM = 70
"""The face's outline in front of the outer corner, to whose left a wall is seen."""


def before_a_wall(wall: int) -> tuple[Rgb, Plane]:
    """Shut lashes that reach past the outline, and what lies past it."""
    pixels, past = shut_eye(), np.zeros((220, 240), np.float32)
    pixels[:, :WALL_FROM], past[:, : WALL_FROM - 1], past[:, WALL_FROM - 1] = wall, 1, 0.5
    cv2.line(pixels, (82, 106), (58, 112), LASHES, 4)
    return pixels, past


def test_lashes_that_are_seen_past_the_faces_outline_go() -> None:
    pixels, past = before_a_wall(230)
    found = tips.tips_behind(pixels, past, ENDS)
    assert found is not None
    assert found[111, 61] > 0.9
    assert not found[:, WALL_FROM:].any()
    assert not found[150:].any()
    assert without_tips(pixels, found, 80)[111, 61].min() > 200


def test_before_a_dark_wall_no_lashes_are_seen() -> None:
    pixels, past = before_a_wall(45)
    assert tips.tips_behind(pixels, past, ENDS) is None
    assert tips.tips_behind(pixels, np.zeros_like(past), ENDS) is None


def test_a_dark_line_of_the_wall_that_does_not_reach_the_face_stays() -> None:
    pixels, past = before_a_wall(230)
    pixels[:, :WALL_FROM] = 230
    pixels[95:120, 30:34] = 40
    assert tips.tips_behind(pixels, past, ENDS) is None
