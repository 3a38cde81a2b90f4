"""Huffman symbols with their additional bits -> the entropy-coded data of a scan, with optimal tables for it.

A file's own tables were made for its own symbols, as a rule, and lack others.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Ints
from ..huffman import HuffmanTable
from ..markers import RST0

NO_SYMBOL: Final = 256
"""Stands for the symbol of bits without a Huffman code, such as correction bits."""
_MAX_CODE_LENGTH: Final = 16
_LOW_32_BITS: Final = (1 << 32) - 1
_CODES_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class CodeSequence:
    """Codes in their order, as arrays of one length, each in the smallest numbers that hold it: there are many
    millions.

    Args:
        table: which of the scan's tables each code is of, counted from 0.
        symbol: 0 to 255, or `NO_SYMBOL` where bits stand without a code.
        size: how many additional bits follow the code.
        value: these bits, as a number.
    """

    table: NDArray[np.int8]
    symbol: NDArray[np.int16]
    size: NDArray[np.int8]
    value: NDArray[np.int16]

    @classmethod
    def of(cls, table: Ints, symbol: Ints, size: Ints, value: Ints) -> CodeSequence:
        return cls(table.astype(np.int8), symbol.astype(np.int16), size.astype(np.int8), value.astype(np.int16))

    @classmethod
    def joined(cls, parts: Sequence[CodeSequence]) -> CodeSequence:
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def __len__(self) -> int:
        return len(self.symbol)

    def __getitem__(self, some: slice) -> CodeSequence:
        return CodeSequence(self.table[some], self.symbol[some], self.size[some], self.value[some])


def optimal_tables(
    sequences: Sequence[CodeSequence], table_ids: tuple[tuple[int, int], ...]
) -> dict[tuple[int, int], HuffmanTable]:
    """The optimal Huffman table for all symbols coded by each; several of a scan's components may share a table."""
    counts = {table_id: np.zeros(NO_SYMBOL + 1, np.int64) for table_id in table_ids}
    for sequence in sequences:
        for number, table_id in enumerate(table_ids):
            counts[table_id] += np.bincount(sequence.symbol[sequence.table == number], minlength=NO_SYMBOL + 1)
    return {table_id: optimal_table(found[:NO_SYMBOL]) for table_id, found in counts.items() if found[:NO_SYMBOL].any()}


def optimal_table(counts: Ints) -> HuffmanTable:
    """The Huffman table that codes symbols of these frequencies (256,) in the fewest bits; no code is longer than 16
    bits, and none has ones alone (T.81 K.2)."""
    lengths = _adjusted_counts(_code_length_counts(counts))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda symbol: (-int(counts[symbol]), symbol))
    return HuffmanTable.of(bytes(lengths[1:]), bytes(order))


def entropy_coded(
    sequences: Sequence[CodeSequence],
    table_ids: tuple[tuple[int, int], ...],
    tables: Mapping[tuple[int, int], HuffmanTable],
) -> bytes:
    """The entropy-coded segments of a scan, byte-stuffed, with restart markers between them."""
    codes, lengths = np.zeros((2, len(table_ids), NO_SYMBOL + 1), np.int64)
    for number, table_id in enumerate(table_ids):
        if table_id in tables:
            codes[number, :NO_SYMBOL], lengths[number, :NO_SYMBOL] = tables[table_id].codes, tables[table_id].lengths
    out = []
    for number, sequence in enumerate(sequences):
        out += [bytes([0xFF, RST0 + (number - 1) % 8])] if number else []
        out.append(_packed_bytes(sequence, codes, lengths).replace(b"\xff", b"\xff\x00"))
    return b"".join(out)


def _packed_bytes(sequence: CodeSequence, codes: Ints, lengths: Ints) -> bytes:
    """Codes with their additional bits as bytes; 1-bits pad the last one (T.81 F.1.2.3)."""
    count = sum(int((lengths[some.table, some.symbol] + some.size).sum()) for some in _slices(sequence))
    words, at = np.zeros(count // 32 + 3, np.uint32), 0
    for some in _slices(sequence):
        word = codes[some.table, some.symbol] << some.size | some.value
        at = _put_words(words, at, word, lengths[some.table, some.symbol] + some.size)
    padding = -count % 8
    _put_words(words, at, np.array([(1 << padding) - 1]), np.array([padding]))
    return words.astype(">u4").tobytes()[: (count + padding) // 8]


def _slices(sequence: CodeSequence) -> Iterator[CodeSequence]:
    return (sequence[at : at + _CODES_AT_ONCE] for at in range(0, len(sequence), _CODES_AT_ONCE))


def _put_words(words: NDArray[np.uint32], start: int, word: Ints, length: Ints) -> int:
    """Writes bits, 32 at most of each number, from the bit `start` on, where there are zeros; where they end."""
    ends = start + np.cumsum(length)
    at = ends - length
    moved = word << (64 - (at & 31) - length).clip(max=63)  # a word of no bits is 0
    first = start >> 5
    half, count = (at >> 5) - first, (int(ends[-1]) >> 5) - first + 2
    # the bits do not overlap, so that in these sums nothing is carried
    sums = np.bincount(half, (moved >> 32 & _LOW_32_BITS).astype(np.float64), count)
    sums += np.bincount(half + 1, (moved & _LOW_32_BITS).astype(np.float64), count)
    words[first : first + count] |= sums.astype(np.uint32)
    return int(ends[-1])


def _code_length_counts(counts: Ints) -> list[int]:
    """How many codes of each length there are (T.81 figures K.1, K.2); one, of a symbol never used, has ones alone."""
    heap = [(int(counts[symbol]), int(symbol), [0]) for symbol in np.flatnonzero(counts)]
    heap.append((0, 256, [0]))
    heapq.heapify(heap)
    while len(heap) > 1:
        (one, _, depths), (other, last, more) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (one + other, last, [depth + 1 for depth in depths + more]))
    counted: list[int] = np.bincount(heap[0][2], minlength=_MAX_CODE_LENGTH + 1).tolist()
    return counted


def _adjusted_counts(lengths: list[int]) -> list[int]:
    """Adjust_BITS: the counts with no code longer than 16 bits, and without that of ones alone (T.81 figure K.3)."""
    lengths = list(lengths)
    for longest in range(len(lengths) - 1, _MAX_CODE_LENGTH, -1):
        while lengths[longest]:
            shorter = longest - 2
            while not lengths[shorter]:
                shorter -= 1
            lengths[longest] -= 2
            lengths[longest - 1] += 1
            lengths[shorter + 1] += 2
            lengths[shorter] -= 1
    lengths = lengths[: _MAX_CODE_LENGTH + 1]
    lengths[max(n for n, count in enumerate(lengths) if count)] -= 1
    return lengths
