"""`open-the-eyes bench`, and what belongs to it: `compare`, `document`, `survey tally`, `networks`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import FiguresWorse, UsageError
from ..looking import is_file, is_folder, is_there
from . import flags, parse, paths, progress, speech
from .command import Command

if TYPE_CHECKING:
    from ..bench.cells import Table
    from ..bench.figures import BenchReport
    from ..bench.run import Found

FOLDER = "open-the-eyes-bench"
TITLE = b"# Benchmarks"
"""How a page of documentation begins that the benchmark wrote."""
WIDEST = 64
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
    as_json: flags.AsJson = False,
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
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

    with flags.by_flag():
        plan = Plan(
            quick=quick,
            parts=PARTS if only is None else _parts(only),
            engine=engine,
            mode=mode,  # type: ignore[arg-type]
            seed=parse.whole("--seed", seed),
            closed=_folder(closed),
            open=_folder(opened),
            sample=None if sample is None else parse.whole("--sample", sample),
            turns=None if turns is None else parse.whole("--turns", turns),
            liveportrait=_folder(liveportrait),
        )
    if survey and "quality" not in plan.parts:
        raise UsageError("--survey: expected quality to be measured, whose pictures it shows; leave --only out.")
    folder, document = _output_folder(out), None if markdown is None else _document("--markdown", markdown)
    from ..bench.run import run

    with progress.shown("bench") as tell, flags.by_flag():
        found = run(plan, tell=tell)
    written = _written(found, folder, photos=not no_photos)
    if document is not None:
        from ..bench.markdown import markdown_of

        paths.write_text(document, markdown_of(found.report), overwrite=True)
        written.append(document)
    if survey:
        from ..bench.survey import pairs_of, survey_of

        pairs = pairs_of(found.albums, plan.seed)
        paths.write_text(folder / SURVEY, survey_of(pairs, plan.seed), overwrite=True)
        written.append(folder / SURVEY)
    if as_json:
        speech.say(json.dumps(found.report.to_json(), indent=1))
    else:
        speech.say("\n".join([*_summary(found.report), *(f"written: {speech.printable(str(p))}" for p in written)]))


@bench_app.command("compare", cls=Command, short_help="Hold two runs against each other.")
def compare_command(
    before: Annotated[str, typer.Argument(metavar="A.json", show_default=False)],
    after: Annotated[str, typer.Argument(metavar="B.json", show_default=False)],
    threshold: Annotated[str, typer.Option(metavar="X", help="How much worse is too much: 0.1 is a tenth.")] = "0.1",
    as_json: Annotated[bool, typer.Option("--json", help="Print every ratio as JSON, and nothing else.")] = False,
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Ratios of B to A with 95 % intervals; leaves with 7 where one is surely worse by more than the threshold.

    Worse counts only where the whole interval is. Times are relative to decoding and encoding the same file in the
    same run, so a machine that was busier does not count. Figures of the same photos are compared photo by photo.

    \b
    Examples:
      open-the-eyes bench compare main/report.json branch/report.json
      open-the-eyes bench compare a.json b.json --threshold 0.05
    """
    from ..bench.compare import compared, table_of

    limit = parse.decimal("--threshold", threshold)
    if not 0 < limit < 10:
        raise UsageError(f"--threshold: expected a number above 0 and below 10, such as 0.1; got {threshold}.")
    found = compared(_report(before), _report(after), limit)
    for warning in found.warnings:
        speech.note(f"mind: {warning}")
    if as_json:
        speech.say(json.dumps(found.to_json(), indent=1))
    else:
        table = table_of(found)
        same = sum(change.verdict == "same" for change in found.changes)
        speech.say(
            "\n".join([*(_text(table) if table.rows else []), f"{same} of {len(found.changes)} stayed the same"])
        )
        for what, names in (("only in the first", found.gone), ("only in the second", found.new)):
            if names:
                speech.say(f"{what}: {len(names)}, such as {names[0]}")
    if found.worse:
        raise FiguresWorse(
            f"bench compare: expected no figure to be more than {100 * limit:g} % worse, {len(found.worse)} are, "
            f"first {found.worse[0].name} ({found.worse[0].ratio:.2f} times)."
        )


survey_app = typer.Typer(rich_markup_mode=None)
bench_app.add_typer(survey_app, name="survey", short_help="Count the answers of a survey.")


@survey_app.callback()
def survey_command() -> None:
    """What people prefer. `open-the-eyes bench --survey` writes the page; this counts its answers."""


