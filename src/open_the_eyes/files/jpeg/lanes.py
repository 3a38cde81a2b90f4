"""Places in a JPEG's entropy-coded data that are read side by side, and the code lengths that all of them look up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from .frame import BaselineFrame
from .huffman import END_OF_BLOCK, LOOKAHEAD

BlockStarts = tuple[Ints, Ints, Ints]
"""Of blocks that began: the lane, the block's number in it, and the position in bits."""

NO_BLOCK: Final = 1 << 62
"""Stands for a block's number where there is no such block."""
OVERRUN: Final = np.array([64 < n < END_OF_BLOCK or n > END_OF_BLOCK + 63 for n in range(512)])
"""Whether codes reach beyond the end of their block, by the count of coefficients that they passed."""
_SPARE_BLOCKS: Final = 100_000
"""Blocks that there is always room for, whatever the data: guesses see some that are none."""


@dataclass(slots=True)
class Lanes:
    """Places to read from side by side, arrays of one length.

    Args:
        at: where reading begins, in bits.
        slot: the place in its MCU of the block that begins there, counted from 0.
        stop: the position, in bits, from which on the lane may end.
    """

    at: Ints
    slot: Ints
    stop: Ints


@dataclass(frozen=True, slots=True)
class LaneResults:
    """How far lanes were read, arrays with one entry a lane.

    Args:
        at: where the first block at or behind the lane's stop begins, in bits.
        slot: that block's place in its MCU, counted from 0.
        count: how many blocks began before it.
        first_invalid: the number in the lane of the first block with a code that is none, else `NO_BLOCK`.
    """

    at: Ints
    slot: Ints
    count: Ints
    first_invalid: Ints


class CodeTables:
    """The Huffman tables of a scan, joined so that one index looks up a code of any of them.

    An index is a table's offset plus the next 16 bits of data. `period` is after how many blocks the tables repeat: 1
    where all components share theirs.
    """

    def __init__(self, frame: BaselineFrame) -> None:
        used = [(frame.components[n].dc, frame.components[n].ac) for n in frame.mcu_membership]
        pairs = list(dict.fromkeys(used))
        self.period = len(used) if len(pairs) > 1 else 1
        self.offset = np.array([pairs.index(pair) for pair in used[: self.period]], np.int64) << LOOKAHEAD
        """(period,): by slot, the offset of its tables."""
        self.next_slot = np.roll(np.arange(self.period), -1)
        self.dc_bits = np.concatenate([dc.dc_bits for dc, _ in pairs])
        self.ac_step = np.concatenate([ac.ac_step for _, ac in pairs])
        self.idle = len(pairs) << LOOKAHEAD
        """Offset of a table whose codes have no bits and pass nothing: that of a lane which has ended."""
        nothing = np.zeros(1 << LOOKAHEAD, np.int32)
        self.ac_multi_step = np.concatenate([*(ac.ac_multi_step for _, ac in pairs), nothing])
        self.max_blocks = _SPARE_BLOCKS + 2 * len(used) * frame.mcus_wh[0] * frame.mcus_wh[1]


def flat_mcu(frame: BaselineFrame) -> NDArray[np.uint8]:
    """The bits, 0 and 1, of an MCU of which every block has a DC difference of 0 and no AC coefficients; empty where a
    table has no code for that."""
    used = [frame.components[n] for n in frame.mcu_membership]
    codes = [code for component in used for code in (component.dc.code_of_zero, component.ac.code_of_zero)]
    return np.array([int(bit) for bit in "".join(codes)] if all(codes) else [], np.uint8)
