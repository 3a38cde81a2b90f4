"""`inspect --annotate`: numbered faces with the states of their eyes, on a copy of the photo."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..files import SUFFIXES, encoded, for_screen, write
from ..files.whole_file import write_whole
from ..imaging.face.mesh478 import EYE_RING, SIDES
from ..photo import FileFacts, Photo
from ..report import OutputReport
from ..roles import Face, Outcome
from .annotate import FaceMark, Kind, annotate

if TYPE_CHECKING:
    from ..report import Report
    from ..results import Inspected

_SHOWN: Final[dict[Outcome, tuple[str, Kind]]] = {
    "closed": ("closed", "closed"),
    "already_open": ("open", "open"),
    "unsure": ("unsure", "unsure"),
    "too_small": ("too small", "refused"),
    "profile": ("profile", "refused"),
    "covered": ("covered", "refused"),
}


def draw(inspected: Inspected, path: Path, *, overwrite: bool) -> Report:
    """Writes the drawing and returns the report with it among the outputs.

    The drawing is a picture of its own: upright, in colour, with the photo's profile and without its EXIF, place and
    time included. Its format is the photo's unless the suffix names another, as for a result of `open`.

    Raises:
        PhotoNotWritten: it cannot be written.
    """
    marks = [
        mark_of(report.id, report.outcome, face)
        for report, face in zip(inspected.faces, inspected.detected, strict=True)
    ]
    came = inspected.photo.file
    drawn = for_screen(annotate(inspected.photo.pixels, marks), came)
    output = _written(drawn, path, came, overwrite=overwrite)
    return replace(inspected.report, outputs=(*inspected.report.outputs, output))


def _written(drawing: Photo, path: Path, came: FileFacts | None, *, overwrite: bool) -> OutputReport:
    if came is not None and drawing.file is not None:
        drawing = replace(drawing, file=replace(drawing.file, path=came.path))  # it is as private
    if came is None or came.format is None or path.suffix.lower() in SUFFIXES:
        return write(drawing, path, record=None, overwrite=overwrite)
    data = encoded(drawing, came.format, None)
    write_whole(path, data, overwrite=overwrite, like=came.path)
    return OutputReport(str(path), hashlib.sha256(data).hexdigest(), "whole")


def mark_of(number: int, outcome: Outcome, face: Face) -> FaceMark:
    """How one face is drawn."""
    label, kind = _SHOWN.get(outcome, (outcome.replace("_", " "), "refused"))
    rings = tuple(face.landmarks[EYE_RING[side], :2] for side in SIDES)
    return FaceMark(face.box, number, label, kind, rings)
