"""A donor's lids moved further apart or together: the ball between them and what lies around stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import Plane, Points
from ...imaging.channels import as_three
from ...imaging.face.eyeball import behind_lids
from ...imaging.face.mesh478 import RING_LOWER, RING_UPPER, Side
from ...imaging.warp import ThinPlate
from ..appearance import layout
from ..appearance.irises.colour import eye_shape
from .donor_warp import WarpedDonor

STEP: Final = (0.6, 1.35)
"""Least and largest gap that a donor's lids get, in times the one that they have."""
UPPER, LOWER = 0.85, 0.15
"""Shares of the change of the gap that the upper and the lower lid make."""
ROOM: Final = 0.5
"""Share of its distance from a frame of glasses, or from the rim of the mask, by which a lid moves at most: skin
between them would fold."""
HELD_STILL: Final = 48
"""Fewest points along a long rim of the mask that the warp holds still."""
_LIDS: Final = np.r_[1:8, 9:16]
"""Places of both lids in an eye's ring, without its corners."""


def opened(eyes: Mapping[Side, WarpedDonor], factors: Mapping[Side, float]) -> dict[Side, WarpedDonor]:
    """Donors' eyes with lids so many times as far apart, as far as both may be moved; the upper lids move most.

    Lashes and shadow go with the lids. Irises stay round and in place: lids pass over the ball, which goes on behind
    them. Where one eye has no room for it, behind a frame of glasses, the other one stays as it is, too.
    """
    moved = {side: _wanted(layout.ring_of(one.points, side), factors[side]) for side, one in eyes.items()}
    share = min(
        (_room(one.mask, layout.ring_of(one.points, side), moved[side]) for side, one in eyes.items()), default=1
    )
    return {side: _with_lids(one, side, share * moved[side]) for side, one in eyes.items()}


def _wanted(ring: Points, factor: float) -> Points:
    """(16, 2): how far each of an eye's points has to go."""
    more, gap = float(np.clip(factor, *STEP)) - 1, layout.lid_gaps(ring)
    step = np.zeros_like(ring)
    step[RING_UPPER], step[RING_LOWER] = -UPPER * more * gap, LOWER * more * gap
    return step


def _with_lids(eyes: WarpedDonor, side: Side, step: Points) -> WarpedDonor:
    """One eye with its lids moved by a `step` (16, 2)."""
    before = layout.ring_of(eyes.points, side)
    ring = before + step
    ball, free = behind_lids(eyes.pixels, eye_shape(eyes.points, side))
    fixed = np.vstack([eyes.points[layout.SEEN_AT], _rim_of(eyes.mask)])
    back = ThinPlate.between(np.vstack([fixed, ring[_LIDS]]), np.vstack([fixed, before[_LIDS]]))
    x, y = back.field((eyes.mask.shape[0], eyes.mask.shape[1]), max(2, round(eyes.mask.shape[1] / 120)))
    seen, under, between = (
        cv2.remap(plane, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
        for plane in (eyes.pixels, ball, free)
    )
    pixels = seen + (ball - under) * as_three(np.asarray(np.clip(between, 0, 1), np.float32))
    points = eyes.points.copy()
    layout.ring_of(points, side)[:] = ring
    return replace(eyes, pixels=np.asarray(np.clip(pixels, 0, 255), np.float32), points=points)


def _room(mask: Plane, ring: Points, step: Points) -> float:
    """How much of a `step` (16, 2) an eye's lids (16, 2) have room for, 0..1."""
    inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    x, y = (np.clip(np.rint(ring[_LIDS, k]).astype(int), 0, inside.shape[1 - k] - 1) for k in (0, 1))
    wanted = np.linalg.norm(step[_LIDS], axis=1)
    return float(np.min(ROOM * inside[y, x] / np.maximum(wanted, 1e-6), initial=1.0))


def _rim_of(mask: Plane) -> Points:
    """(n, 2): places along the border of where the mask is above 0.5."""
    lines, _ = cv2.findContours((mask > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    places = np.vstack([line[:, 0] for line in lines]) if lines else np.zeros((0, 2))
    return np.asarray(places[:: max(len(places) // HELD_STILL, 1)], np.float64)
