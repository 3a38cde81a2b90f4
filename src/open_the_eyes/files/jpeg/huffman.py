"""A Huffman table of a JPEG, laid out so that numpy reads and writes many codes at once.

ITU-T T.81, annex C (codes from lengths), F.1.2 (what the symbols mean), F.2.2 (reading them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

LOOKAHEAD: Final = 16
"""Bits that lookup tables look ahead: the length of the longest code."""
END_OF_BLOCK: Final = 128
"""Stands for EOB where coefficients passed are counted: more than a block has, and a bit of its own."""

_LOOKUP_SIZE: Final = 1 << LOOKAHEAD
_INVALID_CODE: Final = 255


class InvalidTable(Exception):
    """A table segment (DHT, DQT) that breaks the rules of T.81 B.2.4."""


@dataclass(frozen=True)
class HuffmanTable:
    """A Huffman table as DHT has it (T.81 B.2.4.2), with its codes.

    Args:
        counts: BITS: how many codes there are of 1..16 bits.
        values: HUFFVAL: their symbols, shortest code first.
        codes, lengths: EHUFCO and EHUFSI by symbol (annex C); a length of 0 where there is no code.

    Raises:
        InvalidTable: more codes of a length than there is room for, a symbol twice.
    """

    counts: bytes
    values: bytes
    codes: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    lengths: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes, lengths = np.zeros(256, np.int64), np.zeros(256, np.int64)
        code, done = 0, 0
        for length, count in enumerate(self.counts, start=1):
            for value in self.values[done : done + count]:
                if lengths[value] or code >= 1 << length:
                    raise InvalidTable
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
    def code_of_zero(self) -> str:
        """The code of symbol 0 as text, "" where there is none: a DC difference of 0, or EOB in an AC table."""
        length = int(self.lengths[0])
        return f"{int(self.codes[0]):0{length}b}" if length else ""

    @cached_property
    def symbol_lookup(self) -> NDArray[np.int32]:
        """(65536,), by the next 16 bits of coded data: the symbol they begin with, plus 256 times the length of its
        code; 0 where no code begins so."""
        found = np.zeros(_LOOKUP_SIZE, np.int32)
        for value in self.values:
            length = int(self.lengths[value])
            first = int(self.codes[value]) << (LOOKAHEAD - length)
            found[first : first + (1 << (LOOKAHEAD - length))] = length << 8 | value
        return found

    @cached_property
    def dc_bits(self) -> NDArray[np.int32]:
        """(65536,), by the next 16 bits of coded data: how many bits a DC difference takes, code and additional bits; 0
        where no code begins so."""
        size = self.symbol_lookup & 255
        return np.where((self.symbol_lookup > 0) & (size <= 15), (self.symbol_lookup >> 8) + size, 0).astype(np.int32)

    @cached_property
    def ac_step(self) -> NDArray[np.int32]:
        """(65536,), by the next 16 bits: 64 times the number of coefficients that one AC symbol passes, plus its bits.

        EOB passes `END_OF_BLOCK` coefficients; bits that are no code pass 255 and take one bit.
        """
        run, size = self.symbol_lookup >> 4 & 15, self.symbol_lookup & 15
        passed = np.where(size > 0, run + 1, np.where(run == 15, 16, END_OF_BLOCK))
        passed[(size == 0) & (run > 0) & (run < 15)] = _INVALID_CODE
        passed[self.symbol_lookup == 0] = _INVALID_CODE
        bits = np.where(self.symbol_lookup > 0, (self.symbol_lookup >> 8) + size, 1)
        return np.asarray(passed << 6 | bits, np.int32)

    @cached_property
    def ac_multi_step(self) -> NDArray[np.int32]:
        """(65536,): as `ac_step`, for as many whole symbols in a row as have their codes within the 16 bits.

        It stops behind the end of a block, and before it has passed more than 63 coefficients or 47 bits.
        """
        passed, bits = self.ac_step >> 6, self.ac_step & 63
        going = np.flatnonzero(passed < END_OF_BLOCK)
        while len(going):
            rest = (going << bits[going]) & (_LOOKUP_SIZE - 1)
            more_passed, more_bits = self.ac_step[rest] >> 6, self.ac_step[rest] & 63
            fits = (bits[going] + (self.symbol_lookup[rest] >> 8) <= LOOKAHEAD) & (bits[going] + more_bits < 48)
            fits &= (more_passed != _INVALID_CODE) & (passed[going] + (more_passed & (END_OF_BLOCK - 1)) < 64)
            going = going[fits]
            passed[going] += more_passed[fits]
            bits[going] += more_bits[fits]
            going = going[passed[going] < END_OF_BLOCK]
        return (passed << 6 | bits).astype(np.int32)
