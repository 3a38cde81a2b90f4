"""The command line: thin doors that parse, call `open_eyes`, and show. Nothing heavy is imported until a photo is."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Final

__all__ = ["main"]

NEW_OBJECTS: Final = 20_000
"""New objects after which garbage is looked for, where Python's usual 700 has all that is imported looked through again
and again. A photo leaves some fifteen small ones."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program on `arguments` (None: the process's own) and returns the exit code; never raises an error."""
    if arguments is not None:
        return _run(arguments)
    gc.set_threshold(NEW_OBJECTS)
    try:
        return _run(None)
    finally:
        gc.freeze()  # the process ends: looking for garbage would take a tenth of the time of a small photo


def _run(arguments: Sequence[str] | None) -> int:
    try:
        from .app import main as run

        return run(arguments)
    except KeyboardInterrupt:  # while the commands are loaded: nobody listens yet
        from . import interrupts, speech

        speech.prepare()
        speech.note(interrupts.LINE)
        return interrupts.INTERRUPTED
