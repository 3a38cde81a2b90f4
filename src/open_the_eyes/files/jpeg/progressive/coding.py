"""Symbols and plain bits in a row -> the coded data of a scan, with Huffman tables made for it.

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

PLAIN: Final = 256
"""Stands for no symbol: bits without a code."""
_LONGEST: Final = 16
_HALF: Final = (1 << 32) - 1
_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Items:
    """Codes in their order, as arrays of one length, each in the smallest numbers that hold it: there are many
    millions.

    Args:
        table: which of the scan's tables each code is of.
        symbol: 0 to 255, or `PLAIN` where bits stand without a code.
        size: how many bits follow the code.
        value: these bits, as a number.
    """

    table: NDArray[np.int8]
    symbol: NDArray[np.int16]
    size: NDArray[np.int8]
    value: NDArray[np.int16]

    @classmethod
    def of(cls, table: Ints, symbol: Ints, size: Ints, value: Ints) -> Items:
        return cls(table.astype(np.int8), symbol.astype(np.int16), size.astype(np.int8), value.astype(np.int16))

    @classmethod
    def joined(cls, parts: Sequence[Items]) -> Items:
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def __len__(self) -> int:
        return len(self.symbol)

    def __getitem__(self, some: slice) -> Items:
        return Items(self.table[some], self.symbol[some], self.size[some], self.value[some])


def tables_for(pieces: Sequence[Items], names: tuple[tuple[int, int], ...]) -> dict[tuple[int, int], HuffmanTable]:
    """The best Huffman table for all symbols coded under each name; several of a scan's tables may share a name."""
    counts = {name: np.zeros(PLAIN + 1, np.int64) for name in names}
    for piece in pieces:
        for number, name in enumerate(names):
            counts[name] += np.bincount(piece.symbol[piece.table == number], minlength=PLAIN + 1)
    return {name: best_table(found[:PLAIN]) for name, found in counts.items() if found[:PLAIN].any()}


def best_table(counts: Ints) -> HuffmanTable:
    """The Huffman table that codes symbols of these frequencies (256,) in the fewest bits; no code is longer than 16
    bits, and none has ones alone (T.81 K.2)."""
    lengths = _limited(_lengths(counts))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda symbol: (-int(counts[symbol]), symbol))
    return HuffmanTable.of(bytes(lengths[1:]), bytes(order))


def coded(
    pieces: Sequence[Items], names: tuple[tuple[int, int], ...], tables: Mapping[tuple[int, int], HuffmanTable]
) -> bytes:
    """The coded data of a scan: the pieces between restart markers, byte-stuffed, with the markers between them."""
    codes, lengths = np.zeros((len(names), PLAIN + 1), np.int64), np.zeros((len(names), PLAIN + 1), np.int64)
    for number, name in enumerate(names):
        if name in tables:
            codes[number, :PLAIN], lengths[number, :PLAIN] = tables[name].codes, tables[name].lengths
    out = []
    for number, piece in enumerate(pieces):
        out += [bytes([0xFF, RST0 + (number - 1) % 8])] if number else []
        out.append(_packed(piece, codes, lengths).replace(b"\xff", b"\xff\x00"))
    return b"".join(out)


def _packed(items: Items, codes: Ints, lengths: Ints) -> bytes:
    """Codes one behind the other; ones fill the last byte (T.81 F.1.2.3)."""
    count = sum(int((lengths[some.table, some.symbol] + some.size).sum()) for some in _in_parts(items))
    halves, at = np.zeros(count // 32 + 3, np.uint32), 0
    for some in _in_parts(items):
        word = codes[some.table, some.symbol] << some.size | some.value
        at = _lay(halves, at, word, lengths[some.table, some.symbol] + some.size)
    filling = -count % 8
    _lay(halves, at, np.array([(1 << filling) - 1]), np.array([filling]))
    return halves.astype(">u4").tobytes()[: (count + filling) // 8]


def _in_parts(items: Items) -> Iterator[Items]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def _lay(halves: NDArray[np.uint32], start: int, word: Ints, length: Ints) -> int:
    """Puts words of so many bits, 32 at most, where nothing is yet, from a bit on; where they end."""
    ends = start + np.cumsum(length)
    at = ends - length
    moved = word << (64 - (at & 31) - length).clip(max=63)  # a word of no bits is 0
    first = start >> 5
    half, count = (at >> 5) - first, (int(ends[-1]) >> 5) - first + 2
    sums = np.bincount(half, (moved >> 32 & _HALF).astype(np.float64), count)  # of bits apart, so nothing is carried
    sums += np.bincount(half + 1, (moved & _HALF).astype(np.float64), count)
    halves[first : first + count] |= sums.astype(np.uint32)
    return int(ends[-1])


def _lengths(counts: Ints) -> list[int]:
    """How many codes of each length Huffman's procedure gives; a symbol that is never used takes the code of ones."""
    heap = [(int(counts[symbol]), int(symbol), [0]) for symbol in np.flatnonzero(counts)]
    heap.append((0, 256, [0]))
    heapq.heapify(heap)
    while len(heap) > 1:
        (one, _, depths), (other, last, more) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (one + other, last, [depth + 1 for depth in depths + more]))
    counted: list[int] = np.bincount(heap[0][2], minlength=_LONGEST + 1).tolist()
    return counted


def _limited(lengths: list[int]) -> list[int]:
    """With no code longer than allowed (T.81 figure K.3), and without that of ones alone, the last of the longest."""
    lengths = list(lengths)
    for longest in range(len(lengths) - 1, _LONGEST, -1):
        while lengths[longest]:
            shorter = longest - 2
            while not lengths[shorter]:
                shorter -= 1
            lengths[longest] -= 2
            lengths[longest - 1] += 1
            lengths[shorter + 1] += 2
            lengths[shorter] -= 1
    lengths = lengths[: _LONGEST + 1]
    lengths[max(n for n, count in enumerate(lengths) if count)] -= 1
    return lengths
