"""`open --replay`: an edit made again, and what is to be said where the result will be another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...options import Options
from .. import donors, speech
from . import common as flags

if TYPE_CHECKING:
    from ...edit_record import EditRecord
    from ...photo import FileFacts, Photo


@dataclass(frozen=True, slots=True)
class Replayed:
    """An edited file: the record of the edit, and what else it said beside its pixels."""

    path: Path
    record: EditRecord
    facts: FileFacts


def replayed_file(path: Path) -> Replayed:
    """A file that was edited, and how.

    Raises:
        UnreadablePhoto, PhotoTooLarge: it cannot be read.
        UsageError: it has none.
    """
    from ...replaying import edit_in, made_by_others

    photo = donors.photo_at(path)
    record = edit_in(photo)
    if record is None or photo.file is None:
        raise UsageError(f"--replay {path}: expected a file that open-the-eyes made, it has no record of an edit.")
    _note(made_by_others(record, str(path)))
    return Replayed(path, record, replace(photo.file, stored=None))  # which is large


def recorded_options(record: EditRecord, given: Options) -> Options:
    """The options of the recorded edit.

    Args:
        given: from the command line; a replay leaves no room for them.

    Raises:
        UsageError: options are given, or the record's are none of this version's.
    """
    if given.changed():
        named = ", ".join(flags.FLAGS[name] for name in sorted(given.changed()))
        raise UsageError(
            f"expected no other options, got {named}; they come from the record, leave them out.", option="--replay"
        )
    from ... import replaying

    try:
        return replaying.options_of(record)
    except UsageError as error:
        raise error.called("--replay") from error


def check_one_photo(photos: Sequence[Path]) -> None:
    """Refuses several photos: an edit was made of one.

    Raises:
        UsageError: there are several.
    """
    if len(photos) != 1:
        raise UsageError(f"expected one photo, the one that was edited; got {len(photos)}.", option="--replay")


def check_same_photo(record: EditRecord, sha256: str, photo: Path) -> None:
    """Says when it is another photo than the one that was edited, such as a resized one, or when nobody can know."""
    from ...replaying import of_another_photo

    _note(of_another_photo(record, sha256, str(photo)))


def check_signed(replayed: Replayed, photo: Photo, *, signs: bool) -> None:
    """Says when the edited file was signed and the result, made from `photo`, will not be."""
    from ... import files

    if not signs and photo.file is not None and files.signed_itself(replayed.facts, photo.file):
        ways = "the result will not be, unless --c2pa-cert and --c2pa-key are given."
        speech.note(speech.one_line(f"{replayed.path} is signed as Content Credentials: {ways}"))


def recorded_references(record: EditRecord, given: Sequence[Path]) -> tuple[Path, ...]:
    """The given references in the order of the recorded edit, which had these very files.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one cannot be read.
        UsageError: one that the edit had is missing, or one is given that it did not have.
    """
    from ...files import digest_of
    from ...replaying import recorded_order
    from ...settings import Settings

    settings = Settings.from_environment()
    contents, names = [digest_of(path, settings) for path in given], [f"--reference {path}" for path in given]
    try:
        order = recorded_order(record, contents, names)
    except UsageError as error:
        if error.option is None:
            raise
        raise error.called("--reference") from error
    return tuple(given[number] for number in order)


def _note(sentence: str) -> None:
    if sentence:
        speech.note(speech.one_line(sentence))
