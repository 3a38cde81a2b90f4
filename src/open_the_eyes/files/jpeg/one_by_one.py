"""Blocks skipped in one lane after the other, in plain Python: few lanes take less time so than numpy's calls do."""

from __future__ import annotations

from typing import Final

import numpy as np

from .frame import NotPatchable
from .huffman import LOOKAHEAD
from .lanes import NO_BLOCK, OVERRUN, BlockStarts, CodeTables, LaneResults, Lanes

_OVERRUN: Final[list[bool]] = OVERRUN.tolist()
_MASK: Final = (1 << LOOKAHEAD) - 1


def one_by_one(
    data: bytes, tables: CodeTables, lanes: Lanes, *, mid_block: bool, starts: list[BlockStarts] | None
) -> LaneResults:
    """What `SideBySide` gives, of the same arguments; `data` is unstuffed, with zeros behind it.

    Raises:
        NotPatchable: many more blocks began than the picture has.
    """
    results, block_count = [], 0
    rows = zip(lanes.at.tolist(), lanes.slot.tolist(), lanes.stop.tolist(), strict=True)
    for lane, (at, slot, stop) in enumerate(rows):
        positions: list[int] = []
        results.append(_skip_blocks(data, tables, at, slot, stop, mid_block, positions))
        block_count += len(positions)
        if block_count > tables.max_blocks:
            raise NotPatchable("damaged coded data")
        if starts is not None:
            numbers = np.arange(len(positions)) + int(mid_block)
            starts.append((np.full(len(positions), lane), numbers, np.array(positions, np.int64)))
    fields = zip(*results, strict=True) if results else ([], [], [], [])
    return LaneResults(*(np.array(field, np.int64) for field in fields))


def _skip_blocks(
    data: bytes, tables: CodeTables, at: int, slot: int, stop: int, mid_block: bool, positions: list[int]
) -> tuple[int, int, int, int]:
    """One lane, as the fields of its `LaneResults`; `positions` gets where blocks begin, in bits."""
    offsets, period, max_blocks = tables.offset.tolist(), tables.period, tables.max_blocks
    dc_bits, ac_step, ac_multi_step = tables.dc_bits.data, tables.ac_step.data, tables.ac_multi_step.data
    offset, passed, count, first_invalid, begins = offsets[slot], 1, 0, NO_BLOCK, not mid_block
    if begins:
        slot, count = slot - 1, -1
    while True:
        if begins:
            slot, count = (slot + 1) % period, count + 1
            if at >= stop:
                return at, slot, count, first_invalid
            positions.append(at)
            if len(positions) > max_blocks:
                raise NotPatchable("damaged coded data")
            offset, passed, byte = offsets[slot], 1, at >> 3
            ahead = data[byte] << 16 | data[byte + 1] << 8 | data[byte + 2]
            bits = dc_bits[offset + (ahead >> 8 - (at & 7) & _MASK)]
            at += bits
            if not bits:
                first_invalid = min(first_invalid, count)
        byte = at >> 3
        ahead = data[byte] << 16 | data[byte + 1] << 8 | data[byte + 2]
        entry = offset + (ahead >> 8 - (at & 7) & _MASK)
        step = ac_multi_step[entry]
        passed, at = passed + (step >> 6), at + (step & 63)
        begins = passed >= 64
        if begins and _OVERRUN[passed]:  # these codes belong to two blocks, so one code at a time
            single = ac_step[entry]
            passed, at = passed + (single >> 6) - (step >> 6), at + (single & 63) - (step & 63)
            if _OVERRUN[passed]:
                first_invalid = min(first_invalid, count)
            begins = passed >= 64
