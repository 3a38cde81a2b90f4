"""The flags of `open` that say what eyes look like: of all faces, "blue", or of one, "2=blue"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeAlias

import typer

from ...errors import INSPECT, UsageError
from ...options.eye_style import AUTO, EYE_COLORS, MAX_OPENNESS, EyeStyle, FaceStyle
from ...wording import typed
from . import common as flags
from . import parse

_ONE: Final = " With 2= before it, for face 2 alone; may be given several times."

EyeColours: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--eye-color", metavar=f"[2=]{'|'.join(EYE_COLORS)}", help=flags.ABOUT_COLOUR + _ONE, show_default=AUTO
    ),
]
Gazes: TypeAlias = Annotated[
    list[str] | None, typer.Option("--gaze", metavar="[2=]auto|X,Y", help=flags.ABOUT_GAZE + _ONE, show_default=AUTO)
]
Opennesses: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--openness", metavar=f"[2=]auto|0..{MAX_OPENNESS}", help=flags.ABOUT_OPENNESS + _ONE, show_default=AUTO
    ),
]

MOST_DIGITS: Final = 9
"""Most digits of a face's number."""

_VALUES: Final[dict[str, Callable[[str, str], Any]]] = {
    "eye_color": lambda _, text: text,
    "gaze": parse.pair,
    "openness": flags.openness_of,
}


def styled(
    eye_color: Sequence[str] | None, gaze: Sequence[str] | None, openness: Sequence[str] | None
) -> dict[str, Any]:
    """What `flags.options_of` takes of them: a text each for all faces, and `styles` for those that are named.

    Raises:
        UsageError: a face or a value that cannot be, or two for the same faces.
    """
    of_all: dict[str, str] = {}
    own: dict[int, dict[str, Any]] = defaultdict(dict)
    for name, texts in {"eye_color": eye_color, "gaze": gaze, "openness": openness}.items():
        option = f"--{name.replace('_', '-')}"
        for face, text in _by_face(option, texts or ()).items():
            if face is None:
                of_all[name] = text
            else:
                own[face][name] = AUTO if text == AUTO else _checked(option, name, text)
    styles = tuple(FaceStyle(face=face, **wishes) for face, wishes in sorted(own.items()))
    return {name: of_all.get(name, AUTO) for name in _VALUES} | {"styles": styles}


def _checked(option: str, name: str, text: str) -> Any:
    value = _VALUES[name](option, text)
    with flags.by_flag():
        EyeStyle(**{name: value})  # which refuses it by its flag
    return value


def _by_face(option: str, texts: Sequence[str]) -> dict[int | None, str]:
    """["brown", "2=blue"] -> {None: "brown", 2: "blue"}"""
    found: dict[int | None, str] = {}
    for text in texts:
        before, one, value = text.rpartition("=")
        if one and not (before.isascii() and before.isdigit() and len(before) <= MOST_DIGITS):
            raise UsageError(f"expected a face's number before =, such as 2=; got {typed(text)}.", option=option)
        face = int(before) if one else None
        if face == 0:
            raise UsageError(f"faces count from 1, got {typed(text)}.", option=option, mend=INSPECT, how="List them")
        if face in found:
            whom = "all faces" if face is None else f"face {face}"
            raise UsageError(f"expected it once for {whom}, got it twice; leave one out.", option=option)
        found[face] = value
    return found
