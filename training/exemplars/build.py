"""From open-eyed photos to `Exemplars`: their detail, as much of it as painted eyes lack at each place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Plane, Points, to_tones
from open_the_eyes.imaging.easing import ramp, smoothstep
from open_the_eyes.imaging.face.eye_corners import radius_of
from open_the_eyes.imaging.face.lids import EyeShape, LidDistances, lid_distances
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.exemplars import EYE_PX, Exemplars, Framed, band_of

from ..appearance.evaluate import crop_of, usable
from ..faces import Portrait
from .lacking import Lacking, detail_of, energy_of, eyes_of, in_mean_shape

SHARP_EYE: Final = 50.0
"""Eyes narrower than this, pixels, have no detail to give."""
IRIS: Final = (1.1, 1.25)
"""Radii within which an eye gets nothing, and from which on everything: irises are drawn, and their owners' own."""
ABOVE: Final = (0.07, 0.15)
"""How far over the upper lid detail is whole, and where it ends, in eye widths: higher up is the photo's skin."""
BELOW: Final = (0.08, 0.2)
"""The same under the lower lid."""
GLINT: Final = 0.3
"""So much stays of what shines on the upper lid: it is their light's, and their make-up's."""
CHROMA: Final = 0.7
"""So much of detail's colour stays, for the same reason."""
MOST: Final = 1.2
"""No more than so many times an exemplar's detail is taken."""
SMOOTH: Final = 1.5
"""How much is lacking varies no faster than this Gaussian, frame pixels."""
LARGEST: Final = 99.95
"""Percentile of detail that the largest number stands for."""


def photographed(portraits: Iterable[Portrait]) -> list[list[Framed]]:
    """Both eyes of each portrait that is open-eyed, not turned, and large enough."""
    found = []
    for portrait in portraits:
        if usable(portrait):
            whole = crop_of(portrait)
            eyes = eyes_of(to_tones(whole.pixels), whole.mask, whole.landmarks)
            if min(eye.width for eye in eyes) >= SHARP_EYE:
                found.append(eyes)
    return found


def mean_points_of(faces: Iterable[list[Framed]]) -> Points:
    return np.asarray(np.mean([eye.anchors for face in faces for eye in face], axis=0), np.float64)


def exemplars_of(faces: list[list[Framed]], mean_points: Points, lack: Lacking) -> Exemplars:
    """The file's content: of n faces the detail, laid out in the mean shape and weighed by what painted eyes lack."""
    logs = np.array([[in_mean_shape(eye, mean_points) for eye in face] for face in faces])
    bands = np.array([[band_of(eye) for eye in face] for face in logs])[:, :, ::2, ::2]
    detail = np.array([[detail_of(eye) for eye in face] for face in logs])
    level = detail.mean(axis=-1, keepdims=True)
    detail = level + CHROMA * (detail - level)
    lids = _lids(mean_points, (logs.shape[3], logs.shape[2]))
    detail *= np.where(detail > 0, 1 - (1 - GLINT) * _on_lid(lids), 1)
    given = np.mean([energy_of(eye) for face in logs for eye in face], axis=0)
    away = _away_from_iris(lids, mean_points)
    detail *= (share_of(lack, given) * _near_lids(lids) * away)[..., None]
    step = float(np.percentile(np.abs(detail), LARGEST)) / 127
    return Exemplars(
        mean_points,
        np.asarray(lack.missing * away[..., None], np.float32),
        np.clip(np.rint(detail / step), -127, 127).astype(np.int8),
        bands.astype(np.float32),
        step,
    )


def share_of(lack: Lacking, given: Plane) -> Plane:
    """(h, w): how much of detail whose mean square is `given` makes up for what painted eyes lack.

    Two details that have nothing to do with each other add up in their squares.
    """
    true, painted, enough = (cv2.GaussianBlur(plane, (0, 0), SMOOTH) for plane in (lack.true, lack.painted, given))
    return np.asarray(np.sqrt(np.clip((true - painted) / np.maximum(enough, 1e-9), 0, MOST**2)), np.float32)


def _lids(mean_points: Points, size_wh: tuple[int, int]) -> LidDistances:
    x, y = mean_points[16]
    shape = EyeShape(mean_points[:16], (float(x), float(y)), radius_of(mean_points[16:21]), "left")
    return lid_distances(shape, Box(0, 0, *size_wh))


def _on_lid(lids: LidDistances) -> NDArray[np.float32]:
    """(h, w, 1): 0 between the lids, 1 on the upper one."""
    return ramp(-lids.below_upper, 0, 0.03 * EYE_PX)[..., None]


def _near_lids(lids: LidDistances) -> Plane:
    above, below = (
        ramp(outside, edge[1] * EYE_PX, edge[0] * EYE_PX)
        for outside, edge in ((-lids.below_upper, ABOVE), (-lids.above_lower, BELOW))
    )
    return np.asarray(above * below, np.float32)


def _away_from_iris(lids: LidDistances, mean_points: Points) -> Plane:
    """0 in the iris where the lids leave it free."""
    radius = radius_of(mean_points[16:21])
    free = lids.aperture(0.04 * EYE_PX)
    return np.asarray(1 - free * (1 - smoothstep(lids.to_iris, IRIS[0] * radius, IRIS[1] * radius)), np.float32)
