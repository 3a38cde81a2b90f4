"""Samples of 16 bits as a file stores them <-> the upright RGB that a `Photo` carries beside its 8-bit view."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...imaging.depth import Deep
from ..metadata.orientation import turned, turned_back

_MODES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Pillow's name of a picture's mode, by its number of channels."""


def mode_of(samples: Deep) -> str:
    return _MODES[samples.shape[2]]


def to_deep(samples: Deep, orientation: int) -> Deep:
    """(H, W, 1..4) as stored -> upright (H, W, 3) or, with alpha, (H, W, 4), fresh."""
    if samples.shape[2] < 3:
        grey, alpha = samples[:, :, :1], samples[:, :, 1:]
        samples = np.concatenate([grey, grey, grey, alpha], axis=2)
    return turned(np.ascontiguousarray(samples), orientation)


def to_samples(deep: Deep, orientation: int, source_mode: str) -> Deep:
    """The way back: grey stays grey until a pixel is not."""
    stored = turned_back(deep, orientation)
    grey = source_mode[:1] in ("1", "L") and source_mode != "LAB"
    if grey and bool((stored[:, :, :1] == stored[:, :, 1:3]).all()):
        return np.ascontiguousarray(np.concatenate([stored[:, :, :1], stored[:, :, 3:]], axis=2))
    return stored


def unpremultiplied(samples: Deep) -> Deep:
    """Colours that were multiplied with their alpha, without; multiplying again gives the very samples back."""
    colour, alpha = samples[:, :, :-1].astype(np.float64), samples[:, :, -1:].astype(np.float64)
    straight = np.rint(colour * 65_535 / np.maximum(alpha, 1)).clip(0, 65_535)
    return np.concatenate([straight.astype(np.uint16), samples[:, :, -1:]], axis=2)


def from_bits(samples: Deep, bits: int) -> Deep:
    """Samples in the upper 9 to 15 of 16 bits, as decoders hand them out, spread over all of them: white is 65535."""
    return samples | (samples >> np.uint16(bits))


def heif_bits(bits: int) -> int:
    """The bits a colour with which HEIC and AVIF hold more than 8: the source's, of other formats 10."""
    return max(bits, 10)


def to_bits(deep: Deep, bits: int) -> Deep:
    """To the nearest of the levels that so many bits have, in the upper bits of 16, where encoders take them."""
    levels = (np.arange(65_536, dtype=np.uint64) * (2**bits - 1) + 32_767) // 65_535
    table: Deep = (levels << np.uint64(16 - bits)).astype(np.uint16)
    return table[deep]
