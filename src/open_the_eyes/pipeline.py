"""The way of a photo, one line a stage; how each is done is in `stages/`, and reading and writing in `files/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from . import files
from .arguments import Source, listed, prepared, read
from .engine import Engine
from .errors import memory_in_words
from .imaging.arrays import Rgb
from .looking import each_reference, searched
from .options import EngineName, Mode, Options
from .options.attempt import Attempt
from .photo import Photo
from .progress import Part, Progress, Shares
from .reporting import donor_photos, face_reports, recorded, report_of
from .results import Inspected, Opened
from .roles import Crop, Donor, FaceRestorer
from .seen import Seen
from .stages.attempts import check_numbers, is_due, rounds, with_pick_note
from .stages.blend import looks_of
from .stages.choose import Decision, decide
from .stages.compose import Parts
from .stages.confirm import confirmed
from .stages.crop import crop as crop_of
from .stages.generate import generate
from .stages.judge import judge
from .stages.keep import Candidate, Kept, keep
from .stages.match import Matches, Reference, left_alone, match
from .stages.restore import restore
from .stages.room import check_room
from .stopwatch import Stopwatch
from .system.arithmetic import one_blas_thread

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
    run = _Run(engine, options, references, watch, shares)

    with watch.stage("read", 0.0, shares.detect):
        as_read = read(photo, engine.settings)
        source = files.without_gps(as_read) if options.save.strip_gps else as_read
    seen, decisions = _found(run, photo, as_read)
    run = run.shared_among(decisions)
    seen, decisions = _confirmed(run, seen, decisions)
    matches, reference_photos = _matched(run, seen, decisions)
    if engine.donors_only:
        decisions = left_alone(decisions, matches)
    with watch.stage("crop", run.shares.decided, run.shares.paint):
        crops = {d.id: crop_of(seen.pixels, d.face, d.to_open) for d in decisions if d.to_open}
        check_room(list(crops.values()), options.generate.variations + SPARE[options.generate.mode])
    kept = _painted(run, seen.pixels, crops, matches.donors)
    parts = Parts(
        as_read=as_read,
        source=source,
        srgb=seen.srgb,
        decisions=tuple(decisions),
        matches=matches,
        kept=kept,
        references=tuple(reference_photos),
    )
    return _composed(run, parts)


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
    """Faces, how far their eyes are open, and what `open_eyes` would do with each. Refuses what it refuses, if that is
    told without cutting faces out. Of a face to which no reference would give its eyes, the reason says why.

    Args:
        photo, options, engine, references, progress: as `open_eyes` takes them.

    Raises:
        UsageError, UnreadablePhoto, PhotoTooLarge, WeightsMissing, NoCapacity: as `open_eyes` does.
    """
    options, engine = prepared(options, engine)
    references = listed(references, options)
    shares = Shares.of(len(references), paints=False)
    watch = Stopwatch(progress, whole=shares.decided)
    run = _Run(engine, options, references, watch, shares)

    with watch.stage("read", 0.0, shares.detect):
        source = read(photo, engine.settings)
    seen, decisions = _confirmed(run, *_found(run, photo, source))
    matches, reference_photos = _matched(run, seen, decisions)
    if engine.donors_only and references:  # without any, it is shown which faces need one
        decisions = left_alone(decisions, matches)

    faces = face_reports(decisions, matches, {}, options)
    report = report_of(source, engine.name, options, faces, watch, reference_photos, matches.unrelated)
    watch.tell("match" if references else "confirm", 1.0)
    return Inspected(source, tuple(d.face for d in decisions), report)


@dataclass(frozen=True, slots=True)
class _Run:
    """One photo's way through the stages: who does the work, what was asked for, and who is told how far it is."""

    engine: Engine
    options: Options
    references: tuple[Source, ...]
    watch: Stopwatch
    shares: Shares

    def shared_among(self, decisions: Sequence[Decision]) -> _Run:
        """The same, with the time that the stages still to come take where these faces are opened."""
        return replace(self, shares=self.shares.among(self.watch.fraction_done, [bool(d.to_open) for d in decisions]))


def _found(run: _Run, photo: Source, as_read: Photo) -> tuple[Seen, list[Decision]]:
    """Detect: a photo that was read with the faces in it, and what is to be done with each, so far as that is told
    by the face alone."""
    with run.watch.stage("detect", run.shares.detect, run.shares.confirm):
        seen = searched(photo if isinstance(photo, Seen) else as_read, run.engine, run.watch)
        decisions = decide(seen.faces, run.options.choose)
    check_numbers(run.options.generate, len(decisions))
    return seen, decisions


