"""Option texts into values; each refusal names the option, what it expects and what came.

Typer could convert, but its refusals do not say what came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...errors import INSPECT, UsageError
from ...wording import typed


def numbers(option: str, text: str) -> tuple[int, ...]:
    """ "1,3" -> (1, 3)

    Raises:
        UsageError: anything else.
    """
    try:
        return tuple(_whole(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"expected numbers such as 1,3; got {typed(text)}.", option=option) from None


def pair(option: str, text: str) -> tuple[float, float]:
    """ "0.3,-0.1" -> (0.3, -0.1)

    Raises:
        UsageError: anything else, or numbers beyond -1 and 1.
    """
    such = "such as 0.3,-0.1"
    try:
        x, y = (_number(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"expected auto, or two numbers {such}; got {typed(text)}.", option=option) from None
    if not (-1 <= x <= 1 and -1 <= y <= 1):  # `Options` refuses them as well, in the words of JSON
        raise UsageError(f"expected two numbers from -1 to 1, {such}; got {typed(text)}.", option=option)
    return x, y


def decimal(option: str, text: str, or_else: str = "") -> float:
    """ "0.8" -> 0.8; `or_else` is named in the refusal.

    Raises:
        UsageError: anything else.
    """
    try:
        return _number(text)
    except ValueError:
        raise UsageError(f"expected {or_else}a number such as 0.9; got {typed(text)}.", option=option) from None


def whole(option: str, text: str) -> int:
    """ "4" -> 4

    Raises:
        UsageError: anything else.
    """
    try:
        return _whole(text)
    except ValueError:
        raise UsageError(f"expected a whole number, got {typed(text)}.", option=option) from None


def _whole(text: str) -> int:
    """A whole number.

    Raises:
        ValueError: anything but digits and a sign, such as "1_3", which Python takes for 13.
    """
    if not re.fullmatch(r"\s*[+-]?[0-9]+\s*", text):
        raise ValueError(text)
    return int(text)


def matches(
    option: str, texts: Sequence[str], references: Sequence[str], *, named: str = "named in --reference"
) -> tuple[tuple[int, int, int], ...]:
    """ "1=shot2.jpg:3" -> (1, number of shot2.jpg among the references, 3); refusals say how these are `named`.

    Raises:
        UsageError: anything else, or a name that is no reference, or two.
    """
    return tuple(_match(option, text, references, named) for text in texts)


def _match(option: str, text: str, references: Sequence[str], how: str) -> tuple[int, int, int]:
    face, _, rest = text.partition("=")
    name, _, there = rest.rpartition(":")
    digits = all(part.isascii() and part.isdigit() for part in (face, there))
    if not name or not digits:
        raise UsageError(
            f"expected face=reference:face there, such as 1=shot2.jpg:3; got {typed(text)}.", option=option
        )
    if not (face.strip("0") and there.strip("0")):
        raise UsageError(
            f"{option} {text}: expected numbers of faces, which start at 1.", mend=INSPECT, how="List faces"
        )
    exact = [k for k, one in enumerate(references, start=1) if one == name]
    named = exact or [k for k, one in enumerate(references, start=1) if Path(one).name == name]
    if len(named) != 1:
        count = f"{len(named)} of that name" if named else "none of that name"
        raise UsageError(f"{option} {text}: expected a photo {how}, got {count}; write it as given there.")
    return int(face), named[0], int(there)


def _number(text: str) -> float:
    """A number, whole or not.

    Raises:
        ValueError: anything but a number in Latin digits, such as "0_1", which Python takes for 1.
    """
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)
