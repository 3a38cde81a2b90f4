"""A Huffman table of a JPEG, laid out so that numpy reads and writes many codes at once.

ITU-T T.81, annex C (codes from lengths), F.1.2 (what the symbols mean), F.2.2 (reading them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

WINDOW: Final = 16
"""Bits looked at at once: the length of the longest code."""
END: Final = 128
"""Added to the coefficients passed when a block ends before its last one."""

_WIDTH: Final = 1 << WINDOW
_UNREADABLE: Final = 255


class NoSuchTable(Exception):
    """A table that breaks the rules."""


@dataclass(frozen=True)
class HuffmanTable:
    """`counts`: how many codes there are of 1..16 bits; `values`: their symbols, shortest code first.

    Raises:
        NoSuchTable: more codes of a length than there is room for, a symbol twice.
    """

    counts: bytes
    values: bytes
    codes: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    lengths: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    """By symbol; a length of 0 where there is no code."""

    def __post_init__(self) -> None:
        codes, lengths = np.zeros(256, np.int64), np.zeros(256, np.int64)
        code, done = 0, 0
        for length, count in enumerate(self.counts, start=1):
            for value in self.values[done : done + count]:
                if lengths[value] or code >= 1 << length:
                    raise NoSuchTable
                codes[value], lengths[value] = code, length
                code += 1
            done += count
            code <<= 1
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "lengths", lengths)

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, counts: bytes, values: bytes) -> HuffmanTable:
        """The table, laid out once: most files bring the same four (T.81 annex K.3)."""
        return cls(counts, values)

    @property
    def zero_code(self) -> str:
        """The code of symbol 0, in words of 0 and 1; "" where there is none. Of a DC table that is no difference, of an
        AC table the end of a block."""
        length = int(self.lengths[0])
        return f"{int(self.codes[0]):0{length}b}" if length else ""

    @cached_property
    def symbols(self) -> NDArray[np.int32]:
        """(65536,), by the next 16 bits of coded data: the symbol they begin with, plus 256 times the length of its
        code; 0 where no code begins so."""
        found = np.zeros(_WIDTH, np.int32)
        for value in self.values:
            length = int(self.lengths[value])
            first = int(self.codes[value]) << (WINDOW - length)
            found[first : first + (1 << (WINDOW - length))] = length << 8 | value
        return found

    @cached_property
    def dc_bits(self) -> NDArray[np.int32]:
        """(65536,), by the next 16 bits of coded data: how many bits a DC difference takes, code and value together; 0
        where no code begins so."""
        size = self.symbols & 255
        return np.where((self.symbols > 0) & (size <= 15), (self.symbols >> 8) + size, 0).astype(np.int32)

    @cached_property
    def ac_step(self) -> NDArray[np.int32]:
        """(65536,), by the next 16 bits: 64 times the number of coefficients that one AC symbol passes, plus its bits.

        The end of a block passes `END` coefficients; bits that are no code pass 255 and take one bit.
        """
        run, size = self.symbols >> 4 & 15, self.symbols & 15
        passed = np.where(size > 0, run + 1, np.where(run == 15, 16, END))
        passed[(size == 0) & (run > 0) & (run < 15)] = _UNREADABLE
        passed[self.symbols == 0] = _UNREADABLE
        bits = np.where(self.symbols > 0, (self.symbols >> 8) + size, 1)
        return np.asarray(passed << 6 | bits, np.int32)

    @cached_property
    def ac_leap(self) -> NDArray[np.int32]:
        """(65536,): as `ac_step`, for as many whole symbols in a row as have their codes within the 16 bits.

        It stops behind the end of a block, and before it has passed more than 63 coefficients or 47 bits.
        """
        passed, bits = self.ac_step >> 6, self.ac_step & 63
        going = np.flatnonzero(passed < END)
        while len(going):
            rest = (going << bits[going]) & (_WIDTH - 1)
            more_passed, more_bits = self.ac_step[rest] >> 6, self.ac_step[rest] & 63
            fits = (bits[going] + (self.symbols[rest] >> 8) <= WINDOW) & (bits[going] + more_bits < 48)
            fits &= (more_passed != _UNREADABLE) & (passed[going] + (more_passed & (END - 1)) < 64)
            going = going[fits]
            passed[going] += more_passed[fits]
            bits[going] += more_bits[fits]
            going = going[passed[going] < END]
        return (passed << 6 | bits).astype(np.int32)