def _confirmed(run: _Run, seen: Seen, decisions: list[Decision]) -> tuple[Seen, list[Decision]]:
    """Confirm: the photo in sRGB as far as it is looked at from here on, and no eye opened that is not there."""
    with run.watch.stage("confirm", run.shares.confirm, run.shares.match):
        decisions = confirmed(seen.photo.pixels, decisions, run.engine.detector, run.watch)
        around = files.AROUND_PERSON if run.references else files.AROUND_FACE
        return files.in_srgb(seen, [d.face for d in decisions if run.references or d.to_open], around), decisions


def _matched(run: _Run, seen: Seen, decisions: Sequence[Decision]) -> tuple[Matches, list[Photo]]:
    """Match: whose eyes each face may have, and the references without their pixels: of them, no more than one is in
    memory at a time."""
    photos: list[Photo] = []

    def noted(reference: Reference) -> Reference:
        photos.append(reference.seen.photo.without_pixels())
        return reference

    if not run.references:
        return Matches(), photos
    engine, watch = run.engine, run.watch
    with watch.stage("match", run.shares.match, run.shares.decided):
        # a map, and no loop: a loop's variable would keep the last reference while the next is read
        found = map(noted, each_reference(run.references, engine, Part(watch, 0.0, 0.9, "match")))
        return match(seen, decisions, found, engine.required_describer(), run.options.match), photos


def _painted(
    run: _Run, pixels: Rgb, crops: Mapping[int, Crop], donors: Mapping[int, tuple[Donor, ...]]
) -> dict[int, Kept]:
    """Generate, blend, restore, verify; faces of which too little passes get further rounds with the next seeds.

    Eyes that were picked are painted alone and first, so that they are the ones that were seen. In the last round eyes
    are painted even where a donor's can be laid in: those have failed in all others.
    """
    options = run.options.generate
    want, spare = options.variations, SPARE[options.mode]
    restorer = run.engine.restorer(run.options.restore.restorer)
    tried: dict[int, list[Candidate]] = {face_id: [] for face_id in crops}
    planned = {face_id: rounds(face_id, options, spare, RETRIES) for face_id in crops}
    for number in range(max(map(len, planned.values()), default=0)):
        due = {
            face_id: crop
            for face_id, crop in crops.items()
            if crop.mask.any()
            and is_due(crop, len(planned[face_id]) - number, tried[face_id], want, donors.get(face_id, ()))
        }
        if not due:
            break
        attempts = {face_id: planned[face_id][number] for face_id in due}
        for face_id, candidates in _round(run, restorer, number, pixels, due, attempts, donors).items():
            tried[face_id] += candidates
    picks = dict(options.picks)
    return {
        face_id: with_pick_note(keep(crop, tried[face_id], want), picks.get(face_id), tried[face_id])
        for face_id, crop in crops.items()
    }


def _composed(run: _Run, parts: Parts) -> Opened:
    """Compose: the variations, each with the record of this edit, and the report on them."""
    options, watch = run.options, run.watch
    with watch.stage("compose", run.shares.compose, 1.0):
        variations = parts.composed(options.generate.variations)
    faces = face_reports(parts.decisions, parts.matches, parts.kept, options)
    report = report_of(parts.source, run.engine.name, options, faces, watch, parts.references, parts.matches.unrelated)
    donors = donor_photos(parts.kept.values(), parts.references)
    opened = Opened(recorded(variations, report, options, parts.as_read, donors), report, options, parts=parts.held())
    watch.tell("compose", 1.0)
    return opened


def _round(
    run: _Run,
    restorer: FaceRestorer | None,
    number: int,
    pixels: Rgb,
    crops: Mapping[int, Crop],
    attempts: Mapping[int, Sequence[Attempt]],
    donors: Mapping[int, tuple[Donor, ...]],
) -> dict[int, list[Candidate]]:
    """One round: by face number, as all that is given, what its attempts came to."""
    engine, options, watch = run.engine, run.options, run.watch
    done = partial(run.shares.round, number)
    with watch.stage("generate", done(0.0), done(0.75)):
        patches = generate(crops, attempts, engine.generator, options.generate, donors, watch)
    with watch.stage("blend", done(0.75), done(0.8)):
        looks = {face_id: looks_of(crop, patches[face_id]) for face_id, crop in crops.items()}
        del patches  # those of a close-up are large
    if restorer is not None:
        with watch.stage("restore", done(0.8), done(0.9)):
            looks = restore(pixels, looks, restorer, options.restore, engine.detector, watch)
    candidates: dict[int, list[Candidate]] = {}
    with watch.stage("verify", done(0.9), done(1.0)):
        for done_faces, face_id in enumerate(crops):
            watch.tell("verify", done_faces / len(crops))
            style = options.generate.style_of(face_id)
            candidates[face_id] = [
                judge(pixels, attempt, look, engine.detector, style)
                for attempt, look in zip(attempts[face_id], looks[face_id], strict=True)
            ]
    return candidates
