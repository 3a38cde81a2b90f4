"""`open-the-eyes show-edit`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import donors, paths, speech, words

if TYPE_CHECKING:
    from ..edit_record import EditRecord


def show_edit_command(
    photo: Annotated[str, typer.Argument(metavar="FILE", help="A file that open-the-eyes wrote.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON, and nothing else.")] = False,
) -> None:
    """Prints how a file was edited: by which engine, with which options, and what became of each face.

    The record is in the file's XMP. `open PHOTO --replay FILE` makes the same edit again from the original photo. If
    references were used, it needs the same ones; the record holds their SHA-256, not the photos.

    \b
    Examples:
      open-the-eyes show-edit family.opened.jpg
      open-the-eyes open family.jpg --replay family.opened.jpg -o again.jpg
    """
    path = paths.place(photo, "FILE")
    paths.check_here(path)
    record = _record(path)
    if as_json:
        speech.say(json.dumps(_as_json(path, record), indent=2))
    else:
        speech.say("\n".join(words.edit_lines(str(path), record)))


def _record(path: Path) -> EditRecord | None:
    from ..replaying import edit_in

    record = edit_in(donors.photo_at(path))
    return None if record is None else _printable(record)


def _printable(record: EditRecord) -> EditRecord:
    """With options that JSON cannot hold, or that nest too deep to be printed, as the text that they are."""
    from ..edit_record import strict_json

    try:
        strict_json(record.options)
    except ValueError:
        return replace(record, options=json.dumps(record.options))
    return record


def _as_json(path: Path, record: EditRecord | None) -> dict[str, Any]:
    return {"path": str(path), "record": None if record is None else record.to_json()}
