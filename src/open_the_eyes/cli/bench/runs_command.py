"""`open-the-eyes bench compare` and `bench document`: what is done with the reports of runs, nothing measured anew."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ...errors import FiguresWorse, UsageError
from .. import paths, speech
from ..flags import parse
from .places import page_place, report_at
from .words import table_lines


def compare_command(
    before: Annotated[str, typer.Argument(metavar="A.json", help="The report of the run before.", show_default=False)],
    after: Annotated[str, typer.Argument(metavar="B.json", help="The report of the run after.", show_default=False)],
    threshold: Annotated[
        str, typer.Option(metavar="X", help="How much worse is too much, above 0 and below 10: 0.1 is a tenth.")
    ] = "0.1",
    as_json: Annotated[bool, typer.Option("--json", help="Print every ratio as JSON, and nothing else.")] = False,
) -> None:
    """Compares two runs: ratios of B to A with 95 % intervals. The exit code is 7 if a figure is surely worse.

    Surely worse means that the whole interval is beyond the threshold. Times are relative to decoding and encoding the
    same file in the same run, so that a busier machine does not count. Figures of the same photos are compared photo
    by photo.

    \b
    Examples:
      open-the-eyes bench compare main/report.json branch/report.json
      open-the-eyes bench compare a.json b.json --threshold 0.05
    """
    from ...bench.compare import compared, table_of

    limit = parse.decimal("--threshold", threshold)
    if not 0 < limit < 10:
        raise UsageError(f"expected a number above 0 and below 10, such as 0.1; got {threshold}.", option="--threshold")
    found = compared(report_at(before), report_at(after), limit)
    for warning in found.warnings:
        speech.note(f"mind: {warning}")
    if as_json:
        speech.say(json.dumps(found.to_json(), indent=1))
    else:
        table = table_of(found)
        same = sum(change.verdict == "same" for change in found.changes)
        speech.say(
            "\n".join([*(table_lines(table) if table.rows else []), f"{same} of {len(found.changes)} stayed the same"])
        )
        for what, names in (("only in the first", found.gone), ("only in the second", found.new)):
            if names:
                speech.say(f"{what}: {len(names)}, such as {names[0]}")
    if found.worse:
        raise FiguresWorse(
            f"bench compare: expected no figure to be more than {100 * limit:g} % worse, {len(found.worse)} are, "
            f"first {found.worse[0].name} ({found.worse[0].ratio:.2f} times)."
        )


def document_command(
    reports: Annotated[list[str], typer.Argument(metavar="REPORT.json", help="Reports of runs.", show_default=False)],
    out: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE.md", help="The page to write.", show_default=False)
    ],
) -> None:
    """Writes the tables of one or more runs as a page, without measuring again. A page that is there is replaced.

    \b
    Examples:
      open-the-eyes bench document report.json -o docs/benchmarks.md
    """
    from ...bench.markdown import markdown_of

    paths.write_text(page_place("-o", out), markdown_of(*map(report_at, reports)), overwrite=True)
    speech.say(f"written: {speech.printable(out)}")
