"""Patterns such as *.jpg, which stand for names: where no shell spells them out, the program does."""

from __future__ import annotations

from typing import Final

_WILD: Final = frozenset("*?[")


def is_pattern(name: str) -> bool:
    """Whether there are wildcards in it; a file may be called like that all the same."""
    return bool(_WILD & set(name))
