"""One attempt at a face's eyes, and the number by which reports name it and `picks` asks for it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_ATTEMPTS: Final = 1000
"""Code that no attempt reaches."""
FIRST_LED: Final = MAX_ATTEMPTS // 2
"""Code of the first attempt that a donor's eyes only lead; no face gets as many others."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a face's eyes.

    Args:
        number: from 0, below `FIRST_LED`, among the face's attempts of its kind.
        led: a donor's eyes only lead the painter: as they are they were laid in before, and did not turn out well.
    """

    number: int
    led: bool = False

    @property
    def code(self) -> int:
        """Its number in reports and `picks`, 0..999: that of a led one begins at `FIRST_LED`."""
        return self.number + FIRST_LED * self.led

    @classmethod
    def of(cls, code: int) -> Attempt:
        """The attempt of that code."""
        return cls(code % FIRST_LED, code >= FIRST_LED)
