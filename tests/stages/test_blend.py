"""A patch laid into its crop, a crop into its photo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.channels import as_three
from open_the_eyes.imaging.detail.motion import stroke_of
from open_the_eyes.imaging.detail.noise import noise_of
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.imaging.painting import Painting, Tile
from open_the_eyes.imaging.smooth import smoothed
from open_the_eyes.origins import OtherEye, Painted
from open_the_eyes.roles import Crop, Face, Patch
from open_the_eyes.stages import blend as stage
from open_the_eyes.stages.blend import Opening, all_laid_on, blend, laid_on, lay, lay_into, looks_of


def a_crop(face: Face, size_wh: tuple[int, int] = (120, 60), left_top: tuple[int, int] = (3, 5)) -> Crop:
    """Skin with some grain and two round eyes to be painted."""
    w, h = size_wh
    skin = np.random.default_rng(0).normal((190, 150, 130), 3, (h, w, 3))
    mask = np.zeros((h, w), np.float32)
    for x in (w // 4, 3 * w // 4):
        cv2.circle(mask, (x, h // 2), min(w // 5, h // 3), (1.0,), -1)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 2) * mask, np.float32)
    (left, top) = left_top
    window = Box(left, top, left + w, top + h)
    return Crop(face, window, np.clip(skin, 0, 255).astype(np.uint8), face.landmarks, soft, ("left", "right"))


def a_patch(crop: Crop, gain: float = 1.0) -> Patch:
    pixels = crop.pixels.astype(np.float32) * gain
    h, w = crop.mask.shape
    for x in (w // 4, 3 * w // 4):
        cv2.circle(pixels, (x, h // 2), 4, (30.0, 25.0, 20.0), -1)
    return Patch(pixels, crop.mask.copy(), 0, 0.0)


def test_pixels_outside_the_mask_come_back_untouched(portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    patch = replace(a_patch(crop), pixels=np.zeros((60, 120, 3), np.float32), mask=np.ones((60, 120), np.float32))
    out = blend(crop, patch)
    outside = crop.mask == 0
    assert np.array_equal(out[outside], crop.pixels[outside])
    assert (out[crop.mask > 0.5] != crop.pixels[crop.mask > 0.5]).mean() > 0.95


def test_where_the_patch_shows_nothing_the_photo_stays(portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    patch = a_patch(crop, 0.2)
    patch.mask[:, 60:] = 0
    out = blend(crop, patch)
    assert np.array_equal(out[:, 60:], crop.pixels[:, 60:])
    assert not np.array_equal(out[:, :60], crop.pixels[:, :60])


@pytest.mark.parametrize("size_wh", [(1, 1), (120, 60)], ids=["one pixel", "usual"])
def test_an_empty_patch_gives_a_copy(portrait_face: Face, size_wh: tuple[int, int]) -> None:
    crop = a_crop(portrait_face, size_wh)
    out = blend(crop, replace(a_patch(crop), mask=np.zeros_like(crop.mask)))
    assert np.array_equal(out, crop.pixels)
    assert not np.shares_memory(out, crop.pixels)


def test_what_was_painted_shows_in_the_middle(portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    out = blend(crop, a_patch(crop))
    for x in (30, 90):
        assert np.abs(out[30, x].astype(int) - (30, 25, 20)).max() < 6


def test_what_was_painted_gets_the_photos_noise(closed_crop: Crop) -> None:
    noise = np.random.default_rng(0).normal(0, 8, closed_crop.pixels.shape).astype(np.float32)
    crop = replace(closed_crop, pixels=to_levels(closed_crop.pixels + noise))
    calm = np.full(crop.pixels.shape, 128, np.float32)
    out = blend(crop, Patch(calm, crop.mask, 0, 0.0))
    assert out[crop.mask > 0.9].std() == pytest.approx(8, rel=0.3)
    clean = replace(closed_crop, pixels=to_levels(smoothed(to_tones(closed_crop.pixels), 1.5)))
    assert (blend(clean, Patch(calm, crop.mask, 0, 0.0))[crop.mask > 0.9] == 128).all()


def test_eyes_in_a_face_that_is_out_of_focus_get_as_soft(closed_crop: Crop) -> None:
    soft = replace(closed_crop, pixels=to_levels(smoothed(to_tones(closed_crop.pixels), 2.0)))
    stripes = np.where(np.indices(soft.mask.shape)[1] % 16 < 8, np.float32(60), np.float32(180))
    sharp = Patch(as_three(stripes), soft.mask, 0, 0.0)
    inside = cv2.erode(np.asarray(soft.mask > 0.98, np.uint8), np.ones((3, 3)))[:, 1:] > 0
    crisp, calm = (np.abs(np.diff(blend(c, sharp)[..., 1].astype(int)))[inside].max() for c in (closed_crop, soft))
    assert calm < 0.6 * crisp


def test_eyes_in_a_face_that_moved_are_drawn_out_along_its_movement(closed_crop: Crop) -> None:
    moved = np.asarray(cv2.filter2D(closed_crop.pixels, -1, stroke_of(12, 0)), np.uint8)
    dots = np.zeros(moved.shape[:2], np.float32)
    dots[::4, ::4] = -60
    out = []
    for pixels in (closed_crop.pixels, moved):
        crop = replace(closed_crop, pixels=pixels)
        plain = Patch(to_tones(pixels), crop.mask, 0, 0.0)
        dotted = replace(plain, pixels=plain.pixels + as_three(dots))
        out.append((to_tones(blend(crop, dotted)) - blend(crop, plain))[crop.mask >= 1].std())
    assert out[1] < 0.6 * out[0]


def test_made_up_eyes_get_colours_as_soft_as_the_photos(closed_crop: Crop) -> None:
    level = as_three(luma_of(closed_crop.pixels))
    softened = to_levels(level + smoothed(to_tones(closed_crop.pixels) - level, 6.0))
    crop, inside = replace(closed_crop, pixels=softened), closed_crop.mask > 0.5
    iris = np.where(closed_crop.mask[..., None] > 0, np.array([60, 90, 140], np.float32), to_tones(softened))
    blue = Patch(iris, crop.mask, 0, 0.0)
    painted = [Painted("appearance"), Painted("appearance", after=OtherEye())]
    redness = [
        float(np.mean(blend(crop, replace(blue, origin=origin))[inside][:, 0]))
        for origin in (*painted, OtherEye(), None)
    ]
    assert redness[0] == redness[1] > redness[2] + 2
    assert redness[2] == redness[3]


def test_made_up_eyes_in_a_face_out_of_focus_are_as_bright_as_others_are(closed_crop: Crop) -> None:
    level = as_three(luma_of(closed_crop.pixels))
    softened = level + smoothed(to_tones(closed_crop.pixels) - level, 5.0)
    crop = replace(closed_crop, pixels=to_levels(smoothed(softened, 2.0)))
    stripes = np.where(np.indices(crop.mask.shape)[1] % 16 < 8, np.float32(60), np.float32(180))
    sharp = Patch(np.where(crop.mask[..., None] > 0, as_three(stripes), to_tones(crop.pixels)), crop.mask, 0, 0.0)
    seen, made_up = blend(crop, sharp), blend(crop, replace(sharp, origin=Painted("appearance")))
    assert not np.array_equal(made_up, seen)
    assert np.abs(luma_of(made_up) - luma_of(seen)).max() < 1.5


def test_a_face_is_measured_once_for_all_its_patches(portrait_face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    crop = a_crop(portrait_face)
    patches, measuring = [a_patch(crop), a_patch(crop, 0.9)], Mock(wraps=noise_of)
    alone = [blend(crop, patch) for patch in patches]
    monkeypatch.setattr(stage, "noise_of", measuring)
    looks = looks_of(crop, patches)
    measuring.assert_called_once()
    assert all(look.patch.mask is patch.mask for look, patch in zip(looks, patches, strict=True))
    assert [look.patch.pixels.size for look in looks] == [0, 0]  # laid in, and held no more
    looks_of(crop, [replace(patches[0], mask=np.zeros_like(crop.mask))])
    measuring.assert_called_once()
    assert all(np.array_equal(look.opened, opened) for look, opened in zip(looks, alone, strict=True))


def test_laying_back_takes_the_masks_pixels_alone(portrait: Rgb, portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    opened = np.full((60, 120, 3), 7, np.uint8)
    out = lay(portrait, crop, opened)
    changed = (out != portrait).any(axis=2)
    inside = np.zeros_like(changed)
    inside[5:65, 3:123] = crop.mask > 0
    assert not (changed & ~inside).any()
    assert (out[inside] == 7).all()
    assert not np.shares_memory(out, portrait)


def test_a_crop_laid_on_a_painting_is_a_tile_no_larger_than_its_mask(portrait: Rgb, portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    opened = np.full((60, 120, 3), 7, np.uint8)
    before = Painting(portrait, [Tile(Box(40, 30, 60, 50), np.full((20, 20, 3), 99, np.uint8))])
    after = laid_on(before, crop, opened)
    assert np.array_equal(after.whole, lay(before.whole, crop, opened))
    ys, xs = np.nonzero(crop.mask)
    assert after.tiles[-1].window == Box(xs.min() + 3, ys.min() + 5, xs.max() + 4, ys.max() + 6)
    assert laid_on(before, replace(crop, mask=np.zeros_like(crop.mask)), opened) is before


def an_opening(photo: Rgb, face: Face, left_top: tuple[int, int], level: int) -> Opening:
    """Eyes of one level, in a whole face that was made a little brighter, as a restorer's detail does."""
    eyes = a_crop(face, left_top=left_top)
    around = Box(eyes.window.left - 10, eyes.window.top - 50, eyes.window.right + 10, eyes.window.bottom + 50)
    inner = eyes.window.seen_from(around)
    mask = np.zeros((160, 140), np.float32)
    cv2.ellipse(mask, (70, 80), (66, 76), 0, 0, 360, (1.0,), -1)
    soft = np.asarray(np.clip(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3) / 12, 0, 1), np.float32)
    inner.cut(soft)[...] = np.maximum(inner.cut(soft), eyes.mask)
    whole = replace(eyes, window=around, pixels=around.cut(photo).copy(), mask=soft)
    opened = np.asarray(np.rint(whole.pixels + 20 * soft[..., None]), np.uint8)
    inner.cut(opened)[eyes.mask > 0] = level
    return Opening(eyes, whole, opened)


