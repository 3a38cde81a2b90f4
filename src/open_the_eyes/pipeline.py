"""The way of a photo, one line a stage; how each is done is in `stages/`, and reading and writing in `files/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Final, TypeAlias

from . import files
from .arguments import Source, checked, listed, loaded, prepared, read
from .engine import Engine
from .errors import PhotoError, memory_in_words
from .imaging.arrays import Rgb
from .options import EngineName, Mode, Options
from .photo import Photo
from .progress import Shares, part_of
from .reporting import face_reports, givers_of, recorded, report_of
from .results import Inspected, Opened
from .roles import Crop, Donor, Watch
from .seen import Seen
from .stages.attempts import check_numbers, is_due, rounds, with_pick_note
from .stages.blend import looks_of
from .stages.choose import Decision, decide
from .stages.compose import Parts
from .stages.confirm import confirmed
from .stages.crop import crop
from .stages.detect import detect
from .stages.evidence import described
from .stages.generate import generate
from .stages.judge import judge
from .stages.keep import Candidate, Kept, keep
from .stages.match import Matches, Reference, left_alone, match, whom
from .stages.restore import restore
from .stages.room import check_room
from .stopwatch import Stopwatch
from .system.arithmetic import one_blas_thread

Progress: TypeAlias = Callable[[str, float], None]
"""Called with the name of the stage that is on and the fraction of the photo that is done, from 0.0 to 1.0."""

SPARE: Final[dict[Mode, int]] = {"fast": 0, "standard": 0, "quality": 3, "ultra": 6}
"""How many more eyes than asked for are painted in each mode, so that the best can be kept."""
RETRIES: Final = 3
"""Most further rounds that a face gets while too few of its eyes pass verification."""


@memory_in_words()
@one_blas_thread()
def open_eyes(
    photo: Source,
    options: Options | None = None,
    *,
    engine: EngineName | Engine = "auto",
    references: Iterable[Source] = (),
    progress: Progress | None = None,
) -> Opened:
    """Opens closed eyes in one photo; every pixel outside the eyes stays as it was.

    Args:
        photo: a path; the bytes of a file, or a file opened with "rb"; an image of Pillow's; a `Photo`, which
            `photo_from` makes of an array; or what `look` gave for one: it is not searched again.
        options: see `Options.of`.
        engine: "auto", "appearance", "reference" or "sdxl"; or, for several photos, what `load_engine` returned
            for such a name: else each call reads models again that do not come in the package.
        references: other photos of the same people, eyes open: these are laid in where they fit, else lead the painter.
            For several photos with the same ones, what `look_at_references` gave.
        progress: told when a stage begins and how far it is; what it raises, such as `Cancelled`, stops the work.

    Raises:
        UsageError: an engine that this version does not know, or an option that contradicts the photo, such as a face
            number that does not exist.
        UnreadablePhoto, PhotoTooLarge: the photo, or a reference, cannot be used.
        WeightsMissing: a model that was asked for is not on this machine.
        NoCapacity: there surely is too little memory for faces as large as these, or it ran out.
    """
    options, engine = prepared(options, engine)
    references = listed(references, options)
    if references:
        engine = engine.for_references()
    watch, shares = Stopwatch(progress), Shares.of(len(references))

    with watch.stage("read", 0.0, shares.detect):
        as_read = read(photo, engine.settings)
        source = files.without_gps(as_read) if options.save.strip_gps else as_read
    seen, decisions, matches, others = _decided(photo, as_read, references, engine, options, watch, shares)
    if engine.donors_only:
        decisions = left_alone(decisions, matches)
    shares = shares.among(watch.fraction_done, [bool(d.closed) for d in decisions])
    with watch.stage("crop", shares.decided, shares.paint):
        crops = [(d.id, crop(seen.pixels, d.face, d.closed)) for d in decisions if d.closed]
        check_room([c for _, c in crops], options.generate.variations + SPARE[options.generate.mode])
    kept = _painted(seen.pixels, crops, matches.donors, engine, options, watch, shares)
    with watch.stage("compose", shares.compose, 1.0):
        parts = Parts(as_read, source, seen.shown, tuple(decisions), matches, kept, tuple(others))
        variations = parts.composed(options.generate.variations)

    faces = face_reports(decisions, matches, kept, options)
    report = report_of(source, engine.name, options, faces, watch, others, matches.unrelated)
    variations = recorded(variations, report, options, as_read, givers_of(kept.values(), others))
    opened = Opened(variations, report, options, parts=parts.held())
    watch.tell("compose", 1.0)
    return opened


@memory_in_words()
@one_blas_thread()
def inspect_photo(
    photo: Source,
    options: Options | None = None,
    *,
    engine: EngineName | Engine = "auto",
    references: Iterable[Source] = (),
    progress: Progress | None = None,
) -> Inspected:
    """Faces, how far their eyes are open, and what `open_eyes` would do with each. Refuses what `open_eyes` refuses, as
    far as that shows without cutting faces out. Of a face to which no reference would give its eyes, the reason says
    why.

    Args:
        photo, options, engine, references, progress: as `open_eyes` takes them.

    Raises:
        UsageError, UnreadablePhoto, PhotoTooLarge, WeightsMissing, NoCapacity: as `open_eyes` does.
    """
    options, engine = prepared(options, engine)
    references = listed(references, options)
    shares = Shares.of(len(references), paints=False)
    watch = Stopwatch(progress, whole=shares.decided)
    with watch.stage("read", 0.0, shares.detect):
        source = read(photo, engine.settings)
    _, decisions, matches, others = _decided(photo, source, references, engine, options, watch, shares)
    if engine.donors_only and references:  # without any, it is shown which faces need one
        decisions = left_alone(decisions, matches)
    faces = face_reports(decisions, matches, {}, options)
    report = report_of(source, engine.name, options, faces, watch, others, matches.unrelated)
    watch.tell("match" if references else "confirm", 1.0)
    return Inspected(source, tuple(d.face for d in decisions), report)


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
        seen = _seen(as_read, engine, watch)
    watch.tell("detect", 1.0)
    return seen


def introduced(seen: Seen, engine: Engine) -> Seen:
    """The same with its faces described, so that no later match has to do it."""
    return described(files.in_srgb(seen, seen.faces), engine.teller())


@memory_in_words()
@one_blas_thread()
def look_at_references(
    references: Iterable[Source],
    options: Options | None = None,
    *,
    engine: EngineName | Engine = "auto",
    progress: Progress | None = None,
) -> tuple[Seen, ...]:
    """References for many photos, searched and described once, each kept only around its faces; what is wrong with one
    is said before the next is read.

    Args:
        options: see `Options.of`; `match` may name faces of the references.
        engine, progress: as `open_eyes` takes them.

    Raises:
        UsageError: one without a face, or without one that `match` names, or an engine that cannot use any.
        UnreadablePhoto, PhotoTooLarge, NoCapacity: one cannot be used, or there is too little memory.
    """
    options, engine, watch = checked(options), loaded(engine), Stopwatch(progress)

    def kept(reference: Reference) -> Seen:
        whom(reference, options.match)
        return introduced(reference.seen, engine).around_faces(files.AROUND_FACE)

    with watch.stage("detect"):
        known = tuple(map(kept, _references(listed(references, options), engine, watch)))
    watch.tell("detect", 1.0)
    return known


def _decided(
    photo: Source,
    as_read: Photo,
    references: Sequence[Source],
    engine: Engine,
    options: Options,
    watch: Stopwatch,
    shares: Shares,
) -> tuple[Seen, list[Decision], Matches, list[Photo]]:
    """The photo with its faces, what is to be done with each, whose eyes it may have, and the references without their
    pixels: no more than one of them is in memory at a time."""
    with watch.stage("detect", shares.detect, shares.confirm):
        seen = _seen(photo if isinstance(photo, Seen) else as_read, engine, watch)
        decisions = decide(seen.faces, options.choose)
    check_numbers(options.generate, len(decisions))
    shares = shares.among(watch.fraction_done, [bool(d.closed) for d in decisions])
    with watch.stage("confirm", shares.confirm, shares.match):
        decisions = confirmed(as_read.pixels, decisions, engine.detector, watch)
        around = files.AROUND_PERSON if references else files.AROUND_FACE
        seen = files.in_srgb(seen, [d.face for d in decisions if references or d.closed], around)
    matches, others = Matches(), list[Photo]()

    def noted(reference: Reference) -> Reference:
        others.append(reference.seen.photo.without_pixels())
        return reference

    if references:
        with watch.stage("match", shares.match, shares.decided):
            found = map(noted, _references(references, engine, part_of(watch, 0.0, 0.9, "match")))
            matches = match(seen, decisions, found, engine.teller(), options.match)
    return seen, decisions, matches, others


def _painted(
    pixels: Rgb,
    crops: list[tuple[int, Crop]],
    donors: Mapping[int, tuple[Donor, ...]],
    engine: Engine,
    options: Options,
    watch: Stopwatch,
    shares: Shares,
) -> dict[int, Kept]:
    """Generate, blend, restore, verify; faces of which too little passes get further rounds with the next seeds.

    Eyes that were picked are painted alone and first, so that they are the ones that were seen. In the last round eyes
    are painted even where a donor's can be laid in: those have failed in all others.
    """
    want, spare = options.generate.variations, SPARE[options.generate.mode]
    restorer = engine.restorer(options.restore.restorer)
    tried: dict[int, list[Candidate]] = {face_id: [] for face_id, _ in crops}
    turns = {face_id: rounds(face_id, options.generate, spare, RETRIES) for face_id, _ in crops}
    for turn in range(max(map(len, turns.values()), default=0)):
        waiting = [
            (n, c) for n, c in crops if c.mask.any() and is_due(c, turns[n][turn:], tried[n], want, donors.get(n, ()))
        ]
        if not waiting:
            break
        attempts = [turns[n][turn] for n, _ in waiting]
        with watch.stage("generate", shares.round(turn, 0.0), shares.round(turn, 0.75)):
            patches = generate(waiting, attempts, engine.generator, options.generate, donors, watch)
        with watch.stage("blend", shares.round(turn, 0.75), shares.round(turn, 0.8)):
            looks = [looks_of(c, row) for (_, c), row in zip(waiting, patches, strict=True)]
            del patches  # those of a close-up are large
        if restorer is not None:
            with watch.stage("restore", shares.round(turn, 0.8), shares.round(turn, 0.9)):
                looks = restore(pixels, looks, restorer, options.restore, engine.detector, watch)
        with watch.stage("verify", shares.round(turn, 0.9), shares.round(turn, 1.0)):
            for done, ((face_id, _), numbers, row) in enumerate(zip(waiting, attempts, looks, strict=True)):
                watch.tell("verify", done / len(waiting))
                style = options.generate.style_of(face_id)
                for attempt, made in zip(numbers, row, strict=True):
                    tried[face_id].append(judge(pixels, attempt, made, engine.detector, style))
    picks = dict(options.generate.picks)
    return {n: with_pick_note(keep(c, tried[n], want), picks.get(n), tried[n]) for n, c in crops}


def _seen(photo: Photo | Seen, engine: Engine, watch: Watch | None) -> Seen:
    """The photo with its faces, searched unless this detector has been through it."""
    if isinstance(photo, Seen):
        if photo.detector == engine.detector:
            return photo
        photo = photo.photo
    return Seen(photo, tuple(detect(photo.pixels, engine.detector, watch)), engine.detector)


def _references(references: Sequence[Source], engine: Engine, watch: Watch | None) -> Iterator[Reference]:
    """Each read and searched when it is asked for, and not held on to."""
    count = len(references)
    for number, source in enumerate(references, start=1):
        yield _reference(source, number, engine, part_of(watch, (number - 1) / count, number / count))


def _reference(source: Source, number: int, engine: Engine, watch: Watch | None) -> Reference:
    try:
        as_read = source if isinstance(source, Seen) else read(source, engine.settings)
    except PhotoError as error:
        if isinstance(source, str | PathLike):  # whose name is in the message
            raise
        raise error.headed(f"reference {number}") from error
    seen = _seen(as_read, engine, watch)
    return Reference.of(files.in_srgb(seen, seen.faces), number)
