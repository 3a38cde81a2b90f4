"""Results to stdout, messages to stderr. A reader who leaves early (`| head -1`) never stops the work.

Nothing that is said steers the terminal, wherever its words came from; line breaks alone are kept.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from ..errors import PhotoNotWritten

_CONTROLS: Final = ("Cc", "Zl", "Zp")
"""General categories of Unicode that are never shown: control characters, those of 0x80 to 0x9f too, and separators of
lines."""
_TURNS: Final = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Classes of Unicode's bidirectional algorithm (UAX 9) that turn the order in which letters are shown."""
_WIDEST: Final = 64
"""Widest column of a table, characters: one long path shall not push the next column of all other rows off the
screen."""


class _Closed(io.TextIOWrapper):
    """Stdout where there is none: what libraries may print goes nowhere, a result is refused."""


def prepare() -> None:
    """Lets both streams carry any file name, whatever the terminal's encoding; one that is closed goes nowhere."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:  # no photo may come to lie on the number of a stream
        pass
    os.close(number)
    for name, kind in (("stdout", _Closed), ("stderr", io.TextIOWrapper)):
        if getattr(sys, name) is None:
            setattr(sys, name, kind(Path(os.devnull).open("wb"), encoding="utf-8"))  # noqa: SIM115 -- kept to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """A result: one or more lines to stdout.

    Raises:
        PhotoNotWritten: it cannot be printed, and somebody may be waiting for it.
    """
    check_stdout()
    _write(sys.stdout, text)


def check_stdout() -> None:
    """Refuses to work for a stdout that is not there.

    Raises:
        PhotoNotWritten: there is none for a result.
    """
    if isinstance(sys.stdout, _Closed):
        raise PhotoNotWritten("expected to print the result, stdout is closed; print it elsewhere.")


def show(text: str) -> None:
    """The same of what is to be seen elsewhere, too, in a file or a browser: without a stdout, as under pythonw or in a
    job of the system's, that is enough."""
    if not isinstance(sys.stdout, _Closed):
        say(text)


def note(text: str) -> None:
    """A message: one or more lines to stderr."""
    _write(sys.stderr, text)


def one_line(text: object) -> str:
    """Any text on one line, so that an error stays one line whatever a file is called."""
    return printable(" ".join(str(text).split()))


def printable(text: str) -> str:
    """Line breaks and control characters in a file's name as escapes: they neither break lines nor steer terminals.

    Characters that join letters, or space them, are shown as they are: names in many scripts have them.
    """
    if text.isprintable():
        return text
    return "".join(repr(letter)[1:-1] if _steers(letter) else letter for letter in text)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows of a table as lines, their columns one under the other; a cell past `_WIDEST` moves those behind it."""
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _steers(letter: str) -> bool:
    if letter.isprintable():
        return False
    return unicodedata.category(letter) in _CONTROLS or unicodedata.bidirectional(letter) in _TURNS


def finish() -> None:
    """Hands over what is still in the buffers, so that the interpreter has nothing to complain about at its exit."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):  # already closed
            _write(stream, None)


def _write(stream: TextIO, text: str | None) -> None:
    try:
        if text is not None:
            stream.write("\n".join(map(printable, text.split("\n"))) + "\n")
        stream.flush()
    except OSError as error:
        gone = isinstance(error, BrokenPipeError) or _was_terminal(stream, error)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        if stream is sys.stdout and not gone:
            raise PhotoNotWritten(
                f"expected to print the result, got: {error.strerror or error}; make room, or print it elsewhere."
            ) from error


def _was_terminal(stream: TextIO, error: OSError) -> bool:
    """Whether a stream led to a terminal that has been closed: nobody reads there any more. A disk fails in the same
    words, and that is to be told."""
    return error.errno == errno.EIO and stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
