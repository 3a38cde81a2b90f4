"""The `open-the-eyes` program: its commands, and the one way out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from ..version import __version__
from . import completion, speech
from .batch.command import batch_command
from .bench.command import bench_app
from .best_take_command import best_take_command
from .command import Command, Group
from .demo_command import demo_command
from .doctor_command import doctor_command
from .exits import exit_code_of
from .fetch_command import fetch_command
from .flags.groups import takes_debug
from .inspect_command import inspect_command
from .open_command import open_command
from .serve_command import serve_command
from .show_edit_command import show_edit_command
from .ui_command import ui_command

PROGRAM = "open-the-eyes"

app = typer.Typer(
    name=PROGRAM,
    cls=Group,
    rich_markup_mode=None,  # plain help: twice as fast, the same on a terminal and in a file
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        speech.say(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 -- its callback has answered by now
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Opens closed eyes in photos: the same person, the same light, every other pixel untouched.

    \b
    Examples:
      open-the-eyes open family.jpg                  writes family.opened.jpg beside it
      open-the-eyes open *.jpg -o opened/            several photos, into a folder
      open-the-eyes batch shoot/ opened/             whole folders; the same command resumes a stopped run
      open-the-eyes best-take burst/ -o best.jpg     from a burst, one photo with everybody's own open eyes
      open-the-eyes inspect family.jpg               which eyes are closed; changes nothing
      open-the-eyes ui                               a web page, in your browser, on this machine
      open-the-eyes demo                             a before/after picture, without a photo of yours
      open-the-eyes bench --quick                    how fast and how good on this machine, as a page
      open-the-eyes doctor                           what can run here, and what is missing
      open-the-eyes fetch --list                     models that can be downloaded, and their licences

    \b
    Exit codes: 0 done (also when no eye was closed), 1 a bug of ours, 2 a wrong command or option,
    3 a photo could not be read or written, 4 model files missing, 5 not enough memory, or no GPU,
    6 some of several photos failed, 7 a benchmark got worse, 130 interrupted.
    """
    if context.invoked_subcommand is None:
        speech.say(context.get_help())


app.command("open", cls=Command, short_help="Open the closed eyes in photos.")(open_command)
app.command("batch", cls=Command, short_help="Open the closed eyes in folders of photos.")(takes_debug(batch_command))
app.command("best-take", cls=Command, short_help="Make one photo of a burst, all eyes open.")(
    takes_debug(best_take_command)
)
app.command("inspect", cls=Command, short_help="List the faces and how open their eyes are.")(inspect_command)
app.command("show-edit", cls=Command, short_help="Print how a file was edited.")(takes_debug(show_edit_command))
app.command("demo", cls=Command, short_help="Open the eyes of a portrait that comes along.")(takes_debug(demo_command))
app.command("fetch", cls=Command, short_help="Download and check models.")(takes_debug(fetch_command))
app.command("ui", cls=Command, short_help="Show the web page on this machine.")(takes_debug(ui_command))
app.command("serve", cls=Command, short_help="Run the HTTP service.")(takes_debug(serve_command))
app.add_typer(bench_app, name="bench", short_help="Measure speed, memory and quality here.")
app.command("doctor", cls=Command, short_help="Say what can run here, and what is missing.")(
    takes_debug(doctor_command)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program on `arguments` (None: the process's own) and returns the exit code; never raises an error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    speech.prepare()
    command = get_command(app)  # calling the app itself would print uncaught errors in Typer's way

    def run() -> object:
        return command(given, prog_name=PROGRAM, standalone_mode=False)

    try:
        return exit_code_of(lambda: completion.in_words(given, run), debug="--debug" in given)
    finally:
        speech.finish()
