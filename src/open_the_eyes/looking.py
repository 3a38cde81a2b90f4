"""Photos with the faces in them: the one that is worked on, and others of the same people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike

from . import files
from .arguments import Source, checked, listed, loaded, read
from .engine import Engine
from .errors import PhotoError, memory_in_words
from .options import EngineName, Options
from .photo import Photo
from .progress import Part, Progress
from .roles import Watch
from .seen import Seen
from .stages.detect import detect
from .stages.evidence import described
from .stages.match import Reference, asked_pairs
from .stopwatch import Stopwatch
from .system.arithmetic import one_blas_thread


@memory_in_words()
@one_blas_thread()
def look(photo: Source, *, engine: EngineName | Engine = "auto", progress: Progress | None = None) -> Seen:
    """The photo with the faces in it, which that engine then need not search for.

    Args:
        engine, progress: as `open_eyes` takes them.

    Raises:
        UsageError, UnreadablePhoto, PhotoTooLarge, NoCapacity: as `open_eyes` does.
    """
    watch, engine = Stopwatch(progress), loaded(engine)
    with watch.stage("read", 0.0, 0.1):
        as_read = photo if isinstance(photo, Seen) else read(photo, engine.settings)
    with watch.stage("detect", 0.1, 1.0):
        seen = searched(as_read, engine, watch)
    watch.tell("detect", 1.0)
    return seen


@memory_in_words()
@one_blas_thread()
def look_at_references(
    references: Iterable[Source],
    options: Options | None = None,
    *,
    engine: EngineName | Engine = "auto",
    progress: Progress | None = None,
) -> tuple[Seen, ...]:
    """References that many photos are to have, searched and described once, and of each what lies around its faces;
    what is wrong with one is said before the next is read.

    Args:
        options: see `Options.of`; `match` may name faces of the references.
        engine, progress: as `open_eyes` takes them.

    Raises:
        UsageError: one without a face, or without one that `match` names, or an engine that cannot use any.
        UnreadablePhoto, PhotoTooLarge, NoCapacity: one cannot be used, or there is too little memory.
    """
    options, engine, watch = checked(options), loaded(engine), Stopwatch(progress)

    def described_reference(reference: Reference) -> Seen:
        asked_pairs(reference, options.match)  # for what it refuses
        return with_traits(reference.seen, engine).around_faces(files.AROUND_FACE)

    with watch.stage("detect"):
        known = tuple(map(described_reference, each_reference(listed(references, options), engine, watch)))
    watch.tell("detect", 1.0)
    return known


def with_traits(seen: Seen, engine: Engine) -> Seen:
    """The same with its faces described, so that no later match has to do it."""
    return described(files.in_srgb(seen, seen.faces), engine.required_describer())


def searched(photo: Photo | Seen, engine: Engine, watch: Watch) -> Seen:
    """The photo with its faces, searched unless this detector has been through it."""
    if isinstance(photo, Seen):
        if photo.detector == engine.detector:
            return photo
        photo = photo.photo
    return Seen(photo, tuple(detect(photo.pixels, engine.detector, watch)), engine.detector)


def each_reference(references: Sequence[Source], engine: Engine, watch: Watch) -> Iterator[Reference]:
    """Each read and searched when it is asked for, and not held on to.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one cannot be used.
    """
    count = len(references)
    for number, source in enumerate(references, start=1):
        yield _reference(source, number, engine, Part(watch, (number - 1) / count, number / count))


def _reference(source: Source, number: int, engine: Engine, watch: Watch) -> Reference:
    try:
        as_read = source if isinstance(source, Seen) else read(source, engine.settings)
    except PhotoError as error:
        if isinstance(source, str | PathLike):  # whose name is in the message
            raise
        raise error.headed(f"reference {number}") from error
    seen = searched(as_read, engine, watch)
    return Reference.of(files.in_srgb(seen, seen.faces), number)
