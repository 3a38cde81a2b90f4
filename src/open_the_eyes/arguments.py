"""What callers hand to the pipeline, looked at before any work: a photo, references, options, an engine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from . import files
from .engine import Engine, load_engine
from .errors import UsageError
from .options import Options
from .photo import Photo
from .seen import Seen

Source: TypeAlias = "str | os.PathLike[str] | bytes | Photo | Seen"


def checked(options: Options | None) -> Options:
    """The options, or the default ones.

    Raises:
        UsageError: anything else.
    """
    if not isinstance(options, Options | None):
        raise UsageError(f"expected what Options.of(mode='fast', ...) returns, got {options!r:.80}.", option="options")
    return options or Options()


def loaded(engine: str | Engine) -> Engine:
    """The engine, loaded if it was named.

    Raises:
        UsageError: anything else, or a name that this version does not know.
    """
    if not isinstance(engine, str | Engine):
        raise UsageError(
            f"expected a name or what load_engine returns, got {engine!r:.80}; leave it out.", option="engine"
        )
    return load_engine(engine) if isinstance(engine, str) else engine


def prepared(options: Options | None, engine: str | Engine) -> tuple[Options, Engine]:
    """Options and an engine that has all that they ask for; what is missing is said before any work.

    Raises:
        UsageError: what are none, or what this engine does not have.
        WeightsMissing: a model that is asked for is not on this machine.
    """
    options, engine = checked(options), loaded(engine)
    engine.check(options.generate)
    engine.restorer(options.restore.restorer)
    return options, engine


def read(photo: Source, engine: Engine) -> Photo:
    """The photo, read if it is a file's.

    Raises:
        UsageError: anything else, or a `Photo` whose arrays have another shape or type.
        UnreadablePhoto, PhotoTooLarge: the file cannot be used.
    """
    if isinstance(photo, Seen):
        return photo.photo
    if isinstance(photo, Photo):
        _check_arrays(photo)
        return photo
    if not isinstance(photo, str | bytes | os.PathLike):
        came = type(photo).__name__
        hint = "wrap upright RGB pixels as Photo(pixels)" if came == "ndarray" else "give it one of these"
        raise UsageError(f"expected a path, the bytes of a file or a Photo, got {came}; {hint}.", option="photo")
    return files.read(photo, engine.settings)


def listed(references: Iterable[Source], options: Options) -> tuple[Source, ...]:
    """The references, which may come one after the other; none is read.

    Raises:
        UsageError: anything else, or `match` names one that is not there.
    """
    if isinstance(references, str | bytes | os.PathLike | Photo | Seen | np.ndarray):
        raise UsageError("expected a list of photos, got a single one; put it into brackets.", option="references")
    if not isinstance(references, Iterable):
        came = type(references).__name__
        raise UsageError(
            f"expected a list of photos, got {came}; leave it out where there are none.", option="references"
        )
    found = tuple(references)
    options.match.check(len(found))
    return found


def _check_arrays(photo: Photo) -> None:
    pixels: object = photo.pixels
    if not _is_array(pixels, np.uint8) or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        wanted = "pixels of shape (height, width, 3), uint8, RGB"
        raise UsageError(f"expected {wanted}; got {_kind(pixels)}. Convert them.", option="photo")
    size_hw: tuple[int, int] = (pixels.shape[0], pixels.shape[1])
    alpha, deep = photo.alpha, photo.deep
    if alpha is not None and (not _is_array(alpha, np.uint8) or alpha.shape != size_hw):
        raise UsageError(f"expected alpha of shape {size_hw}, uint8; got {_kind(alpha)}. Convert it.", option="photo")
    shapes = [(*size_hw, planes) for planes in (3, 4)]
    if deep is not None and (not _is_array(deep, np.uint16) or deep.shape not in shapes):
        wanted = f"deep of shape {shapes[0]} or {shapes[1]}, uint16"
        raise UsageError(f"expected {wanted}; got {_kind(deep)}. Convert it.", option="photo")


def _is_array(given: object, dtype: type[np.generic]) -> TypeGuard[NDArray[np.generic]]:
    return isinstance(given, np.ndarray) and given.dtype == dtype


def _kind(given: object) -> str:
    """What it is, for a message."""
    return f"{given.shape} {given.dtype}" if isinstance(given, np.ndarray) else type(given).__name__
