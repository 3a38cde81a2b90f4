"""Patterns such as *.jpg, which stand for names: where no shell spells them out, the program does."""

from __future__ import annotations

import os
from typing import Final

_WILD: Final = frozenset("*?[")


def is_pattern(name: str) -> bool:
    """Whether there are wildcards in it; a file may be called like that all the same."""
    return bool(_WILD & set(name))


def any_case(pattern: str) -> str:
    """The pattern for endings in capitals, too: cameras write IMG_1.JPG, people ask for *.jpg.

    >>> any_case("IMG_*.jpg")
    'IMG_*.[jJ][pP][gG]'
    """
    name = os.path.basename(pattern)  # noqa: PTH119 -- as it is written
    stem, dot, ending = name.rpartition(".")
    if not is_pattern(stem) or is_pattern(ending):
        return pattern
    cased = "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in ending)
    return pattern[: -len(name)] + stem + dot + cased
