"""Option texts into values; each refusal names the option, what it expects and what came.

Typer could convert, but its refusals do not say what came.
"""

from __future__ import annotations

from ..errors import UsageError


def numbers(option: str, text: str) -> tuple[int, ...]:
    """ "1,3" -> (1, 3)

    Raises:
        UsageError: anything else.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{option}: expected numbers such as 1,3; got {text!r}.") from None


def pair(option: str, text: str) -> tuple[float, float]:
    """ "0.3,-0.1" -> (0.3, -0.1)

    Raises:
        UsageError: anything else.
    """
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{option}: expected auto, or two numbers such as 0.3,-0.1; got {text!r}.") from None
    return x, y


def decimal(option: str, text: str, or_else: str = "") -> float:
    """ "0.8" -> 0.8; `or_else` is named in the refusal.

    Raises:
        UsageError: anything else.
    """
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{option}: expected {or_else}a number such as 0.9; got {text!r}.") from None


def whole(option: str, text: str) -> int:
    """ "4" -> 4

    Raises:
        UsageError: anything else.
    """
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{option}: expected a whole number, got {text!r}.") from None
