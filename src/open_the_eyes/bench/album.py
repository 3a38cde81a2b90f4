"""Small pictures for pages: of the photos that were measured, kept in memory, and only ever put into the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ..imaging.arrays import Rgb

QUALITY: Final = 88
BEFORE, AFTER = "before", "after"
TRUTH, BLINK = "truth", "blink painted on"
"""Labels of pictures that are no contender's; those of contenders are their names."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One face in several states.

    Args:
        name: of its photo.
        score: lower is worse; the page shows the worst and the best.
        caption: one line.
        pictures: (label, JPEG).
    """

    name: str
    score: float
    caption: str
    pictures: tuple[tuple[str, bytes], ...]


def jpeg(picture: Rgb, width: int) -> bytes:
    """The picture at most `width` wide, as JPEG."""
    h, w = picture.shape[:2]
    if w > width:
        size_wh = width, max(round(h * width / w), 1)
        picture = np.asarray(cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    bgr = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


def data_uri(stored: bytes) -> str:
    """A stored JPEG as a `data:` address, for the `src` of an <img>."""
    return "data:image/jpeg;base64," + base64.b64encode(stored).decode("ascii")
