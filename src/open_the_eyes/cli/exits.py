"""Every way a command can end, as an exit code and at most one line on stderr."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from typer.exceptions import Abort, TyperException

from ..addresses import without_secrets
from ..errors import UsageError, as_known
from . import interrupts, speech
from .interrupts import INTERRUPTED

BUG = 1
LONGEST = 200
"""Longest message of Typer, letters: it names all arguments that are too many, and a pattern may bring thousands."""


def exit_code_of(run: Callable[[], object], *, debug: bool) -> int:
    """Runs a command; what it raises becomes one line on stderr (with `debug`, the traceback as well) and a code."""
    try:
        with interrupts.listening():
            result = run()
    except (KeyboardInterrupt, Abort):
        result = INTERRUPTED
    except TyperException as error:
        return explain(_as_usage(error), debug=debug)
    except SystemExit as leave:  # also of commands that have said themselves how they were stopped
        return leave.code if isinstance(leave.code, int) else BUG
    except Exception as error:  # noqa: BLE001 -- the last door: whatever it is, a person gets one line
        if not interrupts.was_heard():
            return explain(error, debug=debug)
        result = INTERRUPTED
    if result == INTERRUPTED:
        speech.note(interrupts.LINE)
    return result if isinstance(result, int) else 0


def explain(error: Exception, *, debug: bool, photo: str = "") -> int:
    """Writes the one line of an error, headed by its photo if there were several, and returns its exit code."""
    if debug:
        speech.note(without_secrets("".join(traceback.format_exception(error)).rstrip()))
    known = as_known(error)
    where = f"{photo}: " if photo and not str(known).startswith(photo) else ""
    speech.note(speech.one_line(f"open-the-eyes: {where}{known}"))
    return known.exit_code


def _of_another(error: TyperException) -> str:
    """Of an option that this command has not, but others: whose it is; "" of all else that may be wrong."""
    option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if option is None or context is None or _has(context.command, option):
        return ""
    commands = getattr(context.find_root().command, "commands", {})
    owners = [f"`{name}`" for name, command in commands.items() if _has(command, option)]
    return f"No such option: {option}. It is one of {', '.join(owners)}." if owners else ""


def _of_a_file(error: TyperException) -> str:
    """What to do where the unknown option is the beginning of a file's name, as *.jpg brings it along."""
    option = getattr(error, "option_name", None)
    if option is None or option.startswith("--"):
        return ""
    name = next((word for word in sys.argv[1:] if word.startswith(option) and os.path.lexists(word)), None)
    return "" if name is None else f" If {speech.printable(name)} is a photo, write {speech.printable(f'./{name}')}"


def _has(command: Any, option: str) -> bool:
    return any(option in known.opts for known in command.params)


def _as_usage(error: TyperException) -> UsageError:
    """What Typer found wrong with the arguments, with the next move."""
    command = getattr(getattr(error, "ctx", None), "command_path", "open-the-eyes")
    message = _of_another(error) or error.format_message() + _of_a_file(error)
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]} ..."
    return UsageError(f"{message}{'' if message.endswith(('.', '?')) else '.'} See `{command} --help`.")
