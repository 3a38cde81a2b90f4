"""How many of what, for messages."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, what: str, several: str = "") -> str:
    """ "1 photo", "3,000 photos"; `several` where that is more than an "s" behind."""
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"


def numbers_in_words(numbers: Sequence[int]) -> str:
    """[1, 3, 4, 5, 9] -> 1, 3 to 5 and 9; the numbers rise."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [part for run in runs for part in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
