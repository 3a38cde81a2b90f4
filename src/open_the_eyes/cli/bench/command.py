"""`open-the-eyes bench`, and what belongs to it: `compare`, `document`, `survey tally`, `networks`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from ...errors import UsageError
from .. import paths, progress, speech
from ..command import Command, Group
from ..flags import common as flags
from ..flags import parse
from ..flags.groups import takes_debug
from .networks_command import networks_command
from .places import named_folder, output_folder, page_place, written
from .runs_command import compare_command, document_command
from .survey_command import survey_app
from .words import summary_lines

FOLDER = "open-the-eyes-bench"
SURVEY = "survey.html"

bench_app = typer.Typer(cls=Group, rich_markup_mode=None)


@bench_app.callback(invoke_without_command=True)
def bench_command(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the portrait that comes along, with few repeats: under two minutes.")
    ] = False,
    closed: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="A folder of photos in which somebody's eyes are closed: are they opened?"),
    ] = None,
    opened: Annotated[
        str | None,
        typer.Option(
            "--open",
            metavar="DIR",
            help="A folder of portraits with open eyes: painted blinks are opened and compared with the truth.",
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PARTS", help="Measure only these of speed,memory,quality, with commas.")
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="NAME", help="The engine whose quality is measured: auto, appearance or sdxl.")
    ] = "auto",
    mode: Annotated[
        str, typer.Option(metavar="NAME", help="The mode whose quality is measured: fast, standard, quality or ultra.")
    ] = "standard",
    seed: Annotated[str, typer.Option(metavar="S", help="The seed of everything that is random.")] = "0",
    sample: Annotated[
        str | None,
        typer.Option(metavar="N", help="At most this many photos of each folder, always the same ones."),
    ] = None,
    turns: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="How often each measurement is repeated once models are loaded; 30, with --quick 6."
        ),
    ] = None,
    liveportrait: Annotated[
        str | None, typer.Option(metavar="DIR", help="A folder with LivePortrait and its weights, to compare with.")
    ] = None,
    out: Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="The folder for the report.")] = FOLDER,
    markdown: Annotated[
        str | None, typer.Option(metavar="FILE.md", help="Also write the tables as a Markdown page.")
    ] = None,
    survey: Annotated[
        bool,
        typer.Option(
            "--survey",
            help="Also write a page that asks people which of two results they prefer, without saying whose they are.",
        ),
    ] = False,
    no_photos: Annotated[bool, typer.Option("--no-photos", help="Leave photos out of the report's page.")] = False,
    as_json: flags.AsJson = False,
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Measures speed, memory and quality on this machine, and writes a page and a report.json about it.

    Without a folder it works on the portrait that comes along. Nothing is downloaded, and no picture leaves the
    machine. The page shows the photos of your folders, small: mind whom you send it to, or add --no-photos.

    \b
    Examples:
      open-the-eyes bench --quick
      open-the-eyes bench --closed blinks/ --open portraits/ --only quality
      open-the-eyes bench --open portraits/ --survey
      open-the-eyes bench compare before/report.json after/report.json
      open-the-eyes bench survey tally answers*.json
    """
    if context.invoked_subcommand is not None:
        return
    from ...bench.plan import PARTS, Plan

    with flags.by_flag():
        plan = Plan(
            quick=quick,
            parts=PARTS if only is None else _parts(only),
            engine=engine,
            mode=mode,  # type: ignore[arg-type]
            seed=parse.whole("--seed", seed),
            closed=named_folder(closed),
            open=named_folder(opened),
            sample=None if sample is None else parse.whole("--sample", sample),
            turns=None if turns is None else parse.whole("--turns", turns),
            liveportrait=named_folder(liveportrait),
        )
    if survey and "quality" not in plan.parts:
        raise UsageError(
            "expected quality to be measured, whose pictures it shows; leave --only out.", option="--survey"
        )
    folder, document = output_folder(out), None if markdown is None else page_place("--markdown", markdown)
    from ...bench.run import run

    with progress.shown("bench") as tell, flags.by_flag():
        found = run(plan, tell=tell)
    files = written(found, folder, photos=not no_photos)
    if document is not None:
        from ...bench.markdown import markdown_of

        paths.write_text(document, markdown_of(found.report), overwrite=True)
        files.append(document)
    if survey:
        from ...bench.survey import pairs_of, survey_of

        pairs = pairs_of(found.albums, plan.seed)
        paths.write_text(folder / SURVEY, survey_of(pairs, plan.seed), overwrite=True)
        files.append(folder / SURVEY)
    if as_json:
        speech.say(json.dumps(found.report.to_json(), indent=1))
    else:
        speech.say("\n".join([*summary_lines(found.report), *(f"written: {speech.printable(str(p))}" for p in files)]))


def _parts(text: str) -> Any:
    """ "speed,memory" -> ("speed", "memory"); the plan refuses what is none."""
    return tuple(part.strip() for part in text.split(","))


bench_app.command("compare", cls=Command, short_help="Hold two runs against each other.")(takes_debug(compare_command))
bench_app.command("document", cls=Command, short_help="Write stored runs as a page of documentation.")(
    takes_debug(document_command)
)
bench_app.command("networks", cls=Command, short_help="Fetch the networks of LPIPS and FID.")(
    takes_debug(networks_command)
)
bench_app.add_typer(survey_app, name="survey", short_help="Count the answers of a survey.")