@survey_app.command("tally", cls=Command, short_help="Win rates from files of answers.")
def tally_command(
    answers: Annotated[list[str], typer.Argument(metavar="FILE", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON, and nothing else.")] = False,
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """How often each way was preferred, with Wilson's 95 % intervals; answers "alike" are counted apart.

    \b
    Examples:
      open-the-eyes bench survey tally answers-anna.json answers-ben.json
    """
    from ..bench.survey import tally
    from ..bench.survey.tally import table_of

    found = tally(map(Path, paths.spelt_out(answers)))
    if as_json:
        speech.say(json.dumps([one.to_json() for one in found], indent=1))
    else:
        speech.say("\n".join(_text(table_of(found))))


@bench_app.command("document", cls=Command, short_help="Write stored runs as a page of documentation.")
def document_command(
    reports: Annotated[list[str], typer.Argument(metavar="REPORT.json", show_default=False)],
    out: Annotated[str, typer.Option("-o", "--output", metavar="FILE.md", help="The page.", show_default=False)],
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Writes the tables of one run or more, without measuring anything again; a page that is there is replaced.

    \b
    Examples:
      open-the-eyes bench document report.json -o docs/benchmarks.md
    """
    from ..bench.markdown import markdown_of

    paths.write_text(_document("-o", out), markdown_of(*map(_report, reports)), overwrite=True)
    speech.say(f"written: {speech.printable(out)}")


@bench_app.command("networks", cls=Command, short_help="Fetch the networks of LPIPS and FID.")
def networks_command(
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Lets torchvision and torch-fidelity download their weights, 340 MB, into torch's own cache."""
    from ..bench.networks import fetch_networks

    speech.say("\n".join(fetch_networks()))


def _report(text: str) -> BenchReport:
    from ..bench.figures import report_from_json

    try:
        told = json.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        came = (error.strerror or str(error)) if isinstance(error, OSError) else "a file that is no JSON"
        raise UsageError(f"{text}: expected a report.json of `open-the-eyes bench`, got: {came}. Name one.") from None
    return report_from_json(told, text)


def _parts(text: str) -> Any:
    """ "speed,memory" -> ("speed", "memory"); the plan refuses what is none."""
    return tuple(part.strip() for part in text.split(","))


def _folder(text: str | None) -> Path | None:
    """With a name, by which it is told of: "." has none."""
    if text is None:
        return None
    return Path(text) if Path(text).name not in ("", "..") else Path(text).resolve()


def _document(option: str, text: str) -> Path:
    """Where a page of documentation goes: a new file, or one that the benchmark wrote before."""
    path = Path(text)
    if path.suffix.lower() not in (".md", ".markdown"):
        raise UsageError(f"{option} {text}: expected a name ending in .md; the page is Markdown.")
    real = paths.real_place(path)
    if is_there(real) and not _is_page(real):
        raise UsageError(f"{option} {text}: expected a page of the benchmark's or no file, got another one. Rename it.")
    paths.check_folder(path.parent, option)
    return path


def _is_page(path: Path) -> bool:
    try:
        return is_file(path) and path.read_bytes().startswith(TITLE)
    except OSError:
        return False


def _output_folder(out: str) -> Path:
    folder = Path(out)
    if not out or (is_there(folder) and not is_folder(folder)):
        raise UsageError(f"-o {out}: expected a folder for the report, got {'a file' if out else 'nothing'}.")
    paths.check_folder(folder, "-o")
    report = paths.real_place(folder / REPORT)
    if is_there(report):
        try:
            _report(str(report))
        except UsageError as error:
            raise UsageError(f"-o {out}: its {REPORT} is none of the benchmark's and stays. Name another.") from error
    return folder


def _written(found: Found, folder: Path, *, photos: bool) -> list[Path]:
    """The page and the JSON; those of an earlier run are replaced."""
    from ..bench.page import page_of

    page, report = folder / PAGE, folder / REPORT
    paths.write_text(report, json.dumps(found.report.to_json(), indent=1) + "\n", overwrite=True)
    paths.write_text(page, page_of(found.report, found.albums if photos else {}), overwrite=True)
    return [page, report]


def _summary(report: BenchReport) -> list[str]:
    """All tables as plain text."""
    from ..bench.machine import said
    from ..bench.tables import tables_of

    lines = [f"open-the-eyes {report.machine['version']} on {said(report.machine)}"]
    for table in tables_of(report):
        lines += ["", *_text(table)]
    return [*lines, "", f"took {report.seconds:.0f} s"]


def _text(table: Table) -> list[str]:
    """A table for a terminal: its columns aligned."""
    rows: list[list[str]] = [list(table.columns), *([cell.text for cell in row] for row in table.rows)]
    widths = [min(max(len(row[n]) for row in rows), WIDEST) for n in range(len(table.columns))]
    lines = ["  " + "  ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [table.title, *map(speech.printable, lines)]
