"""A donor's picture warped into the target's geometry: what a blink does not move leads the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Matrix, Plane, Points, Rgb, Tones, to_tones
from ...imaging.easing import unit_smoothstep
from ...imaging.face.eye_corners import ring_ends, ring_width
from ...imaging.face.mesh478 import BROW, SIDES, Side
from ...imaging.geometry import Box, inverted, transformed
from ...imaging.smooth import SHRINK_BLUR
from ...imaging.warp import ThinPlate, between_nodes, nodes_of
from ...roles import Crop
from ..appearance import layout

STIFFNESS: Final = 1.0
"""Stiffness of the warp: lets it miss single landmarks, which tremble from frame to frame."""
CONTROL_POINTS: Final = layout.SEEN_AT[: len(layout.SEEN)]
"""The strip's points, by number, that the warp is made of: not the corners of the eyes, for where an eye is shut the
mesh puts them a twentieth of the eye's width too far out and too low."""
RIGID_POINTS: Final = np.array([k for k in CONTROL_POINTS if layout.MESH[k] not in {*BROW["left"], *BROW["right"]}])
"""Those of `CONTROL_POINTS` that tell how large a face is and where its eyes stand from side to side: a raised brow
takes the skin around it along, and made irises up to an eighth too large or too small."""
MAX_SCALE_OFF: Final = 0.04
"""Most by which the scale of the eyes may differ from that of the face, in logarithms: skin around them that a smile
has moved still shall lie on the same skin."""
UNBENT: Final = (0.55, 1.0)
"""Eye widths around an eye's middle within which it is not bent at all, and from where on it is bent like the skin."""
_AROUND: Final = 24
"""Places on a circle around an eye that tell the similarity nearest to the map."""
_PLANE: Final = np.array([1, 1j])
"""What makes complex numbers x + iy of points."""
_INVERSIONS: Final = 12
"""Steps of Newton's method by which a map is inverted."""


@dataclass(frozen=True, slots=True)
class DonorPicture:
    """A picture with the strip's points on it.

    Args:
        pixels: (h, w, 3).
        mask: (h, w) 0..1, where its eyes may be taken from.
        points: (len(layout.MESH), 2) in its pixels.
    """

    pixels: Rgb
    mask: Plane
    points: Points

    def mirrored(self, partner: NDArray[np.intp]) -> DonorPicture:
        """The same in a mirror, each point under its partner's number."""
        turned = self.points * [-1.0, 1.0] + [self.pixels.shape[1] - 1.0, 0.0]
        return DonorPicture(
            np.ascontiguousarray(self.pixels[:, ::-1]), np.ascontiguousarray(self.mask[:, ::-1]), turned[partner]
        )


@dataclass(frozen=True, slots=True)
class WarpedDonor:
    """A donor's picture warped into the target's geometry.

    Args:
        pixels: (h, w, 3).
        mask: (h, w) 0..1, where its eyes may be taken from.
        valid: (h, w) 0..1, where the donor's picture reaches at all.
        points: (len(layout.MESH), 2), the donor's points where they came to lie.
        scale: how many pixels one of the donor's became.
    """

    pixels: Tones
    mask: Plane
    valid: Plane
    points: Points
    scale: float


def donor_picture(crop: Crop) -> DonorPicture:
    """A donor's crop as a picture to warp: its eyes where its mask is, which leaves out frames of glasses."""
    return DonorPicture(crop.pixels, crop.mask, np.asarray(crop.landmarks[layout.MESH, :2]))


def warped(donor: DonorPicture, target: Points, part: Box, adjust: Matrix | None = None) -> WarpedDonor:
    """The donor in the pixels of `part` of the target's picture; `target` are the target's points in that picture.

    The points that a blink leaves where they are (`CONTROL_POINTS`) fall on the target's. The donor's lids and irises
    go where the skin around them takes them, as a whole: each eye is moved, turned and scaled, but never bent. `adjust`
    (2, 3) maps the part's pixels to where a first warp showed the same.
    """
    way = _DonorMap.between(target - np.array([[part.left, part.top]]), donor.points)
    scale = 1 / _growth(way.plate)
    h, w = int(part.height), int(part.width)
    step = max(4, round(w / 120))
    x, y = between_nodes(way(nodes_of((h, w), step)), (h, w), step)
    points = _back(way, donor.points, donor.points * scale)
    if adjust is not None:
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        x, y = (
            np.asarray(cv2.warpAffine(p, adjust, (w, h), flags=how, borderMode=cv2.BORDER_REPLICATE), np.float32)
            for p in (x, y)
        )
        points = transformed(points, inverted(adjust))
    pixels = cv2.remap(_averaged(donor.pixels, scale), x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    mask, valid = (
        np.asarray(cv2.remap(p, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,)), np.float32)
        for p in (donor.mask, np.ones_like(donor.mask))
    )
    return WarpedDonor(np.asarray(np.clip(pixels, 0, 255), np.float32), mask, valid, points, scale)


def largest_turn(target: Points, donor: Points, sides: Sequence[Side] = SIDES) -> float:
    """By how many degrees the eye of these sides would be turned that is turned most, beside the line of the outer
    corners; 0 for none."""
    plate = ThinPlate.between(target[CONTROL_POINTS], donor[CONTROL_POINTS], STIFFNESS)
    pair = layout.CORNERS_IN_MESH[:2]
    line = np.diff(donor[pair] @ _PLANE) / np.diff(target[pair] @ _PLANE)
    turns = (np.degrees(np.angle(_Similarity.of(plate, target, side).slope / line[0])) for side in sides)
    return max((abs(float(turn)) for turn in turns), default=0.0)


