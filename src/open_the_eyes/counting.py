"""How many of what, for messages."""

from __future__ import annotations


def counted(number: int, what: str, several: str = "") -> str:
    """ "1 photo", "3,000 photos"; `several` where that is more than an "s" behind."""
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
