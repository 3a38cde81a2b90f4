"""Of a damaged JPEG, whether a decoder shows beside what was painted the same as before.

The bits of the other blocks are copied as they are, but moved. Where coded data end early, decoders make up the rest,
and begin to at the end of a byte: so what they make up may change far from what was painted.
"""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import JpegImagePlugin

from ...imaging.painting import Painting
from ..metadata.orientation import turned_back
from ..parcel import foreign_decoder
from . import segments
from .frame import NotPatchable, frame_of
from .markers import SOF0, SOF1, SOF2


def check_outside_painting(before: bytes, after: bytes, painting: Painting, orientation: int) -> None:
    """Checks that two files decode to the same pixels outside the MCUs in which something was painted.

    Args:
        before: the file that was painted on.
        after: the file with the painting in it.
        painting: upright, over the pixels as decoded from `before`.
        orientation: the EXIF orientation that made the pixels upright.

    Raises:
        NotPatchable: they do not.
        UnreadablePhoto, PhotoTooLarge: one of them cannot be decoded.
    """
    painted = (painting.whole != painting.base).any(axis=2).astype(np.uint8)
    frame = frame_of(segments.split_without_trailer(before), markers=(SOF0, SOF1, SOF2))
    touched = _touched_mcus(turned_back(painted, orientation), frame.mcu_wh)
    outside = cv2.dilate(touched, np.ones((3, 3))) == 0  # viewers smooth colours over the border of an MCU by a pixel
    if (outside & (_decoded(before) != _decoded(after)).any(axis=2)).any():
        raise NotPatchable("its coded data is damaged")


def _touched_mcus(mask: NDArray[np.uint8], mcu_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W), 1 in every MCU in which the mask is not 0."""
    (wide, high), (height, width) = mcu_wh, mask.shape
    padded = np.pad(mask, ((0, -height % high), (0, -width % wide)))
    some = padded.reshape(padded.shape[0] // high, high, -1, wide).max(axis=(1, 3))
    return np.asarray(some.repeat(high, axis=0).repeat(wide, axis=1)[:height, :width])


def _decoded(coded: bytes) -> NDArray[np.uint8]:
    with foreign_decoder():
        picture = np.asarray(JpegImagePlugin.JpegImageFile(BytesIO(coded)))
    return picture.reshape(*picture.shape[:2], -1)
