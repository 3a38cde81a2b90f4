"""Detail of photographed eyes, laid over painted ones: roots of lashes, wet edges of lids, inner corners.

What is painted is what is likely, so detail that lies elsewhere in every eye is lacking, most of all along the lids and
in the corners. There it comes from a photographed eye that the painted one resembles (example-based super-resolution,
Freeman, Jones & Pasztor 2002), as much as painted eyes were found to lack at each place. All of it is differences of
the logarithm of light, so that it is as strong as the skin is bright, in the shape that eyes have on average.
`training/exemplars` makes the file. It holds no irises: these are nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Matrix, Plane, Points, Tones
from ...imaging.channels import as_three
from ...imaging.easing import ramp
from ...imaging.face.lids import EyeShape, lid_distances
from ...imaging.face.mesh478 import SIDES
from ...imaging.geometry import Box
from ...imaging.smooth import SHRINK_BLUR
from ...imaging.warp import ThinPlate
from ..random_streams import EXEMPLAR, stream
from . import layout
from .refiner import PaintedEyes
from .refiner_frame import RefinerFrame, eye_frame

FORMAT: Final = 1
EYE_PX: Final = 64.0
"""Width of an eye in the frame in which detail is kept: about as large as those it comes from."""
FLOOR: Final = 12.0
"""Levels 0..255 added before the logarithm: in black, noise would count as much as lashes."""
BAND: Final = (0.03, 0.15)
"""Gaussians, in eye widths: eyes are compared by what is coarser than the first and finer than the second."""
AMONG: Final = 4
"""How many of the nearest exemplars variations choose from."""
CONTRAST: Final = (0.3, 1.1)
"""Least and largest factor on the detail, which is the painted eye's own contrast beside the exemplar's."""
BLUR: Final = 0.6
"""Least blur of detail, as a share of the photo's softest sharp edge, lashes on skin."""
BLURRED: Final = 0.75
"""Blur that exemplars have by themselves, frame pixels."""
SEEN_FROM: Final = (16.0, 32.0)
"""Eye widths in pixels between which detail comes to be seen."""
LARGE: Final = (80.0, 140.0)
"""Eye widths in pixels between which detail falls to `LEAST_ON_LARGE`: larger eyes have sharper lashes drawn
already."""
LEAST_ON_LARGE: Final = 0.5
"""Share of the detail that the largest eyes get."""
OWN_LASHES_FROM: Final = (48.0, 80.0)
"""Eye widths in pixels between which detail beyond the outer corner ends: there other people's lashes would be seen
beside this person's, which are drawn one by one."""
BEYOND: Final = (0.0, 0.08)
"""How far beyond the outer corner, in eye widths, that detail fades out."""
WHOLE_FROM: Final = 1.5
"""Factor on the mask with which detail is laid on: it is whole where the mask reaches the inverse."""
_STEP: Final = 8
_STAYING: Final = [*range(16), *range(21, 29)]
"""Anchors that no gaze moves. A turned iris would pull the lids' detail along, and fold it near a corner."""
_HALF: Final = 2
"""How many times smaller than the frame eyes are compared: what is compared is coarse."""


@dataclass(frozen=True)
class Exemplars:
    """Detail of n faces, (h, w) the frame of an eye, left ones first, right ones in a mirror.

    Args:
        mean_points: (29, 2), where `anchors` lie in the mean shape.
        missing: (h, w, 3), what painted eyes lack on average.
        detail: (n, 2, h, w, 3), multiples of `step`, already as strong as painted eyes need it at each place.
        bands: (n, 2, h / 2, w / 2), what faces are compared by.
        step: of `detail`.
    """

    mean_points: Points
    missing: NDArray[np.float32]
    detail: NDArray[np.int8]
    bands: NDArray[np.float32]
    step: float

    @classmethod
    def load(cls, path: Path) -> Exemplars:
        """Reads what `save` wrote.

        Raises:
            ValueError: not such a file, or of another format.
        """
        with np.load(path, allow_pickle=False) as file:
            if int(file["format"]) != FORMAT:
                raise ValueError(f"{path}: expected exemplars of format {FORMAT}, got format {int(file['format'])}")
            missing, bands = (file[name].astype(np.float32) for name in ("missing", "bands"))
            return cls(file["mean_points"], missing, file["detail"], bands, float(file["step"]))

    def save(self, path: Path) -> None:
        """One .npz, not compressed: every start would unpack it."""
        np.savez(
            path,
            format=FORMAT,
            mean_points=self.mean_points,
            missing=self.missing.astype(np.float16),
            detail=self.detail,
            bands=self.bands.astype(np.float16),
            step=self.step,
        )

    def detailed(self, painted: Sequence[PaintedEyes], softness: float, variety: float, seed: int) -> list[PaintedEyes]:
        """The same pieces of one photo with detail laid over their eyes, inside the masks only.

        Args:
            softness: the photo's blur (sigma), pixels.
            variety: 0 for the nearest exemplar, else `seed` decides which of the nearest.
        """
        roll = layout.to_strip(painted[0].landmarks)
        shown = [(n, shape) for n, piece in enumerate(painted) for shape in piece.shapes.values()]
        eyes = [_Compared.of(Framed.of(painted[n], shape, roll), self.mean_points) for n, shape in shown]
        order = np.argsort(sum(eye.unlike(self.bands) for eye in eyes), kind="stable")
        rank = 0 if variety == 0 else int(stream(seed, EXEMPLAR).integers(min(AMONG, len(order))))
        out = [piece.pixels.copy() for piece in painted]
        for (n, _), eye in zip(shown, eyes, strict=True):
            more = self._more(eye, int(order[rank]), softness)
            out[n] += eye.framed.frame.put_back(more, (out[n].shape[0], out[n].shape[1]))
        return [
            replace(piece, pixels=np.asarray(np.clip(pixels, 0, 255), np.float32))
            for piece, pixels in zip(painted, out, strict=True)
        ]

    def _more(self, compared: _Compared, number: int, softness: float) -> Tones:
        """What comes on top of a painted eye, (h, w, 3) of its frame."""
        eye = compared.framed
        detail = self.detail[number, eye.side].astype(np.float32)
        gain = compared.contrast / max(compared.contrast_of(self.bands[number, eye.side]), 1e-6)
        by_size = ramp(eye.width, *SEEN_FROM) * (1 - (1 - LEAST_ON_LARGE) * ramp(eye.width, *LARGE))
        lacking = self.missing + self.step * by_size * float(np.clip(gain, *CONTRAST)) * detail
        here = remapped(lacking, eye.from_mean(self.mean_points))
        soft = max(BLUR * softness, SHRINK_BLUR) * EYE_PX / eye.width
        if soft > BLURRED:
            here = np.asarray(cv2.GaussianBlur(here, (0, 0), float(np.sqrt(soft**2 - BLURRED**2))), np.float32)
        share = np.minimum(WHOLE_FROM * eye.mask, 1) * (1 - ramp(eye.width, *OWN_LASHES_FROM) * eye.beyond_outer)
        return np.asarray((eye.pixels + FLOOR) * np.expm1(here * as_three(share)), np.float32)


