"""The pixels of a PNG with 16 bits a colour, exactly.

OpenCV reads and writes grey, RGB and RGBA, in reverse. Grey with alpha is stored exactly as the bytes of an 8-bit RGBA
picture are, filters included, so that is what the encoder is given.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image

from ...imaging.depth import Deep
from ..parcel import damaged, u16

_GREY_WITH_ALPHA: Final = 4


def decode(bare: bytes) -> Deep:
    """(H, W, 1..4) of a PNG that holds nothing but header and pixels.

    Raises:
        UnreadablePhoto: the decoder gives up.
    """
    found = cv2.imdecode(np.frombuffer(bare, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None or found.dtype != np.uint16:
        raise damaged("its pixels cannot be unpacked")
    samples = np.asarray(found, np.uint16)
    if samples.ndim == 2:
        return samples[:, :, None]
    if bare[25] == _GREY_WITH_ALPHA:
        return np.ascontiguousarray(samples[:, :, [0, 3]])
    cv2.cvtColor(samples, cv2.COLOR_BGR2RGB if samples.shape[2] == 3 else cv2.COLOR_BGRA2RGBA, dst=samples)
    return samples


def encode(samples: Deep) -> bytes:
    """A PNG that holds nothing but header and pixels; (H, W, 1..4).

    Raises:
        ValueError: the encoder gives up.
    """
    if samples.shape[2] == 2:
        return _encoded_grey_with_alpha(samples)
    if samples.shape[2] > 1:
        samples = np.asarray(
            cv2.cvtColor(samples, cv2.COLOR_RGB2BGR if samples.shape[2] == 3 else cv2.COLOR_RGBA2BGRA), np.uint16
        )
    done, encoded = cv2.imencode(".png", samples)
    if not done:
        raise ValueError("the encoder refused 16 bits a colour")
    return encoded.tobytes()


def with_trns_alpha(samples: Deep, trns: bytes) -> Deep:
    """The samples with the alpha that a tRNS chunk asks for: 0 where a pixel has its colour, else 65535.

    Raises:
        UnreadablePhoto: the chunk has another length than a colour.
    """
    if len(trns) != 2 * samples.shape[2]:
        raise damaged("a see-through colour of the wrong kind")
    colour = np.array([u16(trns, at) for at in range(0, len(trns), 2)], np.uint16)
    alpha = np.where((samples == colour).all(axis=2, keepdims=True), 0, 65_535).astype(np.uint16)
    return np.concatenate([samples, alpha], axis=2)


def _encoded_grey_with_alpha(samples: Deep) -> bytes:
    height, width = samples.shape[:2]
    out = BytesIO()
    Image.fromarray(samples.astype(">u2").view(np.uint8).reshape(height, width, 4)).save(out, "PNG")
    encoded = out.getvalue()
    header = b"IHDR" + encoded[16:24] + bytes([16, _GREY_WITH_ALPHA]) + encoded[26:29]
    return encoded[:12] + header + zlib.crc32(header).to_bytes(4, "big") + encoded[33:]
