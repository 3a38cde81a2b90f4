"""`open-the-eyes inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..naming import DRAWN
from . import interrupts, names, paths, progress, several, speech, words
from .flags import common as flags

if TYPE_CHECKING:
    from ..engine import Engine
    from ..progress import Progress
    from ..report import Report


def inspect_command(
    photos: Annotated[
        list[str], typer.Argument(metavar="PHOTO", help="JPEG, PNG, WebP, TIFF, HEIC or AVIF.", show_default=False)
    ],
    annotate: Annotated[
        str | None,
        typer.Option(
            metavar="OUT", help="Also draw the numbered faces on a copy: a file for one photo, a folder for several."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a drawing that is already there.")] = False,
    as_json: flags.AsJson = False,
    debug: flags.Debug = False,
) -> None:
    """Lists the faces, numbered left to right, with how far each eye is open and what `open` would do.

    Openness is the gap between the lids: 1 for a usual open eye, below about 0.45 for a shut one. What the eye looks
    like counts as well, so a narrow eye may be open. Left and right are as seen in the picture. The photo itself is
    not changed.

    \b
    Examples:
      open-the-eyes inspect family.jpg
      open-the-eyes inspect family.jpg --annotate family.faces.jpg
      open-the-eyes inspect *.jpg --json
    """
    from ..engine import load_engine
    from ..settings import Settings

    sources = names.photos_of(photos)
    drawings = None if annotate is None else paths.planned(sources, annotate, DRAWN, option="--annotate")
    if drawings is not None and annotate is not None:
        paths.note_file(drawings, annotate, "--annotate")
        paths.check_folder(drawings[0].parent, "--annotate", annotate)
    engine = load_engine(settings=Settings.from_environment())

    def inspect_one(photo: Path, number: int) -> Report:
        drawing = None if drawings is None else drawings[number - 1]
        names.check_photo(photo)
        if drawing is not None:
            paths.check_output(drawing, sources, overwrite=overwrite)
        with progress.shown(photo.name, number, len(sources)) as tell:
            report = _inspected(photo, engine, drawing, tell, overwrite=overwrite)
        if not as_json:
            speech.say("\n".join(words.inspected_lines(report)))
        return report

    results = several.each(sources, inspect_one, debug=debug)
    if as_json:
        speech.say(several.as_text(results))
    results.raise_if_incomplete()


def _inspected(photo: Path, engine: Engine, drawing: Path | None, tell: Progress, *, overwrite: bool) -> Report:
    from ..pipeline import inspect_photo

    inspected = inspect_photo(photo, engine=engine, progress=tell)
    if drawing is None:
        return inspected.report

    from .drawing import draw

    paths.make_folder(drawing)
    with interrupts.held():
        return draw(inspected, drawing, overwrite=overwrite)
