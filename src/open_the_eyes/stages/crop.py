"""Cut the part of the photo around the eyes, at the photo's own resolution, and say which pixels may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from ..imaging import mesh478 as mesh
from ..imaging.arrays import Plane, Points, Rgb
from ..imaging.eye_corners import eyes_apart
from ..imaging.face_view import face_view
from ..imaging.frames import frame_mask
from ..imaging.geometry import Box
from ..imaging.lash_frame import lash_frame
from ..imaging.lash_tails import lash_tail
from ..imaging.lash_tips import lash_tips
from ..imaging.marks import FIXED_BITS, fixed
from ..imaging.mesh478 import Side
from ..imaging.nose import nose_mask
from ..imaging.occluders import occluder_mask
from ..imaging.smooth import smoothed
from ..imaging.strands import strand_mask
from ..imaging.thin_lines import ReducedEye
from ..roles import REACH, Crop, Face

MASK_WH: Final = (0.78, 0.58)
"""Half axes of the ellipse around one eye, in eye widths: from the brow's lower edge to the top of the cheek."""
RIM: Final = 0.03
"""Its rim is as soft as a Gaussian of this standard deviation, in eye widths, inwards only."""


def crop(pixels: Rgb, face: Face, sides: tuple[Side, ...]) -> Crop:
    """A face's eyes as a crop, whose mask covers those on these sides, with a view of the whole face."""
    return replace(eyes_alone(pixels, face, sides), view=face_view(pixels, face.landmarks))


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
    tips: Plane | None = None
    winged: list[Side] = []
    for side in sides if cut.size else ():
        ends = landmarks[[mesh.OUTER_CORNER[side], mesh.INNER_CORNER[side], mesh.CHIN], :2]
        region = eye_region(cut.shape, ends)
        over = np.maximum(_over(cut, region, ends), nose_mask(cut, region, landmarks, side))
        one = np.asarray(region * (1 - over), np.float32)
        mask = np.maximum(mask, one)
        frame = lash_frame(cut, ends)
        if frame is not None:
            tips = _joined(tips, lash_tips(frame, over))
            tail = lash_tail(frame, one)
            if tail is not None:
                tails = _joined(tails, tail.cover)
                winged += [side] if tail.wing else []
    for left_behind in (tails, tips):
        if left_behind is not None:
            mask = np.maximum(mask, left_behind)
    return Crop(face, window, cut, landmarks, mask, sides, tails, tips, winged=tuple(winged))


def _joined(one: Plane | None, other: Plane | None) -> Plane | None:
    if one is None or other is None:
        return other if one is None else one
    return np.asarray(np.maximum(one, other), np.float32)


def _over(pixels: Rgb, region: Plane, ends: Points) -> Plane:
    """(h, w) 0..1: 1 on what lies over the region around one eye: frames of glasses, hair, a cap."""
    outer, inner, chin = ends
    over, eye = occluder_mask(pixels, region, outer, inner, chin), ReducedEye.of(pixels, region, outer, inner)
    if eye is not None:
        over = np.maximum(over, np.maximum(frame_mask(eye), strand_mask(eye)))
    return np.asarray(over, np.float32)


def eye_region(shape: tuple[int, ...], ends: Points) -> Plane:
    """(h, w) 0..1, 1 well inside the ellipse around one eye, 0 outside it; `ends` (3, 2) are its outer and inner corner
    and the chin."""
    outer, inner, _ = ends
    centre, axis = (outer + inner) / 2, inner - outer
    width = float(np.linalg.norm(axis))
    angle = float(np.degrees(np.arctan2(axis[1], axis[0])))
    plane = np.zeros(shape[:2], np.float32)
    half = np.maximum(fixed(np.array(MASK_WH) * width), 1).tolist()
    cv2.ellipse(plane, fixed(centre).tolist(), half, angle, 0, 360, (1.0,), -1, cv2.LINE_8, FIXED_BITS)
    sigma = max(RIM * width, 0.4)
    reach = max(half) / 2**FIXED_BITS + 4 * sigma + 2
    part = Box.around(np.stack([centre - reach, centre + reach])).within(plane).cut(plane)
    if part.size:
        part *= smoothed(part, sigma)
    return plane
