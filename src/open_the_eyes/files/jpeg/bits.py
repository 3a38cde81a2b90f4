"""Bits of entropy-coded data: looked at from any position, and joined anew."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints
from .huffman import LOOKAHEAD

_FEW_BITS: Final = 4096
"""Most bits that are copied one by one."""
_UNPACKED_BYTES: Final = 8192
"""Bytes that are taken apart into bits in one go, since many short copies follow one another."""
_HALF_WORD: Final = np.uint64(32)
_BEHIND_LOOKAHEAD: Final = np.uint64(64 - LOOKAHEAD)


def words_of(data: bytes) -> NDArray[np.uint64]:
    """(len(data) / 4 - 1,): the 64 bits from every fourth byte on, as numbers; `data` has whole fours of bytes."""
    fours = np.frombuffer(data, ">u4").astype(np.uint64)
    words = fours[:-1] << _HALF_WORD
    words |= fours[1:]
    return words


def peek_16_bits(words: NDArray[np.uint64], at: Ints) -> Ints:
    """The 16 bits from each position (bits) on, as numbers."""
    ahead = words.take(at >> 5) << (at & 31).view(np.uint64)
    return (ahead >> _BEHIND_LOOKAHEAD).view(np.int64)


class BitJoiner:
    """Puts together bits of one source, at any offset, and new ones; long runs of bits are moved as whole bytes."""

    def __init__(self, source: bytes) -> None:
        self._source = np.frombuffer(source, np.uint8)
        self._unpacked: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._unpacked_from = 0
        """Bits of the source, one a byte, and the position of the first of them."""
        self._bytes: list[bytes] = []
        self._pending: list[NDArray[np.uint8]] = []
        self._count = 0

    def add(self, bits: NDArray[np.uint8]) -> None:
        """Appends new bits, (n,) of 0 and 1."""
        self._pending.append(bits)
        self._count += len(bits)

    def copy(self, start: int, end: int) -> None:
        """Appends the source's bits from position `start` up to `end`, counted in bits."""
        if end - start > _FEW_BITS:
            whole = start + -self._count % 8
            self.add(self._bits(start, whole))
            self._flush()
            start = whole + (end - whole) // 8 * 8
            self._bytes.append(self._shifted_bytes(whole, start))
        if end > start:
            self.add(self._bits(start, end))

    def padded(self, bit: int) -> bytes:
        """All bits so far as bytes; the rest of the last byte is filled with `bit`, 0 or 1."""
        self.add(np.full(-self._count % 8, bit, np.uint8))
        self._flush()
        return b"".join(self._bytes)

    def _flush(self) -> None:
        """Packs the pending bits, which fill whole bytes."""
        self._bytes.append(np.packbits(np.concatenate(self._pending)).tobytes())
        self._pending, self._count = [], 0

    def _bits(self, start: int, end: int) -> NDArray[np.uint8]:
        if not self._unpacked_from <= start <= end <= self._unpacked_from + len(self._unpacked):
            first = start >> 3
            self._unpacked = np.unpackbits(self._source[first : max(first + _UNPACKED_BYTES, (end + 7) >> 3)])
            self._unpacked_from = 8 * first
        return self._unpacked[start - self._unpacked_from : end - self._unpacked_from]

    def _shifted_bytes(self, start: int, end: int) -> bytes:
        """Bits of whole bytes that begin within a byte."""
        first, last, by = start >> 3, end >> 3, start & 7
        if not by:
            return self._source[first:last].tobytes()
        return (self._source[first:last] << by | self._source[first + 1 : last + 1] >> (8 - by)).tobytes()
