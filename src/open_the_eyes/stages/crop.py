"""Cut the part of the photo around the eyes, at the photo's own resolution, and say which pixels may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..imaging.arrays import Plane, Rgb, joint
from ..imaging.face import mesh478 as mesh
from ..imaging.face.eye_corners import eyes_apart
from ..imaging.face.eye_region import eye_region
from ..imaging.face.face_crop import place_around
from ..imaging.face.face_view import face_view
from ..imaging.face.mesh478 import Side
from ..imaging.geometry import Box
from ..imaging.lashes.frame import LashFrame, lash_frame
from ..imaging.lashes.tails import lash_tail
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
    eyes, view = eyes_alone(pixels, face, sides), face_view(pixels, face.landmarks)
    around_face = place_around(face.landmarks).side ** 2
    tones = tones_across(pixels) if pixels.shape[0] * pixels.shape[1] > MUCH_MORE * around_face else None
    return replace(eyes, view=view, photo_tones=tones)


def eyes_alone(pixels: Rgb, face: Face, sides: tuple[Side, ...]) -> Crop:
    """The same without that view: for eyes that are to be taken, and not painted.

    The crop is not rotated: its pixels are the photo's, so what is not painted stays identical by construction.
    """
    eyes = face.landmarks[[*mesh.EYE_RING["left"], *mesh.EYE_RING["right"]]]
    reach = REACH * eyes_apart(face.landmarks)
    window = Box.around(eyes).moved_out(reach).within(pixels)
    landmarks = face.landmarks - window.offset
    cut = window.cut(pixels).copy()
    mask = np.zeros(cut.shape[:2], np.float32)
    tails: Plane | None = None
    outside: Plane | None = None
    looked_at: list[tuple[LashFrame, Plane]] = []
    behind: Plane | None = None
    winged: list[Side] = []
    covering = Cloth.of(pixels, face.landmarks)
    cloth = None if covering is None or not cut.size else covering.over(cut, landmarks)
    for side in sides if cut.size else ():
        ends = landmarks[[mesh.OUTER_CORNER[side], mesh.INNER_CORNER[side], mesh.CHIN], :2]
        region = eye_region(cut.shape, ends)
        over = np.maximum(in_front(cut, region, ends), nose_mask(cut, region, landmarks, side))
        over = over if cloth is None else np.maximum(over, cloth)
        past = behind_face(cut, region, landmarks, side)
        if past is not None:
            behind, over = joint(behind, past), np.maximum(over, past)
            outside = joint(outside, tips_behind(cut, past, ends))
        one = np.asarray(region * (1 - over), np.float32)
        mask = np.maximum(mask, one)
        frame = lash_frame(cut, ends)
        if frame is not None:
            looked_at.append((frame, over))
            tail = lash_tail(frame, one)
            if tail is not None:
                tails = joint(tails, tail.cover)
                winged += [side] if tail.wing else []
    tips = joint(outside, lash_tips(looked_at))
    for left_behind in (tails, tips):
        if left_behind is not None:
            mask = np.maximum(mask, left_behind)
    return Crop(
        face, window, cut, landmarks, mask, sides, tails, tips, winged=tuple(winged), cloth=cloth, behind=behind
    )
