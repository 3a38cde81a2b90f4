"""Results to stdout, messages to stderr. A reader who leaves early (`| head -1`) never stops the work."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO


def prepare() -> None:
    """Lets both streams carry any file name, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """A result: one or more lines to stdout."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """A message: one or more lines to stderr."""
    _write(sys.stderr, text)


def one_line(text: object) -> str:
    """Any text on one line, so that an error stays one line whatever a file is called."""
    return " ".join(str(text).split())


def finish() -> None:
    """Hands over what is still in the buffers, so that the interpreter has nothing to complain about at its exit."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):  # already closed
            _write(stream, None)


def _write(stream: TextIO, text: str | None) -> None:
    try:
        if text is not None:
            stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
