"""Coded data of a progressive scan by the bit, and what the codes of all its scans have in common."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Ints
from ..coefficients import extended
from ..layout import NotPatchable

Coefficients = NDArray[np.int16]
"""(blocks, 64): one component's, whole MCUs, row by row; the 64 in zigzag order."""

DAMAGED: Final = "damaged coded data"
_SPARE: Final = 512
"""Zero bytes after the data: more than what is read at once."""


class Bits:
    """Coded data by the bit."""

    def __init__(self, data: bytes) -> None:
        self.count = 8 * len(data)
        three = np.frombuffer(data + bytes(_SPARE), np.uint8).astype(np.uint32)
        words = three[:-2] << 16 | three[1:-1] << 8 | three[2:]
        self.windows = (words[:, None] >> np.arange(8, 0, -1, dtype=np.uint32)).astype(np.uint16).ravel()
        """The 16 bits from each position on."""

    def numbers(self, at: Ints, size: Ints) -> Ints:
        """The numbers that stand at these positions (bits), each `size` bits long."""
        return extended(self.windows[at].astype(np.int64) >> (16 - size), size)

    def single(self, at: Ints) -> Ints:
        return self.windows[at].astype(np.int64) >> 15


def run_of_ends(symbol: int, windows: memoryview, at: int) -> tuple[int, int]:
    """How many bits the end of several blocks takes, and how many blocks end (T.81 G.1.2.2)."""
    length, exponent = symbol >> 8, symbol >> 4 & 15
    if not length or symbol & 15 or exponent == 15:
        raise NotPatchable(DAMAGED)
    return length + exponent, (1 << exponent) + (windows[at + length] >> (16 - exponent))


def check_end(at: int, bits: Bits) -> None:
    if at > bits.count:
        raise NotPatchable("its coded data ends early")
