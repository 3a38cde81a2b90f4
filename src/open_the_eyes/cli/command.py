"""Commands and groups of them whose help is printed as results are, and says nothing of Python's types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from ..system.paths import is_file
from ..wording import command
from . import speech

_TYPE: Final = re.compile(r" <(?:list\[str\]|str)>")


class _Helpful:
    """What cannot be printed, on a full disk for example, ends in the same line as of a result."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc] # of the class that this one is mixed into
        if option is not None:
            option.callback = _say_help
        return option


class Command(_Helpful, TyperCommand):
    """Typer's command, whose help leaves out the types that Typer puts behind each argument ("PHOTO <list[str]>")."""

    def get_help(self, ctx: Any) -> str:
        return _TYPE.sub(lambda type_: " " * len(type_[0]), super().get_help(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Runs the command, unless it is to report to a stdout that nobody can read: then nothing is done."""
        if ctx.params.get("as_json"):
            speech.check_stdout()
        return super().invoke(ctx)


class Group(_Helpful, TyperGroup):
    """Typer's group of commands, whose help is printed as results are."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As Typer's; who names a file in place of a command is told which one opens the eyes in it."""
        try:
            return super().resolve_command(ctx, args)
        except TyperException as error:
            if ctx.parent is None and is_file(Path(args[0])):
                error.message += f" To open the eyes in it: `{command([ctx.command_path, 'open', args[0]])}`."
            raise


def _say_help(context: Any, _option: Any, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        speech.say(context.get_help())
        context.exit()
