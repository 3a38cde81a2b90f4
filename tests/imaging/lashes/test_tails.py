"""A dark tail past the corner of a shut eye is found and becomes skin; hair, frames and wrinkles stay."""

from __future__ import annotations

from time import thread_time

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.lashes.frame import lash_frame
from open_the_eyes.imaging.lashes.tails import LashTail, lash_tail, without_tails
from tests.imaging.drawn_eye import region, skin

ENDS = np.array([[80.0, 100.0], [160.0, 100.0], [160.0, 300.0]])
LASHES, WRINKLE = (50, 36, 32), (160, 122, 105)
TAIL = (54, 91)
"""Where the drawn tail ends, x and y."""


def told(pixels: Rgb, mask: Plane, ends: Points) -> LashTail | None:
    frame = lash_frame(pixels, ends)
    return None if frame is None else lash_tail(frame, mask)


def lash_tails(pixels: Rgb, mask: Plane, ends: Points) -> Plane | None:
    tail = told(pixels, mask, ends)
    return None if tail is None else tail.cover


def shut_eye() -> Rgb:
    pixels = skin()
    cv2.ellipse(pixels, (120, 100), (40, 8), 0, 0, 180, LASHES, 6)
    return pixels


def drawn(pixels: Rgb, end: tuple[int, int], colour: tuple[int, int, int], thick: int) -> Rgb:
    """A line from the outer corner on."""
    return np.asarray(cv2.line(pixels, (84, 102), end, colour, thick), np.uint8)


def with_tail() -> Rgb:
    return drawn(shut_eye(), TAIL, LASHES, 4)


def resized(pixels: Rgb, mask: Plane, scale: float) -> tuple[Rgb, Plane]:
    size_wh = round(240 * scale), round(200 * scale)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    larger, plane = (cv2.resize(p, size_wh, interpolation=way) for p in (pixels, mask))
    return np.asarray(larger, np.uint8), np.asarray(plane, np.float32)


@pytest.mark.parametrize("turned", range(4))
@pytest.mark.parametrize("mirrored", [False, True], ids=["left", "right"])
def test_a_drawn_wing_is_found_whichever_way_the_head_is_turned(turned: int, mirrored: bool) -> None:
    pixels, mask, ends = with_tail(), region(), ENDS.copy()
    if mirrored:
        pixels, mask, ends = pixels[:, ::-1], mask[:, ::-1], [239, 0] + ends * [-1, 1]
    for _ in range(turned):  # a quarter to the left
        ends = np.stack([ends[:, 1], pixels.shape[1] - 1 - ends[:, 0]], axis=1)
        pixels, mask = np.rot90(pixels), np.rot90(mask)
    found = lash_tails(np.ascontiguousarray(pixels), np.ascontiguousarray(mask), ends)
    assert found is not None
    found = np.rot90(found, -turned)
    found = found[:, ::-1] if mirrored else found
    assert found[TAIL[1] - 1 : TAIL[1] + 2, TAIL[0] : TAIL[0] + 3].min() > 0.9
    assert not found[:, 90:].any()
    assert not found[:, :40].any()


@pytest.mark.parametrize("scale", [0.5, 1, 4])
def test_a_tail_becomes_skin_at_every_size(scale: float) -> None:
    pixels, mask = resized(with_tail(), region(), scale)
    found = lash_tails(pixels, mask, (ENDS + 0.5) * scale - 0.5)
    assert found is not None
    after = without_tails(pixels, found)
    assert np.array_equal(after[found == 0], pixels[found == 0])
    past = slice(0, round(62 * scale))
    assert pixels[:, past, 0].min() < 90
    assert after[:, past, 0].min() > 165


@pytest.mark.parametrize(
    ("end", "thick", "wing"),
    [((60, 88), 4, True), ((54, 91), 4, False), ((57, 112), 4, False), ((74, 94), 4, False), ((60, 88), 16, False)],
    ids=["rises", "hardly rises", "falls", "short", "broad"],
)
def test_a_narrow_stroke_that_rises_is_a_wing(end: tuple[int, int], thick: int, wing: bool) -> None:
    tail = told(drawn(shut_eye(), end, LASHES, thick), region(), ENDS)
    assert (tail is not None and tail.wing) == wing


def test_eyes_that_end_at_their_corners_have_none() -> None:
    assert lash_tails(shut_eye(), region(), ENDS) is None


def test_a_hair_or_a_frame_that_goes_on_is_no_tail() -> None:
    assert lash_tails(drawn(shut_eye(), (0, 74), LASHES, 4), region(), ENDS) is None


def test_a_wrinkle_is_no_tail() -> None:
    assert lash_tails(drawn(shut_eye(), TAIL, WRINKLE, 3), region(), ENDS) is None


def test_a_dark_spot_beside_the_eye_is_no_tail() -> None:
    pixels = shut_eye()
    cv2.circle(pixels, (60, 94), 4, LASHES, -1)
    assert lash_tails(pixels, region(), ENDS) is None


def test_a_broad_shadow_is_no_tail() -> None:
    pixels = shut_eye()
    pixels[60:140, 40:84] //= 3
    assert lash_tails(pixels, region(), ENDS) is None


def test_faint_lashes_and_small_eyes_are_left_alone() -> None:
    faint = shut_eye()
    cv2.ellipse(faint, (120, 100), (40, 8), 0, 0, 180, WRINKLE, 6)
    assert lash_tails(drawn(faint, TAIL, WRINKLE, 4), region(), ENDS) is None
    assert lash_tails(*resized(with_tail(), region(), 0.3), (ENDS + 0.5) * 0.3 - 0.5) is None


def test_an_eye_outside_the_picture_has_none() -> None:
    assert lash_tails(with_tail(), region(), ENDS + np.array([1000.0, 0.0])) is None
    assert lash_tails(np.zeros((0, 0, 3), np.uint8), np.zeros((0, 0), np.float32), ENDS) is None


def test_in_a_large_picture_the_same_is_filled_in_and_soon() -> None:
    small, plane = with_tail(), lash_tails(with_tail(), region(), ENDS)
    assert plane is not None
    large: Rgb = np.repeat(np.repeat(small, 8, axis=0), 8, axis=1)
    there: Plane = np.repeat(np.repeat(plane, 8, axis=0), 8, axis=1)
    began = thread_time()
    filled = without_tails(large, there)
    assert thread_time() - began < 2.5  # at its full size the fill took a minute
    apart = filled[4::8, 4::8].astype(int) - without_tails(small, plane)
    assert np.abs(apart).mean() < 1.5


def test_nothing_marked_leaves_the_picture() -> None:
    pixels = shut_eye()
    assert np.array_equal(without_tails(pixels, np.zeros((200, 240), np.float32)), pixels)