@pytest.mark.parametrize("order", [1, -1], ids=["right over left", "left over right"])
def test_a_whole_face_takes_no_eyes_from_the_face_beside_it(portrait_face: Face, order: int) -> None:
    photo = np.full((300, 400, 3), 100, np.uint8)
    both = [an_opening(photo, portrait_face, (60, 130), 7), an_opening(photo, portrait_face, (125, 70), 250)]
    after = all_laid_on(Painting(photo, ()), both[::order]).whole
    for one, level in zip(both, (7, 250), strict=True):
        assert (one.eyes.window.cut(after)[one.eyes.mask > 0] == level).all()
    may = np.zeros((300, 400), np.bool_)
    for one in both:
        one.crop.window.cut(may)[one.crop.mask > 0] = True
    assert np.array_equal(after[~may], photo[~may])


def test_a_whole_face_leaves_no_line_on_the_face_beside_it(portrait_face: Face) -> None:
    photo = np.full((300, 400, 3), 100, np.uint8)
    openings = [an_opening(photo, portrait_face, left_top, 120) for left_top in ((60, 130), (125, 70))]
    after = all_laid_on(Painting(photo, ()), openings).whole.astype(int)
    eyes = np.zeros((300, 400), np.uint8)
    for one in openings:
        one.eyes.window.cut(eyes)[one.eyes.mask > 0] = 1
    skin = cv2.dilate(eyes, np.ones((3, 3))) == 0
    steps = np.abs(np.diff(after[..., 0], axis=1)) * (skin[:, 1:] & skin[:, :-1])
    assert steps.max() <= 4
    assert after[skin].max() == 120


