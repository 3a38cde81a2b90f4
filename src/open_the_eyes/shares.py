"""How far a photo is when each stage of its work begins, so that what is told of it goes on as evenly as time does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FURTHER: Final = 0.2
"""How much of the painting that is left is kept for rounds after this one, which most photos do not need."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Each 0..1, of the whole.

    Args:
        decided: it is known what is to be done with each face.
    """

    detect: float
    confirm: float
    match: float
    decided: float
    paint: float
    compose: float = 0.95

    @classmethod
    def of(cls, references: int) -> Shares:
        """Of a photo and so many others that are searched as well."""
        return _AMONG_OTHERS if references else _ALONE

    def round(self, turn: int, part: float) -> float:
        """When that part of a round of painting is done, 0..1."""
        left = (self.compose - self.paint) * FURTHER**turn
        return self.compose - left + part * (1 - FURTHER) * left


_ALONE: Final = Shares(detect=0.05, confirm=0.12, match=0.15, decided=0.15, paint=0.2)
"""On a processor, painting takes four fifths of the time and more, the more of it the larger the faces are."""
_AMONG_OTHERS: Final = Shares(detect=0.05, confirm=0.15, match=0.18, decided=0.4, paint=0.45)
