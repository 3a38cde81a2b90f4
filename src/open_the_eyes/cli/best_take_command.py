"""`open-the-eyes best-take`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from ..options import Options
from . import parse, paths, progress, speech, words

if TYPE_CHECKING:
    from ..best_take import BestTake
    from ..report import Report


def best_take_command(
    photos: Annotated[
        list[str],
        typer.Argument(metavar="PHOTO|FOLDER", help="A burst: photos, or folders of them.", show_default=False),
    ],
    out: Annotated[
        str | None, typer.Option("-o", "--output", metavar="OUT", help="A file, or a folder (or ending in /).")
    ] = None,
    seed: Annotated[str, typer.Option(metavar="S", help="Same photos and seed: same bytes.")] = "0",
    report: Annotated[str | None, typer.Option(metavar="FILE.json", help="Write the report to a file as well.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a result that is there already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Makes one photo of a burst: the best frame, with everybody's own open eyes from the other frames.

    The frame with the fewest problems is taken: closed eyes, missing faces, blur. In it, eyes that are closed, or may
    be, are exchanged for the same person's from another frame. Nobody gets eyes that are not surely theirs, and
    nothing is made up: who has open eyes in no frame stays as they are, and `open` can paint theirs.

    \b
    Examples:
      open-the-eyes best-take burst/ -o best.jpg
      open-the-eyes best-take shot1.jpg shot2.jpg shot3.jpg
    """
    sources = _photos(photos)
    options = Options.of(seed=parse.whole("--seed", seed))
    for photo in sources:
        paths.check_photo(photo)
    targets = [paths.planned([photo], out)[0] for photo in sources]
    if len(set(targets)) == 1:  # else which one it is depends on the frame that is taken
        paths.check_output(targets[0], sources, overwrite=overwrite)
    report_path = None if report is None else Path(report)
    if report_path is not None:
        paths.check_report(report_path, (*sources, *targets), overwrite=overwrite)

    from ..best_take import best_take
    from ..engine import load_engine
    from ..settings import Settings

    engine = load_engine("reference", Settings.from_environment())
    with progress.shown(f"{len(sources)} photos") as tell:
        taken = best_take(sources, options, engine=engine, progress=tell)
    saved = _saved(taken, sources, targets[taken.base], overwrite=overwrite)
    text = json.dumps(_as_json(taken, saved), indent=2, ensure_ascii=False)
    speech.say(text if as_json else "\n".join(_lines(taken, saved)))
    if report_path is not None:
        paths.write_text(report_path, text + "\n", overwrite=overwrite)


def _photos(given: list[str]) -> tuple[Path, ...]:
    """The photos that were named, and those in folders that were named, by name; results of ours are left out.

    Raises:
        UsageError: fewer than two.
    """
    from ..files.writing import SUFFIXES

    found: list[Path] = []
    for one in map(Path, given):
        if not one.is_dir():
            found.append(one)
            continue
        inside = sorted(path for path in one.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
        found += [path for path in inside if ".opened" not in path.name]
    unique = tuple(dict.fromkeys(found))
    if len(unique) < 2:
        raise UsageError(f"best-take: expected two photos or more, got {len(unique)}; name more, or a folder of them.")
    return unique


def _saved(taken: BestTake, sources: tuple[Path, ...], target: Path, *, overwrite: bool) -> Report:
    """Writes the result, if there is one that is not simply the frame itself."""
    opened = taken.opened
    if not opened.changed:
        return opened.report
    paths.check_output(target, sources, overwrite=overwrite)
    paths.make_folder(target)
    return opened.save(target, overwrite=overwrite)


def _as_json(taken: BestTake, report: Report) -> dict[str, object]:
    frames = [frame.to_json() for frame in taken.frames]
    return {"base": taken.frames[taken.base].name, "frames": frames, "report": report.to_json()}


def _lines(taken: BestTake, report: Report) -> list[str]:
    """Which frame, whose eyes came from where, and where the result is."""
    base = taken.frames[taken.base]
    lines = [f"{speech.printable(base.name)}: the best of {len(taken.frames)} frames"]
    lines += [f"  {words.face_line(face)}" for face in report.faces]
    if report.outputs:
        return lines + [f"  written: {speech.printable(output.path)}" for output in report.outputs]
    good = all(face.outcome == "already_open" for face in report.faces) and report.faces
    return [*lines, "  good as it is: nothing written" if good else f"  {words.nothing_written(report.faces)}"]
