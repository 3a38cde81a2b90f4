"""Completion by shells is Typer's; what it cannot do, and what a disk refuses it, is said in our words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Final

from ..errors import UsageError, not_written
from ..wording import typed
from . import speech

VARIABLE: Final = "_OPEN_THE_EYES_COMPLETE"
"""Variable that the scripts which shells read set."""
INSTALL: Final = "--install-completion"
SHOW: Final = "--show-completion"
_VALUE: Final = re.compile("(source|complete)_(bash|zsh|fish|powershell|pwsh)")


def in_words(given: Sequence[str], run: Callable[[], object]) -> object:
    """Runs a command of completion and returns what it returns.

    Raises:
        UsageError: what is asked of completion is nothing it can do.
        PhotoNotWritten: its script can neither be written nor printed.
    """
    value = os.environ.get(VARIABLE, "")
    asked = given[0] if given and given[0] in (INSTALL, SHOW) else VARIABLE if value else ""
    if not asked:
        return run()
    if asked == VARIABLE and not _VALUE.fullmatch(value):
        raise UsageError(f"expected such as source_bash, got {typed(value)}; unset it.", option=VARIABLE)
    if asked == INSTALL and os.name == "nt":  # Typer would let PowerShell run any script from then on
        raise UsageError(
            f"expected bash, zsh or fish; in PowerShell put what {SHOW} prints into $PROFILE.", option=INSTALL
        )
    if asked == SHOW or value.startswith("source_"):
        speech.check_stdout()
    try:
        result = run()
    except BrokenPipeError:
        return 0
    except (KeyError, ValueError) as error:
        if asked != VARIABLE:
            raise
        raise UsageError("expected a shell that also tells what is typed, got none; unset it.", option=asked) from error
    except OSError as error:
        what = f"to write {error.filename}" if error.filename else "to print the script"
        raise not_written(error)(f"{asked}: expected {what}, got: {error.strerror or error}.") from error
    if result:
        raise UsageError("expected to be run in bash, zsh, fish or PowerShell; run it in one.", option=asked)
    return result
