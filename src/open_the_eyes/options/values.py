"""What a value of an option may be: each check refuses anything else, and names option and value."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import cast

from ..errors import UsageError
from ..wording import typed, written


def refuse(condition: bool, option: str | None, message: str, *, mend: str = "", how: str = "") -> None:
    """Refuses an option's value where the condition holds.

    Raises:
        UsageError: the condition holds.
    """
    if condition:
        raise UsageError(message, option=option, mend=mend, how=how)


def require(condition: bool, option: str | None, message: str, *, mend: str = "", how: str = "") -> None:
    """Refuses an option's value where the condition does not hold.

    Raises:
        UsageError: the condition does not hold.
    """
    refuse(not condition, option, message, mend=mend, how=how)


def check_one_of(name: str, value: object, known: Sequence[str]) -> None:
    is_one = isinstance(value, str) and value in known
    require(is_one, name, f"expected one of {', '.join(known)}; got {typed(value)}.")


def check_whole(name: str, value: object) -> None:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    require(whole, name, f"expected a whole number, got {written(value)}.")


def check_number(name: str, value: object) -> None:
    require(is_number(value), name, f"expected a number, got {written(value)}.")


def is_number(value: object) -> bool:
    """Whether it is one; neither True nor False is."""
    return isinstance(value, Real) and not isinstance(value, bool)


def checked_quality(value: object) -> int | None:
    """How finely a picture with loss is to be coded, 1..100; None leaves it to the format."""
    if value is None:
        return None
    check_whole("quality", value)
    quality = int(cast("int", value))
    require(1 <= quality <= 100, "quality", f"expected 1 to 100, got {quality}.")
    return quality


def check_yes_or_no(name: str, value: object) -> None:
    require(isinstance(value, bool), name, f"expected true or false, got {written(value)}.")


def keep(options: object, **plain: object) -> None:
    """Puts Python's own numbers in the place of numpy's and others, for records and reports are written as JSON."""
    for name, value in plain.items():
        object.__setattr__(options, name, value)
