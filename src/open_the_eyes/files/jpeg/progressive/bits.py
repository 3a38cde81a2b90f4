"""Entropy-coded data of a progressive scan by the bit, and the EOB runs in it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Ints
from ..coefficients import extend
from ..frame import NotPatchable

Coefficients = NDArray[np.int16]
"""(blocks, 64): all quantised coefficients of a component, up to whole MCUs, row by row; the 64 in zigzag order."""

DAMAGED: Final = "damaged coded data"
_SPARE_BYTES: Final = 512
"""Zero bytes after the data: more than what is read at once."""


class BitReader:
    """An entropy-coded segment without its byte stuffing, looked at from any bit."""

    def __init__(self, data: bytes) -> None:
        self.count = 8 * len(data)
        octets = np.frombuffer(data + bytes(_SPARE_BYTES), np.uint8).astype(np.uint32)
        words = octets[:-2] << 16 | octets[1:-1] << 8 | octets[2:]
        self.lookahead = (words[:, None] >> np.arange(8, 0, -1, dtype=np.uint32)).astype(np.uint16).ravel()
        """The 16 bits from each position on."""

    def receive_and_extend(self, at: Ints, size: Ints) -> Ints:
        """The signed values of `size` additional bits at these bits: RECEIVE and EXTEND (T.81 F.2.2.1)."""
        return extend(self.lookahead[at].astype(np.int64) >> (16 - size), size)

    def single_bits(self, at: Ints) -> Ints:
        """The bit at each position, 0 or 1."""
        return self.lookahead[at].astype(np.int64) >> 15


def eob_run(symbol: int, lookahead: memoryview, at: int) -> tuple[int, int]:
    """How many bits an EOBn code takes with its additional bits, and EOBRUN, how many blocks it ends (T.81 G.1.2.2)."""
    length, exponent = symbol >> 8, symbol >> 4 & 15
    if not length or symbol & 15 or exponent == 15:
        raise NotPatchable(DAMAGED)
    return length + exponent, (1 << exponent) + (lookahead[at + length] >> (16 - exponent))


def check_end(at: int, bits: BitReader) -> None:
    """Refuses data that ended before the bit at which its codes do."""
    if at > bits.count:
        raise NotPatchable("its coded data ends early")
