"""What callers hand to the pipeline, looked at before any work: a photo, references, options, an engine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO, TypeAlias

import numpy as np

from . import files
from .engine import Engine, load_engine
from .errors import UnreadablePhoto, UsageError
from .options import EngineName, Options
from .photo import Photo
from .seen import Seen
from .settings import Settings

Source: TypeAlias = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | files.PillowImage | Photo | Seen
)
"""What a photo can be given as: a path; the bytes of a file, or a binary file to read them from; a Pillow image; or
what was read or looked at."""


def checked(options: Options | None) -> Options:
    """The options, or the default ones.

    Raises:
        UsageError: anything else.
    """
    if not isinstance(options, Options | None):
        raise UsageError(f"expected what Options.of(mode='fast', ...) returns, got {options!r:.80}.", option="options")
    return options or Options()


def loaded(engine: EngineName | Engine) -> Engine:
    """The engine, loaded if it was named.

    Raises:
        UsageError: anything else, or a name that this version does not know.
    """
    if not isinstance(engine, str | Engine):
        came = type(engine).__name__
        raise UsageError(
            f"expected a name or what load_engine returns, got {came}; leave it out, or give one of these.",
            option="engine",
        )
    return load_engine(engine) if isinstance(engine, str) else engine


def prepared(options: Options | None, engine: EngineName | Engine) -> tuple[Options, Engine]:
    """Options and an engine that has all that they ask for; what is missing is said before any work.

    Raises:
        UsageError: what are none, or what this engine does not have.
        WeightsMissing: a model that is asked for is not on this machine.
    """
    options, engine = checked(options), loaded(engine)
    engine.check(options)
    return options, engine


def read(photo: Source, settings: Settings) -> Photo:
    """The photo, read if it is a file's.

    Raises:
        UsageError: anything else.
        UnreadablePhoto, PhotoTooLarge: the file cannot be used.
    """
    if isinstance(photo, Seen):
        return photo.photo
    if isinstance(photo, Photo):
        return photo
    if files.is_image(photo):
        return files.photo_from(photo)
    if isinstance(photo, bytearray | memoryview):
        return files.read(bytes(photo), settings)
    if not isinstance(photo, str | bytes | os.PathLike):
        return files.read(_content(photo, settings.max_bytes), settings)
    return files.read(photo, settings)


def rereadable(photo: Source, settings: Settings) -> Source:
    """What may be read a second time: of an open file, its bytes.

    Raises:
        UsageError, UnreadablePhoto: as `read` does.
    """
    known = isinstance(photo, str | bytes | bytearray | memoryview | os.PathLike | Photo | Seen)
    return photo if known or files.is_image(photo) else _content(photo, settings.max_bytes)


def _content(given: object, most: int) -> bytes:
    """What is in an open binary file from its place on, up to the first byte that is too many.

    Raises:
        UsageError: it is no open binary file.
        UnreadablePhoto: it cannot be read.
    """
    came, take = type(given).__name__, getattr(given, "read", None)
    if not callable(take):
        hint = 'open_the_eyes.photo_from takes arrays, with order="BGR" those of OpenCV' if came == "ndarray" else ""
        raise UsageError(
            f"expected a path, the bytes of a file, a binary file, a Pillow image or a Photo, got {came}; "
            f"{hint or 'give it one of these'}.",
            option="photo",
        )
    parts: list[bytes] = []
    room = most + 1
    while room > 0:  # a pipe gives what has come so far
        try:
            data = take(room)
        except (OSError, ValueError) as error:
            raise UnreadablePhoto(f"expected an open file that can be read, got: {error}; open it again.") from error
        if data is None:
            raise UnreadablePhoto(f"expected a file that waits for its end, got a {came} that does not; make it block.")
        if not isinstance(data, bytes):
            raise UsageError(f'expected a file opened with "rb", got a {came} of texts; open it anew.', option="photo")
        if not data:
            break
        parts.append(data)
        room -= len(data)
    return b"".join(parts)  # of a single part that part: a file is in memory once


def is_single(given: object) -> bool:
    """Whether a photo stands where a list of them is expected; also where one can be iterated over, as a file can."""
    kinds = (str, bytes, bytearray, memoryview, os.PathLike, Photo, Seen, np.ndarray)
    return isinstance(given, kinds) or files.is_image(given) or hasattr(given, "read")


def listed(references: Iterable[Source], options: Options) -> tuple[Source, ...]:
    """The references, which may come one after the other; none is read.

    Raises:
        UsageError: anything else, or `match` names one that is not there.
    """
    if is_single(references):
        raise UsageError("expected a list of photos, got a single one; put it into brackets.", option="references")
    if not isinstance(references, Iterable):
        came = type(references).__name__
        raise UsageError(
            f"expected a list of photos, got {came}; leave it out where there are none.", option="references"
        )
    found = tuple(references)
    options.match.check(len(found))
    return found
