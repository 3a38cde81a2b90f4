"""Cut the part of the photo around the eyes, at the photo's own resolution, and say which pixels may change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..imaging.arrays import Plane, Points, Rgb, joint
from ..imaging.face import mesh478 as mesh
from ..imaging.face.eye_corners import eyes_apart
from ..imaging.face.eye_region import eye_region
from ..imaging.face.face_crop import place_around
from ..imaging.face.face_view import face_view
from ..imaging.face.mesh478 import Side
from ..imaging.geometry import Box
from ..imaging.lashes.frame import LashFrame, lash_frame
from ..imaging.lashes.tails import LashTail, lash_tail
from ..imaging.lashes.tips import lash_tips, tips_behind
from ..imaging.light.tonal_range import tones_across
from ..imaging.occlusion.cloth import Cloth
from ..imaging.occlusion.in_front import in_front
from ..imaging.occlusion.nose import nose_mask
from ..imaging.occlusion.silhouette import behind_face
from ..roles import REACH, Crop, Face

MUCH_MORE: Final = 6.0
"""How many times the square around a face a photo is at least that shows other things, which may be black."""


def crop(pixels: Rgb, face: Face, sides: tuple[Side, ...]) -> Crop:
    """A face's eyes as a crop, whose mask covers those on these sides, with a view of the whole face and what the whole
    photo tells of its tones."""
    eyes, view = crop_without_view(pixels, face, sides), face_view(pixels, face.landmarks)
    around_face = place_around(face.landmarks).side ** 2
    tones = tones_across(pixels) if pixels.shape[0] * pixels.shape[1] > MUCH_MORE * around_face else None
    return replace(eyes, view=view, photo_tones=tones)


def crop_without_view(pixels: Rgb, face: Face, sides: tuple[Side, ...]) -> Crop:
    """As `crop`, without the view of the whole face: for eyes that are to be taken, and not painted.

    The crop is not rotated: its pixels are the photo's, so what is not painted stays identical by construction.
    """
    eyes = face.landmarks[[*mesh.EYE_RING["left"], *mesh.EYE_RING["right"]]]
    reach = REACH * eyes_apart(face.landmarks)
    window = Box.around(eyes).moved_out(reach).within(pixels)
    landmarks = face.landmarks - window.offset
    cut = window.cut(pixels).copy()
    mask = np.zeros(cut.shape[:2], np.float32)
    if not cut.size:
        return Crop(face, window, cut, landmarks, mask, sides)
    covering = Cloth.of(pixels, face.landmarks)
    cloth = None if covering is None else covering.over(cut, landmarks)
    opened = [_eye_to_open(cut, landmarks, side, cloth) for side in sides]
    tails = tips = behind = None
    for eye in opened:
        mask = np.maximum(mask, eye.mask)
        tails = joint(tails, None if eye.tail is None else eye.tail.cover)
        tips, behind = joint(tips, eye.tips_behind), joint(behind, eye.behind)
    tips = joint(tips, lash_tips([(eye.frame, eye.occluded) for eye in opened if eye.frame is not None]))
    for lashes in (tails, tips):
        if lashes is not None:
            mask = np.maximum(mask, lashes)
    winged = tuple(eye.side for eye in opened if eye.tail is not None and eye.tail.wing)
    return Crop(face, window, cut, landmarks, mask, sides, tails, tips, winged=winged, cloth=cloth, behind=behind)


@dataclass(frozen=True, slots=True)
class _EyeToOpen:
    """One eye of a crop; planes are (h, w) 0..1.

    Args:
        mask: where it may change.
        occluded: what is in front of it.
        behind: what lies past the face's outline beside it; None where that is not near.
        tips_behind: ends of its lashes seen there.
        frame: where its lashes are looked for.
        tail: what shut lashes leave beside it.
    """

    side: Side
    mask: Plane
    occluded: Plane
    behind: Plane | None
    tips_behind: Plane | None
    frame: LashFrame | None
    tail: LashTail | None


def _eye_to_open(cut: Rgb, landmarks: Points, side: Side, cloth: Plane | None) -> _EyeToOpen:
    ends = landmarks[[mesh.OUTER_CORNER[side], mesh.INNER_CORNER[side], mesh.CHIN], :2]
    region = eye_region(cut.shape, ends)
    occluded = np.maximum(in_front(cut, region, ends), nose_mask(cut, region, landmarks, side))
    if cloth is not None:
        occluded = np.maximum(occluded, cloth)
    behind = behind_face(cut, region, landmarks, side)
    tips = None
    if behind is not None:
        occluded = np.maximum(occluded, behind)
        tips = tips_behind(cut, behind, ends)
    mask = np.asarray(region * (1 - occluded), np.float32)
    frame = lash_frame(cut, ends)
    tail = None if frame is None else lash_tail(frame, mask)
    return _EyeToOpen(side, mask, occluded, behind, tips, frame, tail)
