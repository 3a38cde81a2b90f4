"""A burst into one photo: the frame with the fewest problems, and in it everybody's own open eyes from the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from .arguments import Source, is_single, prepared, read, rereadable
from .engine import Engine
from .errors import UsageError, memory_in_words
from .files import AROUND_FACE
from .frames import Frame, Shot, details_of, frames_of
from .looking import look, with_traits
from .options import EngineName, MatchOptions, Options
from .photo import Photo
from .pipeline import inspect_photo, open_eyes
from .progress import Progress
from .results import Opened
from .seen import Seen
from .stages.evidence import count_related
from .stopwatch import told_by
from .system.arithmetic import one_blas_thread

SAME_PEOPLE: Final = 0.25
"""Least share of a burst's other frames that show somebody of the best one."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """The frames, the one that is taken, and the others with a face, each by its number from 0."""

    frames: tuple[Frame, ...]
    base: int
    seen: Seen
    donors: dict[int, Seen]


@dataclass(frozen=True, slots=True)
class BestTake:
    """The burst's frames, the number (from 0) of the one that was taken, and what became of it."""

    frames: tuple[Frame, ...]
    base: int
    opened: Opened


@memory_in_words()
@one_blas_thread()
def best_take(
    photos: Iterable[Source],
    options: Options | None = None,
    *,
    match: Sequence[tuple[int, int, int]] = (),
    engine: EngineName | Engine = "reference",
    progress: Progress | None = None,
) -> BestTake:
    """Opens the eyes of the best frame with eyes from the others; nothing is made up, and who has no donor stays.

    Eyes that may be closed are exchanged as well where another frame shows them open.

    Args:
        photos: of the same people: paths, the bytes of files, or `Photo`s.
        options: see `Options.of`; `all` holds anyway.
        engine: "reference", or what `load_engine("reference")` returned; others make eyes up, and are refused.
        match: (face, photo, face there), each counted from 1: face 1 of the frame that is taken is face 3 of the second
            photo. `options.match` counts as the reasons in a report do: the other frames with a face, in this order.
        progress: as `open_eyes` tells it.

    Raises:
        UsageError: fewer than two photos, what are no options, another engine, `match` names a frame or a face that
            gives no eyes, or the photos seem to show different people, where it names none.
        UnreadablePhoto, PhotoTooLarge, NoCapacity: one of them cannot be used, or there is too little memory.
    """
    photos = _several(photos)
    options, engine = prepared(options, engine)
    if not engine.donors_only:
        message = f"expected reference, which makes nothing up, got {engine.name}; leave it out."
        raise UsageError(message, option="engine")
    match = Options.of(match=match).match.match
    tell = told_by(progress) or _silent
    choice = _chosen([rereadable(photo, engine.settings) for photo in photos], engine, tell)
    if not match and not options.match.match:
        _check_same_people([choice.seen, *choice.donors.values()], choice.frames[choice.base].name, engine)
    opened = open_eyes(
        choice.seen,
        _with_pairs(options, match, choice),
        engine=engine,
        references=list(choice.donors.values()),
        progress=lambda stage, part: tell(stage, 0.5 + 0.5 * part),
    )
    return BestTake(choice.frames, choice.base, opened)


def _several(photos: Iterable[Source]) -> list[Source]:
    """All photos that were given.

    Raises:
        UsageError: fewer than two, or one without a list.
    """
    single = is_single(photos)
    found = [] if single else list(photos)
    if len(found) < 2:
        given = "a single one without a list" if single else str(len(found))
        raise UsageError(
            f"best take: expected two photos or more of the same people, got {given}; give a list of them."
        )
    return found


