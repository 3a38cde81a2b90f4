"""Which engines can run here, and why the others cannot."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from ..engine import Engine, load_engine
from ..errors import OpenTheEyesError
from ..options import ENGINES, MODES, PRECISIONS
from ..settings import Settings
from .figures import Absent, Area

FOREIGN: Final = 200
"""Longest error that is not ours, letters: some libraries tell pages."""


def engines_here(settings: Settings) -> tuple[dict[str, Engine], list[Absent]]:
    """The engines that can run on this machine, by name, and for each that cannot a row that says why."""
    here: dict[str, Engine] = {}
    absent: list[Absent] = []
    for name in ENGINES[1:]:
        try:
            here[name] = load_engine(name, settings)
        except OpenTheEyesError as error:
            rows = _sdxl_rows() if name == "sdxl" else [name]
            absent += [because(error, "speed", row) for row in rows]
    return here, absent


def because(error: Exception, area: Area, what: str) -> Absent:
    """An error as a row for what could not be measured, with the command that mends it where the error knows one."""
    if isinstance(error, OpenTheEyesError):
        return Absent(area, what, _for_others(error.fault), _for_others(error.mend))
    return Absent(area, what, _for_others(f"{type(error).__name__}: {error}".splitlines()[0][:FOREIGN]), "")


def _for_others(text: str) -> str:
    """Without the name of who runs it: a report is for others, too."""
    with suppress(RuntimeError):  # who has no home is not named by it
        return text.replace(str(Path.home()), "~")
    return text


def _sdxl_rows() -> list[str]:
    """What would be measured of SDXL, were it here."""
    precisions = [f"sdxl, {precision}" for precision in PRECISIONS if precision != "auto"]
    return [*(f"sdxl, {mode}" for mode in MODES), *precisions, "sdxl, LCM, 4 steps"]
