"""Which pictures are too bad to give their eyes, and which are as good as the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.detail.focus import face_blur
from open_the_eyes.imaging.detail.motion import stroke_of
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.reference.flaws import Flaws
from open_the_eyes.roles import Crop, Face
from open_the_eyes.stages.crop import crop
from tests.faces import resized
from tests.models.reference.donors import donor, in_order
from tests.references import another_shot

FOCUS, MOVED = "the face is out of focus there", "the face is blurred by a movement there"
NOISY, HARD = "the picture is much noisier there", "the picture is compressed much harder there"


def blurred(sigma: float) -> Callable[[Rgb], Rgb]:
    return lambda pixels: np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def moved(length: float, degrees: float) -> Callable[[Rgb], Rgb]:
    return lambda pixels: np.asarray(cv2.filter2D(pixels, -1, stroke_of(length, degrees)), np.uint8)


def noisy(sigma: float) -> Callable[[Rgb], Rgb]:
    return lambda pixels: to_levels(pixels + np.random.default_rng(0).normal(0, sigma, pixels.shape))


def coded(quality: int) -> Callable[[Rgb], Rgb]:
    def through_a_file(pixels: Rgb) -> Rgb:
        _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)

    return through_a_file


def as_it_is(pixels: Rgb) -> Rgb:
    return pixels


@pytest.fixture(scope="module")
def large(portrait: Rgb) -> Rgb:
    return resized(portrait, 1.6)


@pytest.fixture(scope="module")
def large_face(engine: Engine, large: Rgb) -> Face:
    (face,) = engine.detector.detect(large)
    return face


def beside(face: Face, photo: Rgb, other: Rgb) -> str:
    """Why another photo of the same moment gives no eyes."""
    return Flaws.of(crop(photo, face, SIDES), crop(other, face, SIDES)).obstacle


@pytest.mark.parametrize(
    ("worse", "says"),
    [
        (as_it_is, ""),
        (blurred(1.0), ""),
        (blurred(4.0), FOCUS),
        (moved(18, 0), MOVED),
        (noisy(4), ""),
        (noisy(14), NOISY),
        (coded(50), ""),
        (coded(8), HARD),
    ],
    ids=["none", "a little soft", "blurred", "moved", "grainy", "noisy", "compressed", "squares"],
)
def test_what_cannot_be_put_right_is_named(
    worse: Callable[[Rgb], Rgb], says: str, large: Rgb, large_face: Face
) -> None:
    assert beside(large_face, large, worse(large)) == says


@pytest.mark.parametrize("flaw", [blurred(4.0), moved(18, 0), noisy(14), coded(8)], ids=[FOCUS, MOVED, NOISY, HARD])
def test_a_photo_as_bad_itself_takes_such_eyes(flaw: Callable[[Rgb], Rgb], large: Rgb, large_face: Face) -> None:
    bad = flaw(large)
    assert beside(large_face, bad, flaw(blurred(0.5)(large))) == ""
    assert beside(large_face, bad, large) == ""


def test_a_picture_without_any_edges_is_no_sharp_one(large: Rgb, large_face: Face) -> None:
    # blurred by 80 pixels, in an eighth of the size, where that takes a three-hundredth of the time
    small = cv2.resize(large, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    edgeless = np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), 10), large.shape[1::-1]), np.uint8)
    assert beside(large_face, large, edgeless) == FOCUS
    assert beside(large_face, edgeless, edgeless) == ""


@pytest.mark.parametrize(("sigma", "says"), [(0.5, ""), (5.0, FOCUS)], ids=["sharp", "blurred"])
def test_where_only_the_eyes_of_a_picture_have_edges_these_tell(
    sigma: float, says: str, large: Rgb, large_face: Face
) -> None:
    photo = crop(large, large_face, SIDES)
    inside = cv2.erode((photo.mask > 0.9).astype(np.float32), np.ones((15, 15)))
    share = np.where(photo.mask > 0, cv2.GaussianBlur(inside, (0, 0), 4), 0)[..., None]
    bare = replace(photo, pixels=to_levels(share * blurred(sigma)(photo.pixels) + (1 - share) * 120))
    assert face_blur(bare.pixels, bare.mask, bare.landmarks, 0.0) is None
    assert Flaws.of(photo, bare).softness == says


def test_a_noisy_photo_takes_sharp_eyes_and_no_blurred_ones(large: Rgb, large_face: Face) -> None:
    assert beside(large_face, noisy(12)(large), large) == ""
    assert beside(large_face, noisy(12)(large), blurred(5.0)(large)) == FOCUS


def test_half_as_large_a_picture_is_no_blurred_one(engine: Engine, portrait: Rgb, closed_crop: Crop) -> None:
    (whole,) = in_order(closed_crop, [donor(engine, resized(portrait, 0.5))])
    assert whole.obstacle == ""


def test_of_a_large_picture_what_is_gone_when_it_is_reduced_is_no_flaw(
    engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shot = another_shot(portrait, scale=3.0)
    for flaw in (blurred(2.0), noisy(10), coded(20)):
        (one,) = in_order(closed_crop, [donor(engine, flaw(shot))])
        assert one.obstacle == ""


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_shots_alike_the_less_noisy_and_less_compressed_comes_first(
    first: int, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    shot = another_shot(portrait, scale=1.0)
    for flaw in (noisy(5), coded(40)):
        pair = [donor(engine, shot), donor(engine, flaw(shot))]
        order = in_order(closed_crop, pair[::-1] if first else pair)
        assert order[0].donor is pair[0]
        assert order[0].cost < order[1].cost


def test_the_photos_own_other_eye_has_no_flaws(closed_crop: Crop) -> None:
    assert Flaws.of(closed_crop, closed_crop) == Flaws()
