"""Values in messages, as whoever gave them wrote them: on a command line, in a setting, in JSON; commands to paste;
how many of what."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Final

MOST: Final = 80
"""Longest part of a value that a message shows, characters."""
WINDOWS: Final = os.name == "nt"
"""Whether this is Windows, whose shells know no single quotes, or other ones."""


def typed(given: object) -> str:
    """A text as it was typed: quotes only where it would not be seen where it begins and ends, escapes for what steers.

    Anything else as `written` has it.

    >>> print(typed("purple"), typed("two words"), typed(""))
    purple "two words" ""
    """
    if not isinstance(given, str):
        return written(given)
    shown = given[:MOST]
    plain = shown.isprintable() and not {" ", '"'} & set(shown)
    return shown if plain and shown else _quoted(shown)


def written(given: object) -> str:
    """A value as JSON has it; what JSON has not, as Python shows it.

    >>> print(written((None, 1.0)), written(True), written("7"))
    [null, 1.0] true "7"
    """
    return _written(given)[:MOST]


def short(number: float) -> str:
    """A number where no type is in question: 9 for 9.0, as most people type it."""
    return written(number).removesuffix(".0")


def command(words: Iterable[str]) -> str:
    """A command that the shells of this system take as these words."""
    return " ".join(map(_windows_word, words)) if WINDOWS else shlex.join(words)


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


def _windows_word(word: str) -> str:
    """In double quotes, as programs there read them, where cmd or PowerShell might see more in it than a word."""
    if re.fullmatch(r"[\w\\/:.+=-]+", word):
        return word
    escaped = re.sub(r'(\\*)("|$)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)
    return f'"{escaped}"'


def _written(given: object) -> str:
    if isinstance(given, str):
        return _quoted(given)
    if isinstance(given, bool) or given is None:
        return json.dumps(given)
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(_written, given))}]"
    if isinstance(given, dict):
        return f"{{{', '.join(f'{_written(key)}: {_written(one)}' for key, one in given.items())}}}"
    if isinstance(given, Integral):
        return str(int(given))
    return str(float(given)) if isinstance(given, Real) else repr(given)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())
