"""The command line: thin doors that parse, call `open_eyes`, and show. Nothing heavy is imported until a photo is."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program on `arguments` (None: the process's own) and returns the exit code; never raises an error."""
    try:
        from .app import main as run

        return run(arguments)
    except KeyboardInterrupt:  # while the commands are loaded: nobody listens yet
        from . import interrupts, speech

        speech.prepare()
        speech.note(interrupts.LINE)
        return interrupts.INTERRUPTED
