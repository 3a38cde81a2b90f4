"""`open-the-eyes bench survey tally`: what people prefer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .. import names, speech
from ..command import Command, Group
from ..flags.groups import takes_debug
from .words import table_lines

survey_app = typer.Typer(cls=Group, rich_markup_mode=None)


@survey_app.callback()
def survey_command() -> None:
    """Counts what people prefer. `open-the-eyes bench --survey` writes the page that asks them.

    \b
    Examples:
      open-the-eyes bench survey tally answers*.json
    """


@survey_app.command("tally", cls=Command, short_help="Win rates from files of answers.")
@takes_debug
def tally_command(
    answers: Annotated[
        list[str], typer.Argument(metavar="FILE", help="What a person's page saved.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON, and nothing else.")] = False,
) -> None:
    """Prints how often each contender was preferred, with 95 % intervals (Wilson); "alike" is counted apart.

    \b
    Examples:
      open-the-eyes bench survey tally answers-anna.json answers-ben.json
    """
    from ...bench.survey import tally
    from ...bench.survey.tally import table_of

    found = tally(map(Path, names.spelt_out(answers)))
    if as_json:
        speech.say(json.dumps([one.to_json() for one in found], indent=1))
    else:
        speech.say("\n".join(table_lines(table_of(found))))
