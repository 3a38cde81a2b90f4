"""Photos that somebody's own eyes are taken from, looked at before any work; none with painted eyes is taken for a
photograph without a word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import PhotoTooLarge, UnreadablePhoto
from ..naming import is_drawing
from . import speech

if TYPE_CHECKING:
    from ..photo import Photo
    from ..settings import Settings


HELD: Final = 300_000_000
"""Most pixels of a burst that are kept from when it is seen that they can be read: 0.9 GB."""


def check_reference(path: Path) -> None:
    """Reads it once, before any work; a word on stderr if its eyes may be painted. Its pixels are let go of.

    Raises:
        UnreadablePhoto, PhotoTooLarge: it cannot be used.
    """
    from ..files import is_painted, read_record

    photo = photo_at(path)
    if is_painted(photo):
        why = "open-the-eyes made this file" if read_record(photo) else "this file says that AI had a part in it"
        speech.note(
            speech.one_line(
                f"warning: --reference {path}: {why}, its eyes may be painted and not the person's own; better "
                "name a photo as the camera made it."
            )
        )


def check_faces(references: Sequence[Path], settings: Settings) -> None:
    """Refuses a reference without a face: each photo of a batch would fail over it.

    Raises:
        UsageError: there is one.
        UnreadablePhoto, PhotoTooLarge: one cannot be used.
    """
    from ..engine import load_engine
    from ..looking import look_at_references

    on_processor = replace(settings, device="cpu")  # GPUs are left to the workers
    look_at_references(references, engine=load_engine("appearance", on_processor))


@dataclass(frozen=True, slots=True)
class Burst:
    """The files of a burst.

    Args:
        frames: photos by path; the path alone where they are beyond `HELD` pixels in all, to be read again.
        made: files that are no frames: results by their records, and drawings.
        failed: why others could not be read, by path.
    """

    frames: dict[Path, Photo | Path] = field(default_factory=dict)
    made: list[Path] = field(default_factory=list)
    failed: dict[Path, str] = field(default_factory=dict)


def burst(paths: Sequence[Path], named: Collection[Path]) -> Burst:
    """What the files of a burst are; what is left out is said at once.

    Args:
        named: those that a person named one by one, of which each has to be of use.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one of these is not.
    """
    from ..files import read_record

    found, room = Burst(), HELD
    for path in paths:
        if is_drawing(path.name):
            found.made.append(path)
            speech.note(speech.one_line(f"left out: {path}, a drawing of `inspect` by its name"))
            continue
        try:
            photo = photo_at(path)
        except (UnreadablePhoto, PhotoTooLarge) as error:
            if path in named:
                raise
            found.failed[path] = speech.one_line(error)
            speech.note(f"left out: {found.failed[path]}")
            continue
        if read_record(photo) is None:
            width, height = photo.size_wh
            room -= width * height
            found.frames[path] = photo if room >= 0 else path
        else:
            found.made.append(path)
            speech.note(speech.one_line(f"left out: {path}, which open-the-eyes made: its eyes may be painted"))
    return found


def is_result(path: Path) -> bool:
    """Whether open-the-eyes made a file, by the record in it; one that cannot be read tells of none."""
    from ..files import read_record

    try:
        return read_record(photo_at(path)) is not None
    except (UnreadablePhoto, PhotoTooLarge):
        return False


def photo_at(path: Path) -> Photo:
    """The photo of a file, read within the limits that the environment sets.

    Raises:
        UnreadablePhoto, PhotoTooLarge: it cannot be read.
    """
    from .. import files
    from ..settings import Settings

    return files.read(path, Settings.from_environment())