@dataclass(frozen=True, slots=True)
class _Similarity:
    """A similarity around one eye, as a multiplication of complex numbers, x + iy."""

    middle: Points
    width: float
    slope: complex
    shift: complex

    @classmethod
    def of(cls, plate: ThinPlate, target: Points, side: Side) -> _Similarity:
        """The one that is nearest to a map."""
        ring = layout.ring_of(target, side)
        middle, width = ring_ends(ring).mean(axis=0), ring_width(ring)
        around = np.exp(2j * np.pi * np.arange(_AROUND) / _AROUND)
        carried = plate(middle + UNBENT[0] * width * np.column_stack([around.real, around.imag])) @ _PLANE
        slope = complex(np.vdot(around, carried)) / (_AROUND * UNBENT[0] * max(width, 1e-6))
        return cls(middle, width, slope, complex(carried.mean()) - slope * complex(middle @ _PLANE))

    def placed(self, scale: float, at: complex) -> _Similarity:
        """The same with another scale, by which the middle of the eye is taken to `at`."""
        slope = scale * self.slope / max(abs(self.slope), 1e-6)
        return replace(self, slope=slope, shift=at - slope * self.centre)

    @property
    def centre(self) -> complex:
        """The middle of the eye."""
        return complex(self.middle @ _PLANE)

    @property
    def centre_carried(self) -> complex:
        """Where the middle of the eye is taken to."""
        return self.slope * self.centre + self.shift

    def applied(self, points: Points, carried: Points) -> Points:
        """`carried`, which the points (n, 2) are taken to, with the similarity instead around the eye."""
        away = np.linalg.norm(points - self.middle, axis=1) / max(self.width, 1e-6)
        share = unit_smoothstep(np.clip((UNBENT[1] - away) / (UNBENT[1] - UNBENT[0]), 0, 1))
        here = self.slope * (points @ _PLANE) + self.shift
        return np.asarray(carried + share[:, None] * (np.column_stack([here.real, here.imag]) - carried))


@dataclass(frozen=True, slots=True)
class _Face:
    """The similarity from the target's face to the donor's, told by what neither blinks nor brows move.

    Args:
        slope, shift: of the multiplication of complex numbers, x + iy.
        rightwards: from the donor's left eye to the right one, of length 1.
    """

    slope: complex
    shift: complex
    rightwards: complex

    @classmethod
    def between(cls, target: Points, donor: Points) -> _Face:
        ours, theirs = target[RIGID_POINTS] @ _PLANE, donor[RIGID_POINTS] @ _PLANE
        off = ours - ours.mean()
        slope = complex(np.vdot(off, theirs)) / max(float(np.vdot(off, off).real), 1e-6)
        (line,) = np.diff(donor[layout.CORNERS_IN_MESH[:2]] @ _PLANE)
        return cls(slope, complex(theirs.mean() - slope * ours.mean()), complex(line) / max(abs(line), 1e-6))

    def scale_near(self, scales: Sequence[float]) -> float:
        """One scale for both eyes, whose irises are alike: the mean of theirs, as far as the face's lets it be."""
        face = max(abs(self.slope), 1e-6)
        off = float(np.mean(np.log(np.maximum(scales, 1e-6)))) - float(np.log(face))
        return face * float(np.exp(np.clip(off, -MAX_SCALE_OFF, MAX_SCALE_OFF)))

    def across(self, point: complex, carried: complex) -> complex:
        """`carried`, which a point is taken to, moved along the line of the eyes to where the face takes the point."""
        away = self.slope * point + self.shift - carried
        return carried + self.rightwards * (away / self.rightwards).real


@dataclass(frozen=True, slots=True)
class _DonorMap:
    """From the target's pixels to the donor's: a thin plate, and around each eye a similarity near it.

    A raised brow or another turn of the head would squash or stretch an eye, and irises are round. How high an eye
    lies and how it is turned the skin around it tells, brows as well; its size and its place from side to side the
    face.
    """

    plate: ThinPlate
    eyes: tuple[_Similarity, ...]

    @classmethod
    def between(cls, target: Points, donor: Points) -> _DonorMap:
        plate = ThinPlate.between(target[CONTROL_POINTS], donor[CONTROL_POINTS], STIFFNESS)
        eyes, face = [_Similarity.of(plate, target, side) for side in SIDES], _Face.between(target, donor)
        scale = face.scale_near([abs(eye.slope) for eye in eyes])
        return cls(plate, tuple(eye.placed(scale, face.across(eye.centre, eye.centre_carried)) for eye in eyes))

    def __call__(self, points: Points) -> Points:
        carried = self.plate(points)
        for eye in self.eyes:
            carried = eye.applied(points, carried)
        return carried


def _back(way: _DonorMap, wanted: Points, guess: Points) -> Points:
    """The points that the map carries onto `wanted`, by Newton's method with the map's affine part as its slope."""
    linear = way.plate.weights[-2:] / way.plate.scale
    way_back = np.linalg.inv(linear)
    points = guess + (wanted - way(guess)) @ way_back
    for _ in range(_INVERSIONS):
        points = points + (wanted - way(points)) @ way_back
    return np.asarray(points)


def _averaged(pixels: Rgb, scale: float) -> Tones:
    """Where the donor is finer, what would fall between two pixels is averaged into them."""
    source = to_tones(pixels)
    if scale > 0.8:
        return source
    return np.asarray(cv2.GaussianBlur(source, (0, 0), SHRINK_BLUR * float(np.sqrt(1 / scale**2 - 1))), np.float32)


def _growth(plate: ThinPlate) -> float:
    """How many of its pixels the map makes of one, by its affine part."""
    linear: Matrix = plate.weights[-2:] / plate.scale
    return float(max(np.sqrt(abs(np.linalg.det(linear))), 1e-6))
