"""`open-the-eyes bench`, and what belongs to it: `compare`, `survey tally`, `networks`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from . import parse, paths, progress, speech

if TYPE_CHECKING:
    from ..bench.figures import BenchReport
    from ..bench.run import Found

FOLDER = "open-the-eyes-bench"
REPORT, PAGE, SURVEY = "report.json", "report.html", "survey.html"

bench_app = typer.Typer(rich_markup_mode=None)


@bench_app.callback(invoke_without_command=True)
def bench_command(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="The built-in portrait alone, in under two minutes.")] = False,
    closed: Annotated[
        str | None, typer.Option(metavar="DIR", help="Photos in which somebody's eyes are closed.")
    ] = None,
    opened: Annotated[
        str | None, typer.Option("--open", metavar="DIR", help="Portraits with open eyes; blinks are painted on them.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="PARTS", help="Some of speed,memory,quality.")] = None,
    engine: Annotated[str, typer.Option(metavar="NAME", help="auto, appearance or sdxl: whose quality.")] = "auto",
    mode: Annotated[str, typer.Option(metavar="NAME", help="fast, standard, quality or ultra.")] = "standard",
    seed: Annotated[str, typer.Option(metavar="S", help="Of everything that is drawn.")] = "0",
    sample: Annotated[str | None, typer.Option(metavar="N", help="At most so many photos of each folder.")] = None,
    turns: Annotated[str | None, typer.Option(metavar="N", help="Of each warm measurement.")] = None,
    liveportrait: Annotated[
        str | None, typer.Option(metavar="DIR", help="A checkout of LivePortrait with its weights, to compare with.")
    ] = None,
    out: Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="The folder for the report.")] = FOLDER,
    markdown: Annotated[str | None, typer.Option(metavar="FILE.md", help="Write the tables as a page as well.")] = None,
    survey: Annotated[bool, typer.Option("--survey", help="Write a page of blind pairs as well.")] = False,
    no_photos: Annotated[bool, typer.Option("--no-photos", help="Keep photos out of the report's page.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Measures speed, memory and quality on this machine, and writes a page and a report.json about it.

    Without a folder it works on the portrait that comes along. Nothing is downloaded, and no picture leaves the
    machine; the page shows photos of your own folders, small, so mind whom you send it to (or add --no-photos).

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
    from ..bench.plan import PARTS, Plan

    plan = Plan(
        quick=quick,
        parts=PARTS if only is None else tuple(part.strip() for part in only.split(",")),  # type: ignore[arg-type]
        engine=engine,
        mode=mode,  # type: ignore[arg-type]
        seed=parse.whole("--seed", seed),
        closed=_folder(closed),
        open=_folder(opened),
        sample=None if sample is None else parse.whole("--sample", sample),
        turns=None if turns is None else parse.whole("--turns", turns),
        liveportrait=_folder(liveportrait),
    )
    folder = _output_folder(out)
    from ..bench.run import run

    with progress.shown("bench") as tell:
        found = run(plan, tell=tell)
    written = _written(found, folder, photos=not no_photos)
    if markdown is not None:
        from ..bench.markdown import markdown_of

        paths.write_text(Path(markdown), markdown_of(found.report), overwrite=True)
        written.append(Path(markdown))
    if survey:
        from ..bench.survey import survey_of

        paths.write_text(folder / SURVEY, survey_of(found.pairs, plan.seed), overwrite=True)
        written.append(folder / SURVEY)
    if as_json:
        speech.say(json.dumps(found.report.to_json(), indent=1, ensure_ascii=False))
    else:
        speech.say("\n".join([*_summary(found.report), *(f"written: {speech.printable(str(p))}" for p in written)]))


def _folder(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _output_folder(out: str) -> Path:
    folder = Path(out)
    if not out or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"-o {out}: expected a folder for the report, got {'a file' if out else 'nothing'}.")
    return folder


def _written(found: Found, folder: Path, *, photos: bool) -> list[Path]:
    """The page and the JSON; those of an earlier run are replaced."""
    from ..bench.page import page_of

    page, report = folder / PAGE, folder / REPORT
    paths.write_text(report, json.dumps(found.report.to_json(), indent=1) + "\n", overwrite=True)
    paths.write_text(page, page_of(found.report, found.albums if photos else {}), overwrite=True)
    return [page, report]


def _summary(report: BenchReport) -> list[str]:
    """The tables as plain text, columns aligned."""
    from ..bench.machine import said
    from ..bench.tables import tables_of

    lines = [f"open-the-eyes {report.machine['version']} on {said(report.machine)}"]
    for table in tables_of(report):
        rows: list[Any] = [table.columns, *([cell.text for cell in row] for row in table.rows)]
        widths = [min(max(len(row[n]) for row in rows), 64) for n in range(len(table.columns))]
        lines += ["", table.title]
        lines += ["  " + "  ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [*lines, "", f"took {report.seconds:.0f} s"]