def test_a_whole_face_alone_is_as_it_was_verified(portrait: Rgb, portrait_face: Face) -> None:
    one = an_opening(portrait, portrait_face, (160, 90), 7)
    after = all_laid_on(Painting(portrait, ()), [one]).whole
    assert np.array_equal(after, lay(portrait, one.crop, one.opened))


def test_laying_into_a_canvas_changes_that_canvas(portrait: Rgb, portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    opened = np.full((60, 120, 3), 7, np.uint8)
    canvas = portrait.copy()
    lay_into(canvas, crop, opened)
    assert np.array_equal(canvas, lay(portrait, crop, opened))


def test_the_arguments_stay_as_they_were(portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    patch = a_patch(crop, 0.9)
    arrays: list[NDArray[Any]] = [crop.pixels, crop.mask, patch.pixels, patch.mask]
    kept = [array.copy() for array in arrays]
    blend(crop, patch)
    assert all(np.array_equal(a, b) for a, b in zip(kept, arrays, strict=True))


def test_an_eye_outside_the_photo_is_passed_over(portrait_face: Face) -> None:
    crop = a_crop(portrait_face)
    half = crop.mask.copy()
    half[:, 60:] = 0
    out = blend(replace(crop, mask=half), a_patch(crop, 0.9))
    assert np.array_equal(out[:, 60:], crop.pixels[:, 60:])
    assert not np.array_equal(out[:, :60], crop.pixels[:, :60])
