"""Photos that somebody's own eyes are taken from: read once, and none with painted eyes is taken for a photograph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from . import speech

if TYPE_CHECKING:
    from ..photo import Photo
    from ..settings import Settings


def references(paths: Sequence[Path]) -> tuple[Photo, ...]:
    """The photos in this order; a word on stderr about each whose eyes may be painted.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one cannot be used.
    """
    from ..files import is_painted, read_record

    photos = tuple(_read(path) for path in paths)
    for path, photo in zip(paths, photos, strict=True):
        if is_painted(photo):
            why = "open-the-eyes made this file" if read_record(photo) else "this file says that AI had a part in it"
            speech.note(
                speech.one_line(
                    f"warning: --reference {path}: {why}, its eyes may be painted and not the person's own; better "
                    "name a photo as the camera made it."
                )
            )
    return photos


def check_faces(references: Sequence[Path], settings: Settings) -> None:
    """Refuses a reference without a face: each photo of a batch would fail over it.

    Raises:
        UsageError: there is one.
        UnreadablePhoto, PhotoTooLarge: one cannot be used.
    """
    from ..engine import load_engine
    from ..pipeline import check_references

    on_processor = replace(settings, device="cpu")  # GPUs are left to the workers
    check_references(references, load_engine("appearance", on_processor))


def frames(paths: Sequence[Path]) -> tuple[dict[Path, Photo], tuple[Path, ...]]:
    """The frames of a burst, and the files that are none: results of ours, by the records in them.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one cannot be used.
    """
    from ..files import read_record

    photos: dict[Path, Photo] = {}
    left_out: list[Path] = []
    for path in paths:
        photo = _read(path)
        if read_record(photo) is None:
            photos[path] = photo
        else:
            left_out.append(path)
    return photos, tuple(left_out)


def is_result(path: Path) -> bool:
    """Whether open-the-eyes made a file, by the record in it.

    Raises:
        UnreadablePhoto, PhotoTooLarge: it cannot be used.
    """
    from ..files import read_record

    return read_record(_read(path)) is not None


def _read(path: Path) -> Photo:
    from .. import files
    from ..settings import Settings

    return files.read(path, Settings.from_environment())
