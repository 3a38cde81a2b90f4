"""Where chosen blocks begin in entropy-coded data: it is cut into chunks, which are read side by side and joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...imaging.arrays import Ints
from .chunk_readings import ChunkReadings
from .frame import NotPatchable
from .lanes import NO_BLOCK, Lanes
from .locate import BlockReader, RestartInterval

_CHUNK_BITS: Final = (1024, 16_384)
"""Fewest and most bits of a chunk."""
_SYNC_BITS: Final = 1024
"""Bits read before a chunk, in which three guesses of four synchronise; the chunks of the others are read again."""
_CHUNKS_AT_ONCE: Final = 4096
"""Chunks that are read side by side where there are enough."""
_ONE_CHUNK_BITS: Final = 150_000
"""Most bits that are read in one go from their start, for which no guess is needed."""
_MAX_ROUNDS: Final = 64


@dataclass(frozen=True, slots=True)
class _Chunks:
    """Chunks of entropy-coded data in their order, arrays of one length.

    Args:
        start, stop: in bits.
        first_block: the number of its first block where a restart interval begins with the chunk, else -1.
        end_block: the number of the first block behind its restart interval.
    """

    start: Ints
    stop: Ints
    first_block: Ints
    end_block: Ints


def block_positions(block_numbers: Ints, reader: BlockReader, intervals: Sequence[RestartInterval]) -> Ints:
    """Where blocks begin, in bits; their numbers are ascending and lie in the intervals.

    Raises:
        NotPatchable: the data before them cannot be read, or ends before the last of them.
    """
    found: list[Ints] = []
    entry, number, left = (intervals[0].start, 0), 0, block_numbers
    for chunks in _waves(block_numbers, intervals):
        read = _read_chunks(reader, chunks, entry)
        results, numbers = read.results, _first_block_numbers(chunks.first_block, read.results.count, number)
        first_invalid = numbers + np.minimum(results.first_invalid, NO_BLOCK >> 1)
        if ((first_invalid < chunks.end_block) & (first_invalid <= block_numbers[-1])).any():
            raise NotPatchable("damaged coded data")
        entry = int(results.at[-1]), int(results.slot[-1])
        # padding may have looked like a block
        number = min(int(numbers[-1] + results.count[-1]), int(chunks.end_block[-1]))
        found.append(_positions(left[left < number], numbers, read))
        left = left[left >= number]
        if not len(left):
            return np.concatenate(found)
    raise NotPatchable("its coded data ends early")


def _waves(block_numbers: Ints, intervals: Sequence[RestartInterval]) -> Iterator[_Chunks]:
    """All chunks of all intervals, in waves; the first wave should reach the last of the blocks."""
    bits = sum(i.end - i.start for i in intervals)
    first, end = intervals[0].first_block, intervals[-1].end_block
    likely = 4096 + 1.1 * bits * (block_numbers[-1] - first) / (end - first)
    as_one = likely <= _ONE_CHUNK_BITS
    chunk = int(likely if as_one else np.clip(likely / _CHUNKS_AT_ONCE, *_CHUNK_BITS)) & ~7
    starts = [np.arange(i.start, max(i.end, i.start + 1), chunk) for i in intervals]
    start = np.concatenate(starts)
    stop = np.concatenate([np.append(s[1:], i.end) for s, i in zip(starts, intervals, strict=True)])
    first_block = np.full(len(start), -1)
    first_block[np.cumsum([0] + [len(s) for s in starts[:-1]])] = [i.first_block for i in intervals]
    end_block = np.repeat([i.end_block for i in intervals], [len(s) for s in starts])
    at_once = 1 if as_one else min(2 * _CHUNKS_AT_ONCE, 1 + int(likely) // chunk)
    for at in range(0, len(start), at_once):
        part = slice(at, at + at_once)
        yield _Chunks(start[part], stop[part], first_block[part], end_block[part])


def _read_chunks(reader: BlockReader, chunks: _Chunks, entry: tuple[int, int]) -> ChunkReadings:
    """Reads each chunk from where the one before it ended; `entry` is where the wave before did, in bits, and the slot.

    Raises:
        NotPatchable: chunks that do not synchronise.
    """
    fixed = chunks.first_block >= 0
    lanes = Lanes(chunks.start.copy(), np.zeros_like(chunks.start), chunks.stop)
    if not fixed[0]:
        lanes.at[0], lanes.slot[0] = entry
        fixed[0] = True
    continuing = np.flatnonzero(~fixed)
    lanes.at[continuing], lanes.slot[continuing] = _synchronised_starts(reader, chunks.start[continuing])
    read = ChunkReadings(reader, lanes)
    for _ in range(_MAX_ROUNDS):
        ends, before = read.results, continuing - 1
        apart = (ends.at[before] != lanes.at[continuing]) | (ends.slot[before] != lanes.slot[continuing])
        chunk = continuing[apart]
        if not len(chunk):
            return read
        lanes.at[chunk], lanes.slot[chunk] = ends.at[chunk - 1], ends.slot[chunk - 1]
        read.read_again(chunk, lanes.at[chunk], lanes.slot[chunk])
    raise NotPatchable("coded data in which blocks cannot be told apart quickly")


def _synchronised_starts(reader: BlockReader, start: Ints) -> tuple[Ints, Ints]:
    """Where the first block of each chunk may begin, and its slot, read from anywhere some way before it.

    Where all MCUs are flat, in a blown-out sky for example, a reader that has the bits right but the blocks of the MCU
    wrong may never synchronise; so there it begins at the codes of a flat MCU.
    """
    if not len(start):
        return start, start
    guess = reader.skip_blocks(Lanes(np.maximum(start - _SYNC_BITS, 0), np.zeros_like(start), start), mid_block=True)
    flat, at = _flat_before(reader, start)
    if len(flat):
        better = reader.skip_blocks(Lanes(at, np.zeros_like(at), start[flat]))
        guess.at[flat], guess.slot[flat] = better.at, better.slot
    return guess.at, guess.slot


def _flat_before(reader: BlockReader, start: Ints) -> tuple[Ints, Ints]:
    """The chunks that begin among flat MCUs, and where one of these begins shortly before, in bits."""
    size = len(reader.flat_mcu)
    chunk = np.flatnonzero(start >= 3 * size)
    if not size or not len(chunk):
        return chunk[:0], chunk[:0]
    bits = reader.bits_at(start[chunk] - 3 * size, 3 * size)
    alike = (bits[:, :size] == bits[:, size : 2 * size]).all(axis=1)
    chunk, bits = chunk[alike], bits[alike]
    windows = np.lib.stride_tricks.sliding_window_view(bits, size, axis=1)[:, :size]
    matches = (windows == reader.flat_mcu).all(axis=2)
    found = matches.any(axis=1)
    return chunk[found], (start[chunk] - 3 * size + matches.argmax(axis=1))[found]


def _first_block_numbers(first_block: Ints, counts: Ints, number: int) -> Ints:
    """The number of the first block of each chunk; `number` is that of the first chunk if its interval goes on."""
    before = np.cumsum(counts) - counts
    known = np.flatnonzero(first_block >= 0)
    offsets = np.append(number, first_block[known] - before[known])
    return np.asarray(before + offsets[np.cumsum(first_block >= 0)])


def _positions(block_numbers: Ints, numbers: Ints, read: ChunkReadings) -> Ints:
    """Where blocks of these chunks begin, in bits; `numbers` are those of the chunks' first blocks.

    Padding before a restart marker can look like a block, so a number may be there twice: the later is meant.
    """
    counts = read.results.count
    chunk = np.searchsorted(numbers, block_numbers, side="right") - 1
    within = block_numbers - numbers[chunk]
    if (within >= counts[chunk]).any() or (chunk < 0).any():
        raise NotPatchable("its coded data ends early")
    return read.at(chunk, within)
