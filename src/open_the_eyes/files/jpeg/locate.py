"""Where the blocks of a JPEG begin in its entropy-coded data, found without decoding the picture.

The codes have no marks between them, so a block is found by reading all that come before it. Many chunks of the data
are read side by side (`chunks`), each from a guess that synchronises by itself after some codes (Klein and Wiseman,
"Parallel Huffman decoding with applications to JPEG files", 2003); a chunk whose guess did not meet the end of the one
before is read again from there, so what comes out is what reading from the start gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from .bits import words_of
from .frame import BaselineFrame
from .lanes import BlockStarts, CodeTables, LaneResults, Lanes, flat_mcu
from .one_by_one import one_by_one
from .side_by_side import SideBySide

_SPARE: Final = 1024
"""Zero bytes after the data: more than a block that runs past its end can read."""
FEW_LANES: Final = 24
"""Most lanes that are read one after the other instead of side by side."""


@dataclass(frozen=True, slots=True)
class RestartInterval:
    """The entropy-coded data between two restart markers (T.81 B.1.1.5), or the rest of it from a known block on.

    Args:
        start, end: in bits of the unstuffed data.
        first_block, end_block: the numbers in the scan of its first block and of the first one behind it.
    """

    start: int
    end: int
    first_block: int
    end_block: int


class BlockReader:
    """The entropy-coded data of one baseline scan, unstuffed, which is read block by block."""

    def __init__(self, data: bytes, frame: BaselineFrame) -> None:
        self.bits = len(data) * 8
        self.data = data + bytes(_SPARE + -len(data) % 4)
        self.words = words_of(self.data)
        self.flat_mcu = flat_mcu(frame)
        self._tables = CodeTables(frame)

    @property
    def period(self) -> int:
        """After how many blocks the Huffman tables repeat: those of an MCU, or 1 where all components share theirs."""
        return self._tables.period

    def bits_at(self, at: Ints, count: int) -> NDArray[np.uint8]:
        """(n, count) of 0 and 1: the next `count` bits from each position on."""
        some = np.frombuffer(self.data, np.uint8)[(at >> 3)[:, None] + np.arange((count + 15) // 8)]
        return np.take_along_axis(np.unpackbits(some, axis=1), (at & 7)[:, None] + np.arange(count), axis=1)

    def is_padding(self, start: int, end: int) -> bool:
        """Whether all bits between two positions less than a byte apart are alike, as padding is (T.81 F.1.2.3)."""
        if start == end:
            return True
        bits = self.data[end - 1 >> 3] >> (-end & 7) & ((1 << (end - start)) - 1)
        return bits in (0, (1 << (end - start)) - 1)

    def skip_blocks(
        self, lanes: Lanes, *, mid_block: bool = False, starts: list[BlockStarts] | None = None
    ) -> LaneResults:
        """Reads on from each lane's position to the first block at or behind its stop.

        Args:
            mid_block: a lane begins somewhere within a block, no matter where, instead of where one begins.
            starts: gets the blocks that began.

        Raises:
            NotPatchable: many more blocks began than the picture has.
        """
        if len(lanes.at) <= FEW_LANES:
            return one_by_one(self.data, self._tables, lanes, mid_block=mid_block, starts=starts)
        return SideBySide(self.words, self._tables, lanes, mid_block=mid_block, starts=starts).read()
