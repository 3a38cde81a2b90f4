"""Bits joined in a row, from anywhere in a source and new ones."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FEW: Final = 4096
"""Most bits that are copied one by one."""
_AHEAD: Final = 8192
"""Bytes that are taken apart into bits in one go, since many short copies follow one another."""


class BitJoiner:
    """Puts together bits of one source, at any offset, and new ones; long stretches are moved as whole bytes."""

    def __init__(self, source: bytes) -> None:
        self._source = np.frombuffer(source, np.uint8)
        self._apart: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._apart_from = 0
        """Bits of the source, one a byte, and the position of the first of them."""
        self._bytes: list[bytes] = []
        self._waiting: list[NDArray[np.uint8]] = []
        self._count = 0

    def add(self, bits: NDArray[np.uint8]) -> None:
        """Appends new bits, (n,) of 0 and 1."""
        self._waiting.append(bits)
        self._count += len(bits)

    def copy(self, start: int, end: int) -> None:
        """Appends the source's bits from position `start` up to `end`, counted in bits."""
        if end - start > _FEW:
            whole = start + -self._count % 8
            self.add(self._bits(start, whole))
            self._settle()
            start = whole + (end - whole) // 8 * 8
            self._bytes.append(self._moved(whole, start))
        if end > start:
            self.add(self._bits(start, end))

    def filled_up(self, bit: int) -> bytes:
        """All bits so far as bytes; the rest of the last byte is filled with `bit`, 0 or 1."""
        self.add(np.full(-self._count % 8, bit, np.uint8))
        self._settle()
        return b"".join(self._bytes)

    def _settle(self) -> None:
        """What waits, which is whole bytes."""
        self._bytes.append(np.packbits(np.concatenate(self._waiting)).tobytes())
        self._waiting, self._count = [], 0

    def _bits(self, start: int, end: int) -> NDArray[np.uint8]:
        if not self._apart_from <= start <= end <= self._apart_from + len(self._apart):
            first = start >> 3
            self._apart = np.unpackbits(self._source[first : max(first + _AHEAD, (end + 7) >> 3)])
            self._apart_from = 8 * first
        return self._apart[start - self._apart_from : end - self._apart_from]

    def _moved(self, start: int, end: int) -> bytes:
        """Bits of whole bytes that begin within a byte."""
        first, last, by = start >> 3, end >> 3, start & 7
        if not by:
            return self._source[first:last].tobytes()
        return (self._source[first:last] << by | self._source[first + 1 : last + 1] >> (8 - by)).tobytes()
