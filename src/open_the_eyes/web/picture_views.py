"""How photos and faces are seen on the page: at which size, which part of them, and of which variation each face is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ..imaging.arrays import Rgb
from ..imaging.geometry import Box
from .face_regions import FaceRegion

FACE_MARGIN: Final = 0.25
"""Margin that is shown around a face on each side, as a share of its size."""
CHANGED: Final = 2
"""Levels above which a pixel's difference counts as new; less is what coding a JPEG does."""


@dataclass(frozen=True, slots=True)
class View:
    """How large photos and faces are seen.

    Args:
        name: of its pictures in the store.
        whole_px: longer side of a whole photo, at most; `face_px` of a face's close-up.
        place: what is seen of a face, in fractions of the photo.
    """

    name: str
    whole_px: int
    face_px: int
    place: Callable[[FaceRegion], Box]

    def size_wh(self, face: FaceRegion, photo_wh: tuple[int, int]) -> tuple[int, int]:
        """Of what is seen of a face, in the photo's own pixels."""
        seen = placed(self.place(face), photo_wh)
        return round(seen.width), round(seen.height)


PAGE: Final = View("", 1600, 900, lambda face: face.eyes)
LARGE: Final = View("large-", 4096, 4096, lambda face: widened(face.box))
"""For a whole window: what it shows of a face has, nearly always, the photo's own pixels."""


def composed(base: Rgb, parts: Iterable[tuple[Box, Rgb]]) -> Rgb:
    """`base` (H, W, 3) with what is new inside each box, in fractions, of the picture beside it, all of one size."""
    out = base.copy()
    h, w = base.shape[:2]
    for box, picture in parts:
        whole = placed(box, (w, h))
        old, new = whole.cut(base), whole.cut(picture)
        if old.size:
            changed = (np.abs(new.astype(np.int16) - old).max(axis=2) > CHANGED).astype(np.uint8)
            taken = cv2.dilate(changed, np.ones((5, 5), np.uint8)) > 0
            np.copyto(whole.cut(out), new, where=taken[..., None])
    return out


def placed(box: Box, size_wh: tuple[int, int]) -> Box:
    """A box in fractions as one in whole pixels, inside a picture of `size_wh`."""
    w, h = size_wh
    return Box(box.left * w, box.top * h, box.right * w, box.bottom * h).to_whole().clipped(size_wh)


def widened(box: Box) -> Box:
    """The box with some of what is around it."""
    across, down = FACE_MARGIN * box.width, FACE_MARGIN * box.height
    return Box(box.left - across, box.top - down, box.right + across, box.bottom + down)


def no_wider(pixels: Rgb, most: int) -> Rgb:
    h, w = pixels.shape[:2]
    factor = most / max(h, w)
    if factor >= 1:
        return np.ascontiguousarray(pixels)
    size_wh = max(1, round(w * factor)), max(1, round(h * factor))
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
