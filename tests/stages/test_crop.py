"""What is cut out, and which of its pixels may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Plane, Points, Rgb
from open_the_eyes.imaging.face.mesh478 import CHIN, EYE_RING, INNER_CORNER, OUTER_CORNER, SIDES, Side
from open_the_eyes.imaging.geometry import across
from open_the_eyes.roles import Eye, Face
from open_the_eyes.stages import crop as stage
from open_the_eyes.stages.crop import crop
from tests.faces import opening, resized


def shifted(face: Face, x: float, y: float) -> Face:
    return replace(face, landmarks=face.landmarks + np.array([x, y, 0.0]))


def test_a_crop_holds_both_eyes_at_the_photos_own_resolution(portrait: Rgb, portrait_face: Face) -> None:
    cut = crop(portrait, portrait_face, SIDES)
    assert np.array_equal(cut.pixels, cut.window.cut(portrait))
    assert cut.pixels.shape[:2] == cut.mask.shape == (cut.window.height, cut.window.width)
    for side in SIDES:
        ring = cut.landmarks[EYE_RING[side], :2]
        assert (ring > 0).all()
        assert (ring < np.array(cut.mask.shape[::-1])).all()
    assert cut.landmarks + np.array([cut.window.left, cut.window.top, 0]) == pytest.approx(portrait_face.landmarks)


@pytest.mark.parametrize("sides", [("left",), ("right",), SIDES], ids=str)
def test_the_mask_covers_the_eyes_on_these_sides_alone(
    portrait: Rgb, portrait_face: Face, sides: tuple[Side, ...]
) -> None:
    cut = crop(portrait, portrait_face, sides)
    assert cut.sides == sides
    assert 0 <= cut.mask.min() <= cut.mask.max() <= 1
    for side in SIDES:
        inside = cut.mask[opening(cut.landmarks, side, (cut.mask.shape[0], cut.mask.shape[1]))]
        assert (inside > 0.4).all() if side in sides else (inside == 0).all()
    border = np.concatenate([cut.mask[0], cut.mask[-1], cut.mask[:, 0], cut.mask[:, -1]])
    assert not border.any()


def test_no_closed_eye_leaves_nothing_to_change(portrait: Rgb, portrait_face: Face) -> None:
    assert not crop(portrait, portrait_face, ()).mask.any()


def test_an_eye_that_is_seen_open_may_lead_the_other(portrait: Rgb, portrait_face: Face) -> None:
    assert crop(portrait, portrait_face, ("left",)).open_side == "right"
    assert crop(portrait, portrait_face, ("right",)).open_side == "left"
    assert crop(portrait, portrait_face, ("left", "right")).open_side is None
    behind_hair = {**portrait_face.eyes, "right": Eye(0.4, 0.0, covered=True)}
    assert crop(portrait, replace(portrait_face, eyes=behind_hair), ("left",)).open_side is None


def test_lashes_of_one_eye_tell_of_the_others(blinked: Rgb, blinked_face: Face) -> None:
    pixels, face = resized(blinked, 3.0), replace(blinked_face, landmarks=blinked_face.landmarks * 3.0)
    _hang_lashes(pixels, face, "left", (0.25, 0.35, 0.45, 0.55, 0.65))
    _hang_lashes(pixels, face, "right", (0.55,))
    assert crop(pixels, face, ("right",)).tips is None
    both, alone = crop(pixels, face, SIDES), crop(pixels, face, ("left",))
    assert both.tips is not None
    assert alone.tips is not None
    assert (both.tips > 0.5).sum() > (alone.tips > 0.5).sum()


def _hang_lashes(pixels: Rgb, face: Face, side: Side, places: Iterable[float]) -> None:
    """Draws the line of a shut eye and lashes below it, at these places from its outer corner (0) to the inner one."""
    outer, inner, chin = face.landmarks[[OUTER_CORNER[side], INNER_CORNER[side], CHIN], :2]
    along, thick = inner - outer, round(0.06 * float(np.linalg.norm(inner - outer)))
    down = across(along, chin - outer)
    line = [outer + u * along + (0.08 + 0.5 * u * (1 - u)) * down for u in np.linspace(0, 1, 20)]
    cv2.polylines(pixels, [np.rint(line).astype(np.int32)], False, (35, 25, 25), thick, cv2.LINE_AA)
    for u in places:
        start, end = (np.rint(outer + u * along + v * down).astype(int).tolist() for v in (0.15, 0.315))
        cv2.line(pixels, start, end, (35, 25, 25), 1, cv2.LINE_AA)


def test_the_crop_is_a_copy(portrait: Rgb, portrait_face: Face) -> None:
    photo = portrait.copy()
    crop(photo, portrait_face, SIDES).pixels[:] = 0
    assert np.array_equal(photo, portrait)


@pytest.mark.parametrize(("x", "y"), [(-210, 0), (-230, -100), (300, 0), (0, 405), (-224, 0)], ids=lambda v: str(v))
def test_a_face_over_the_pictures_edge_is_cut_off_there(portrait: Rgb, portrait_face: Face, x: int, y: int) -> None:
    cut = crop(portrait, shifted(portrait_face, x, y), SIDES)
    assert cut.window == cut.window.clipped((512, 512))
    assert cut.pixels.shape[:2] == cut.mask.shape
    assert cut.mask.size > 0


@pytest.mark.parametrize("at", [(0, 0), (100, 100)], ids=["beside the eyes", "between the eyes"])
def test_a_picture_of_one_pixel_gives_a_crop_of_one_pixel_or_none(portrait_face: Face, at: tuple[int, int]) -> None:
    middle = portrait_face.landmarks[6, :2] if at[0] else np.array([0.0, 0.0])
    cut = crop(np.zeros((1, 1, 3), np.uint8), shifted(portrait_face, -middle[0], -middle[1]), SIDES)
    assert cut.mask.shape == cut.pixels.shape[:2]
    assert cut.mask.size <= 1


def test_eyes_outside_the_picture_give_an_empty_crop(portrait: Rgb, portrait_face: Face) -> None:
    cut = crop(portrait, shifted(portrait_face, 0, -400), SIDES)
    assert cut.mask.size == cut.pixels.size == 0


def test_the_whole_photos_tones_are_told_where_it_shows_much_more_than_the_face(
    portrait: Rgb, portrait_face: Face
) -> None:
    whole = crop(portrait, portrait_face, SIDES).photo_tones
    assert whole is not None
    assert whole.darkest.min() < 10
    near = portrait_face.box.grown(0.3).within(portrait)
    moved = replace(portrait_face, landmarks=portrait_face.landmarks - near.offset)
    assert crop(np.ascontiguousarray(near.cut(portrait)), moved, SIDES).photo_tones is None


def test_nothing_changes_past_the_faces_outline(
    portrait: Rgb, portrait_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outline(pixels: Rgb, region: Plane, landmarks: Points, side: Side) -> Plane | None:  # noqa: ARG001 -- as it is
        past = np.zeros_like(region)
        past[:, : round(landmarks[EYE_RING["left"][0], 0])] = 1
        return past if side == "left" else None

    usual = crop(portrait, portrait_face, SIDES)
    assert usual.behind is None
    monkeypatch.setattr(stage, "behind_face", outline)
    monkeypatch.setattr(stage, "tips_behind", lambda *_: None)
    cut = crop(portrait, portrait_face, SIDES)
    assert cut.behind is not None
    past = cut.behind > 0
    assert usual.mask[past].any()
    assert not cut.mask[past].any()
    assert np.array_equal(cut.mask[~past], usual.mask[~past])
