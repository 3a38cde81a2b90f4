"""Small pictures for the contact sheet: opened eyes, before and after beside each other, and faces to look at."""

from __future__ import annotations

import base64
from typing import Final

import cv2
import numpy as np

from .. import files
from ..imaging.arrays import Rgb
from ..imaging.geometry import Box
from ..photo import Photo

SIDE_WH: Final = (168, 72)
"""Size of each of the two pictures, pixels."""
FACE_WH: Final = (120, 120)
"""Size of the picture of a face, pixels."""
GAP_PX: Final = 4
QUALITY: Final = 80
ALIKE: Final = 0.93
"""Ratio of two shapes from which on they are made the same: whole pixels rarely have just the shape that was asked
for."""
ROOM: Final = 1.25
"""Size of what is shown, in times the changed pixels or the face."""


def eye_comparison(before: Photo, after: Photo, face: Box) -> Rgb | None:
    """(72, 340, 3): what changed in a face, left before and right after; None where nothing did."""
    size_wh = before.size_wh
    around = face.clipped(size_wh).to_whole().clipped(size_wh)
    changed = (before.cut(around) != after.cut(around)).any(axis=2)
    if not changed.any():
        return None
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    shown = Box(
        around.left + columns[0], around.top + rows[0], around.left + columns[-1] + 1, around.top + rows[-1] + 1
    )
    window = _window(shown, SIDE_WH, size_wh)
    gap = np.full((SIDE_WH[1], GAP_PX, 3), 255, np.uint8)
    left, right = (files.excerpt(_fitted(one.cut(window), SIDE_WH), before) for one in (before, after))
    return np.hstack([left, gap, right])


def face_picture(photo: Photo, face: Box) -> Rgb:
    """(120, 120, 3): a face as it is in the photo."""
    return files.excerpt(_fitted(photo.cut(_window(face, FACE_WH, photo.size_wh)), FACE_WH), photo)


def jpeg_base64(picture: Rgb) -> str:
    """The picture as a JPEG in base64, some 6,000 letters."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError(f"not a picture: {picture.shape}")
    return base64.b64encode(data.tobytes()).decode("ascii")


def _window(shown: Box, picture_wh: tuple[int, int], size_wh: tuple[int, int]) -> Box:
    """The part of a photo to show `seen` in, of the picture's shape where the photo's border lets it."""
    return _of_shape(shown, ROOM, picture_wh[0] / picture_wh[1]).clipped(size_wh).to_whole().clipped(size_wh)


def _of_shape(box: Box, room: float, shape: float) -> Box:
    """A box of `shape` (width over height) around the middle of another, with room."""
    width = room * max(box.width, shape * box.height)
    x, y = box.centre_xy
    return Box(x - width / 2, y - width / shape / 2, x + width / 2, y + width / shape / 2)


def _fitted(part: Rgb, picture_wh: tuple[int, int]) -> Rgb:
    """The part brought to a picture's size, white where it has another shape."""
    h, w = part.shape[:2]
    scale = min(picture_wh[0] / w, picture_wh[1] / h)
    size_wh = max(round(w * scale), 1), max(round(h * scale), 1)
    if min(size_wh[0] / picture_wh[0], size_wh[1] / picture_wh[1]) > ALIKE:
        size_wh = picture_wh
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = np.full((picture_wh[1], picture_wh[0], 3), 255, np.uint8)
    left, top = (picture_wh[0] - size_wh[0]) // 2, (picture_wh[1] - size_wh[1]) // 2
    canvas[top : top + size_wh[1], left : left + size_wh[0]] = cv2.resize(part, size_wh, interpolation=way)
    return canvas
