"""What a batch says at its end, and what it writes down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import NoRoomOnDisk
from ...wording import command, counted
from .. import speech
from ..words import option_text

if TYPE_CHECKING:
    from ...batch.contact_sheet import Section
    from ...batch.manifest import Manifest
    from ...batch.plan import Plan
    from ...batch.record import Record
    from ...batch.run import BatchResult
    from ...batch.spec import BatchSpec

NAMED: Final = 5
"""Most results that a line of the summary names; the file names all."""


def summed_up(planned: Plan, spec: BatchSpec, manifest: Manifest, ran: BatchResult) -> dict[str, Any]:
    """The summary, written beside the manifest with the contact sheet; where there is no room, their names are None."""
    from ...batch.contact_sheet import write_sheet
    from ...batch.look_list import write_look_list
    from ...batch.summary import summary_of, write_summary

    summary = summary_of(planned, spec, manifest, ran.tally, ran.left, ran.replaced)
    done = partial(manifest.latest, planned.items, spec.fingerprint)
    shown: dict[Section, Iterable[Record]] = {
        "failed": done(["failed"]),
        "to_look_at": (record for record in done() if record.to_look_at),
        "kept": done(["kept"]),
        "opened": done(["opened"]),
    }
    try:
        summary_path = write_summary(planned, spec, manifest, summary)
        looks = write_look_list(planned, (record for record in done() if record.to_look_at))
        pages = write_sheet(planned.folder, shown, summary)
    except NoRoomOnDisk:
        return summary | {"summary": None, "sheet": None, "look_list": None}
    look_list = None if looks is None else str(looks)
    return summary | {"summary": str(summary_path), "sheet": str(pages[0]), "look_list": look_list}


def summary_lines(summary: dict[str, Any]) -> Sequence[str]:
    """The summary for a person."""
    from ...batch import left_out
    from ...batch.tally import in_words

    run = summary["this_run"]
    head = (
        f"{counted(summary['photos'], 'photo')}: {summary['opened']:,} opened, {summary['unchanged']:,} unchanged, "
        + (f"{summary['kept']:,} kept, " if summary["kept"] else "")
        + f"{summary['failed']:,} failed"
        + (f", {summary['not_done']:,} not done yet" if summary["not_done"] else "")
    )
    lines = [head]
    if run["photos"]:
        speed = f"{run['photos_per_second']:.2g} a second"
        lines.append(f"this run: {counted(run['photos'], 'photo')} in {in_words(run['seconds'])}, {speed}")
    alone = {outcome: n for outcome, n in summary["faces"].items() if outcome not in ("opened", "already_open")}
    if alone:
        outcomes = ", ".join(f"{n:,} {outcome.replace('_', ' ')}" for outcome, n in alone.items())
        lines.append(f"faces left alone: {outcomes}; the summary says why")
    if summary["left_out"]:
        lines.append(f"left out: {left_out.in_words(summary['left_out_files'])}")
    if summary["with_notes"]:
        lines.append(
            f"notes: on {counted(summary['with_notes'], 'result')}, such as of what is left out; see the summary"
        )
    if summary["kept"]:
        results = _named(summary["kept_results"])
        replaces = "--overwrite --overwrite-changed replaces what is kept"
        lines.append(f"kept: changed since the batch wrote it, {results}; {replaces}")
    if run["replaced_although_changed"]:
        gone = run["replaced_although_changed"]
        lines.append(f"replaced, although changed since: {_named(gone)}")
    if left := run["still_there_of_other_options"]:
        results = f"{counted(len(left), 'result')} of other options, or of the photo as it was"
        results = f"{results}, such as {speech.printable(left[0])}"
        lines.append(f"still there: {results}; the summary names all, until the next run: delete what is not wanted")
    if summary["sheet"] is None:
        return lines
    lines += [f"summary: {speech.printable(summary['summary'])}", f"sheet:   {speech.printable(summary['sheet'])}"]
    if summary["to_look_at"]:
        what = f"{counted(summary['to_look_at'], 'photo')} with eyes that may still be closed"
        lines.append(f'look at: {what}, under "Look at these" in the sheet')
    if summary["look_list"]:
        lines += ["         to open these as well, into a folder of their own:", f"         {_going_on(summary)}"]
    return lines


def _going_on(summary: dict[str, Any]) -> str:
    """The command for the photos to look at, with the options of this batch."""
    options = dict(summary["options"])
    if options.get("all"):  # they were tried
        options["seed"] = options.get("seed", 0) + 1
    options["all"] = True
    flags = [] if summary["engine"] == "appearance" else ["--engine", summary["engine"]]
    flags += [word for name, value in options.items() for word in option_text(name, value).split(" ", 1)]
    flags += [word for photo in summary.get("references", ()) for word in ("--reference", photo)]
    out = Path(summary["out"])
    again = out.with_name(f"{out.name}-again") if out.name not in ("", "..") else Path("opened-again")
    return command(["open-the-eyes", "batch", summary["look_list"], str(again), *flags])


def _named(paths: Sequence[str]) -> str:
    return ", ".join([*map(speech.printable, paths[:NAMED]), *(["..."] if len(paths) > NAMED else [])])
