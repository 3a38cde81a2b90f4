"""16 bits a colour beside the 8 that are looked at and painted on: the finer levels survive what changes the coarse.

A level of 8 bits is 257 levels of 16, so 0 and 255 are 0 and 65535.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Deep = NDArray[np.uint16]
"""(H, W, 3) or, with alpha, (H, W, 4), 0..65535."""

LEVEL: Final = 257
_COARSE: Final = ((np.arange(65_536, dtype=np.uint32) + LEVEL // 2) // LEVEL).astype(np.uint8)


def to_8_bit(samples: Deep) -> NDArray[np.uint8]:
    """To the nearest level; any shape."""
    return _COARSE[samples]


def carried_over(deep: Deep, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Deep:
    """A change between two 8-bit pictures laid into the 16-bit one they are views of, as a fresh array.

    A changed colour keeps the fine steps it had, so that a smooth surface stays smooth; colours that did not change,
    and alpha, are identical.
    """
    out = deep.copy()
    rows = np.flatnonzero((before != after).any(axis=(1, 2)))
    if rows.size:
        span = slice(rows[0], rows[-1] + 1)
        change = (after[span].astype(np.int32) - before[span]) * LEVEL
        out[span, :, :3] = (out[span, :, :3] + change).clip(0, 65_535)
    return out
