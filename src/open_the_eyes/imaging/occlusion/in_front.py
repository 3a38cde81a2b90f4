"""What lies over an eye, so that a new one is painted behind it: frames of glasses, hair, a cap."""

from __future__ import annotations

import numpy as np

from ..arrays import Plane, Points, Rgb
from .frames import frame_mask
from .occluders import occluder_mask
from .strands import strand_mask
from .thin_lines import ReducedEye


def in_front(pixels: Rgb, region: Plane, ends: Points) -> Plane:
    """(h, w) 0..1: 1 on what lies over the `region` (h, w) around an eye; `ends` (3, 2) are its outer and inner corner
    and the chin."""
    outer, inner, chin = ends
    over, eye = occluder_mask(pixels, region, outer, inner, chin), ReducedEye.of(pixels, region, outer, inner)
    if eye is not None:
        over = np.maximum(over, np.maximum(frame_mask(eye), strand_mask(eye)))
    return np.asarray(over, np.float32)