def _chosen(sources: Sequence[Source], engine: Engine, tell: Progress) -> _Choice:
    """The frame with the fewest problems, the first of several as good; read again where only its faces were kept."""
    seen, found = [], []
    for number, photo in enumerate(sources):
        looked_at, shot = _looked_at(photo, number, engine, partial(_tell_share, tell, number, len(sources)))
        seen.append(looked_at)
        found.append(shot)
    frames = frames_of(found, details_of(seen, found))
    base = min(range(len(frames)), key=lambda n: (round(frames[n].problems, 6), n))
    whole, best = read(sources[base], engine.settings), seen[base]
    best = best if best.photo is whole else replace(best, photo=whole, srgb=None)
    return _Choice(frames, base, best, {n: shot for n, shot in enumerate(seen) if n != base and shot.faces})


def _check_same_people(shots: Sequence[Seen], name: str, engine: Engine) -> None:
    """Refuses photos that are no burst, where few show anybody of the first one. Two shots prove nothing.

    Raises:
        UsageError: it is none.
    """
    best, *others = (_large(shot) for shot in shots)
    others = [shot for shot in others if shot.faces]
    if len(others) < 2 or not best.faces:
        return
    related = count_related(best, others, engine.required_describer())
    if related < SAME_PEOPLE * len(others):
        which = f"{related:,} of {len(others):,} show" if related else f"none of {len(others):,} shows"
        raise UsageError(
            "best take: expected shots of the same people, these seem to be photos of different people: besides "
            f"{name}, {which} anybody who is in it. Name one burst at a time.",
            mend="--match 1=PHOTO:3",
            how="Or say who is who",
        )


def _large(shot: Seen) -> Seen:
    """The shot with only those faces that are large enough to tell people apart by."""
    kept = [n for n, face in enumerate(shot.faces) if face.is_reliable]
    traits = None if shot.traits is None else tuple(shot.traits[n] for n in kept)
    return replace(shot, faces=tuple(shot.faces[n] for n in kept), traits=traits)


def _with_pairs(options: Options, match: Sequence[tuple[int, int, int]], choice: _Choice) -> Options:
    """The options for the frame that is taken: all its faces, with each photo in `match` counted among the donors.

    Raises:
        UsageError: a photo in `match` is none of the donors.
    """
    pairs, numbers = list(options.match.match), list(choice.donors)
    for face, photo, theirs in match:
        if photo - 1 not in numbers:
            raise UsageError(
                f"expected another frame with this person, got {_in_words(photo, choice)}; name one, or leave it out.",
                option="match",
            )
        pairs.append((face, numbers.index(photo - 1) + 1, theirs))
    return replace(options, choose=replace(options.choose, all=True), match=MatchOptions(match=tuple(pairs)))


def _in_words(photo: int, choice: _Choice) -> str:
    """What is said of a photo, counted from 1, that is no donor."""
    frames = choice.frames
    if photo - 1 == choice.base:
        return f"{frames[choice.base].name}, the frame that is taken itself"
    return (
        f"{frames[photo - 1].name}, which shows no face"
        if 1 <= photo <= len(frames)
        else f"photo {photo} of {len(frames)}"
    )


def _looked_at(photo: Source, number: int, engine: Engine, looked: Progress) -> tuple[Seen, Shot]:
    """A frame, and what there is to say of it. A burst may be long: of what was read here only what lies around faces
    stays in memory, and the frame that is taken is read again."""
    seen = look(photo, engine=engine, progress=looked)
    inspected = inspect_photo(seen, engine=engine)
    path = None if seen.photo.file is None else seen.photo.file.path
    shot = Shot(
        f"photo {number + 1}" if path is None else path.name,
        tuple(face.outcome for face in inspected.faces),
        seen.photo.size_wh,
        float(np.median([face.box.width for face in seen.faces])) if seen.faces else 0.0,
    )
    seen = with_traits(seen, engine)
    return seen if isinstance(photo, Photo | Seen) else seen.around_faces(AROUND_FACE), shot


def _tell_share(tell: Progress, number: int, count: int, _stage: str, part: float) -> None:
    """How far the looking is, which is half of the work."""
    tell("inspect", 0.5 * (number + part) / count)


def _silent(stage: str, part: float) -> None:
    """Tells nobody."""