@dataclass(frozen=True)
class Framed:
    """One eye of a picture, in the frame that exemplars have.

    Args:
        pixels: (h, w, 3) 0..255.
        mask: (h, w) 0..1.
        width: of the eye in the picture, pixels.
        side: its place among SIDES.
        turned: whether a gaze has moved its iris.
    """

    frame: RefinerFrame
    pixels: Tones
    mask: Plane
    width: float
    side: int
    turned: bool = False

    @classmethod
    def of(cls, piece: PaintedEyes, shape: EyeShape, roll: Matrix) -> Framed:
        frame = eye_frame(shape, roll, EYE_PX)
        pixels, mask = np.clip(frame.taken(piece.pixels), 0, 255), np.clip(frame.taken(piece.mask), 0, 1)
        return cls(frame, pixels, mask, shape.width, SIDES.index(shape.side), piece.turned)

    @cached_property
    def logs(self) -> Tones:
        return np.asarray(np.log(self.pixels + FLOOR), np.float32)

    @property
    def beyond_outer(self) -> Plane:
        """(h, w) 0..1: how surely a pixel lies beyond the outer corner."""
        w, h = self.frame.size_wh
        outwards = -lid_distances(self.frame.shape, Box(0, 0, w, h)).along / EYE_PX
        return np.asarray(ramp(outwards, *BEYOND), np.float32)

    @property
    def anchors(self) -> Points:
        return anchors(self.frame)

    def from_mean(self, mean_points: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where each of the frame's pixels lies in the mean shape, as `remapped` takes it."""
        return self._field(self.anchors, mean_points)

    def in_mean(self, mean_points: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where each pixel of the mean shape lies in the frame."""
        return self._field(mean_points, self.anchors)

    def _field(self, source: Points, target: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        kept = _STAYING if self.turned else slice(None)
        return ThinPlate.between(source[kept], target[kept]).field(self.frame.size_wh[::-1], _STEP)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A painted eye, and what it is compared by in the mean shape: its band, and its mask."""

    framed: Framed
    band: Plane
    mask: Plane

    @classmethod
    def of(cls, eye: Framed, mean_points: Points) -> _Compared:
        x, y = (plane[::_HALF, ::_HALF] for plane in eye.in_mean(mean_points))
        both = remapped(np.dstack([band_of(eye.logs), eye.mask]), (x, y))
        return cls(eye, both[..., 0], np.clip(both[..., 1], 0, 1))

    def unlike(self, bands: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,): how far it is from each of the (n, 2, h, w) bands."""
        apart = (bands[:, self.framed.side] - self.band) ** 2
        return np.asarray((apart * self.mask).sum(axis=(1, 2)) / max(float(self.mask.sum()), 1.0), np.float64)

    @property
    def contrast(self) -> float:
        return self.contrast_of(self.band)

    def contrast_of(self, band: Plane) -> float:
        """Of what lies under the mask."""
        return float(np.sqrt((band**2 * self.mask).sum()))


def anchors(frame: RefinerFrame) -> Points:
    """(29, 2): lids, iris and border of an eye's frame, which the warp to the mean shape carries."""
    (w, h), shape = frame.size_wh, frame.shape
    iris = np.array(shape.iris_xy) + shape.iris_radius * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    border = [[x, y] for y in (0, h / 2, h) for x in (0, w / 2, w) if (x, y) != (w / 2, h / 2)]
    return np.vstack([shape.ring, iris, np.array(border)])


def band_of(logs: Tones) -> Plane:
    """(h, w): the band of an eye's logarithms (h, w, 3) by which eyes are compared."""
    level = np.ascontiguousarray(logs.mean(axis=2))
    fine, coarse = (cv2.GaussianBlur(level, (0, 0), sigma * EYE_PX) for sigma in BAND)
    return np.asarray(fine - coarse, np.float32)


def remapped(
    planes: NDArray[np.float32], field: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Planes (h, w, n) as seen from where a field leads."""
    return np.asarray(cv2.remap(planes, *field, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.float32)
