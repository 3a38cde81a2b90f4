"""Where lashes of shut eyes lie on the skin below. All lengths are in eye widths."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.luma import luma_of
from ....imaging.smooth import smoothed

LINE: Final = 0.06
"""Half the width of the shut lids' lash line, around their edge, in eye widths."""
DARKEST: Final = 12
"""Percentile of brightness in the lash line up to which pixels are its darkest."""
HALF_BROADEST: Final = 0.04
"""Half the width of the widest dark line that may be lashes, in eye widths."""
DARK: Final = 3.5
"""How many times as dark as the skin's own lines, plus a level, those of lashes are."""
JOINED: Final = 0.02
"""Largest gap between dark lines of one lash, in eye widths: a coarse photo breaks it up."""
AROUND: Final = 0.07
"""Distance around a lash within which nothing is taken, in eye widths: detail is told from its surroundings, which a
dark line makes look light."""


def without_lashes(photo: Tones, skin: NDArray[np.bool_], line: NDArray[np.bool_], width: float) -> Plane:
    """(h, w), 0 around dark lines that stand out of the skin under the eye and hang on the shut lids' `line`: lashes
    and what paints them; else 1."""
    light = luma_of(photo)
    side = max(round(HALF_BROADEST * width), 1) * 2 + 1
    dark = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((side, side))) - light
    usual = float(np.median(dark[skin]))
    lines = _joined((dark > DARK * (usual + 1)).astype(np.uint8), line, JOINED * width)
    around = max(round(AROUND * width), 1) * 2 + 1
    lines = np.asarray(cv2.dilate(lines, np.ones((around, around))), np.float32)
    return np.asarray(1 - smoothed(lines, 0.02 * width), np.float32)


def _joined(marks: NDArray[np.uint8], to: NDArray[np.bool_], gap: float) -> Plane:
    """(h, w) 0 or 1: those of the marks (0 or 1) that reach the places `to`, with gaps of at most so many pixels."""
    side = max(round(gap), 1) + 1
    number, parts = cv2.connectedComponents(cv2.dilate(marks, np.ones((side, side), np.uint8)))
    reaching = np.zeros(number, np.bool_)
    reaching[parts[to]] = True
    reaching[0] = False
    return np.asarray(marks * reaching[parts], np.float32)
