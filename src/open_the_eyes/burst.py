"""A burst into one photo: the frame with the fewest problems, and in it everybody's own open eyes from the others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import cv2
import numpy as np

from .arguments import Source, is_single, prepared, read, rereadable
from .arithmetic import one_blas_thread
from .engine import Engine
from .errors import UsageError, memory_in_words
from .files import AROUND_FACE
from .imaging.arrays import to_tones
from .imaging.sharpness import fine_energy
from .options import EngineName, MatchOptions, Options
from .photo import Photo
from .pipeline import Progress, inspect_photo, introduced, look, open_eyes
from .results import Opened
from .seen import Seen
from .stages.evidence import acquainted
from .stopwatch import told_by

CLOSED, UNSURE, HIDDEN, MISSING = 1.0, 0.6, 0.3, 1.5
"""What speaks against a frame: a face with closed eyes, with eyes that may be, one that cannot be edited, and each face
fewer than the frame with most faces has."""
BLUR: Final = 1.2
"""The same for each e-th part of the sharpest frame's detail."""
SMALL: Final = 0.8
"""The same for a picture half as wide as the largest; for a quarter it is three times as much, for an eighth six times:
a phone's picture may stand beside a camera's, a copy for the web hardly. More than sharpening gives a reduced copy."""
SAME_PEOPLE: Final = 0.25
"""Of the other frames so many show somebody of the best one, where it is a burst."""
_FACE_PX: Final = (64, 160)
"""Faces are compared at one width between these, so that a step towards the camera is no advantage. At less, blur would
not show: somebody far away must not make all frames equal."""
_AS_WIDE: Final = 1.15
"""Faces that differ by less are compared as they are: being brought to one width would soften one of them alone."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One photo of the burst: `problems` is 0 for a perfect one, `sharpness` the fine detail of its faces, levels, with
    all frames brought to one size; `size_wh` is its own, pixels."""

    name: str
    faces: int
    closed: int
    unsure: int
    sharpness: float
    problems: float
    size_wh: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "faces": self.faces,
            "closed": self.closed,
            "unsure": self.unsure,
            "sharpness": round(self.sharpness, 3),
            "problems": round(self.problems, 3),
            "size_wh": list(self.size_wh),
        }


@dataclass(frozen=True, slots=True)
class _Shot:
    """A frame as it was looked at: its name, the outcome of each face, its size, and how wide its faces are: the middle
    one, 0 without a face; pixels."""

    name: str
    outcomes: tuple[str, ...]
    size_wh: tuple[int, int]
    face_px: float

    @property
    def side(self) -> float:
        """Of a square as large, pixels."""
        return math.sqrt(math.prod(self.size_wh))


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
    single = is_single(photos)
    photos = [] if single else list(photos)
    if len(photos) < 2:
        came = "a single one without a list" if single else str(len(photos))
        raise UsageError(f"best take: expected two photos or more of the same people, got {came}; give a list of them.")
    options, engine = prepared(options, engine)
    if not engine.donors_only:
        said = f"expected reference, which makes nothing up, got {engine.name}; leave it out."
        raise UsageError(said, option="engine")
    match = Options.of(match=match).match.match
    tell = told_by(progress) or _silent
    sources = [rereadable(photo, engine.settings) for photo in photos]
    seen, found = [], []
    for number, photo in enumerate(sources):
        looked = partial(_told_of, tell, number, len(sources))
        one, shot = _looked_at(photo, number, engine, looked)
        seen.append(one)
        found.append(shot)
    frames = _frames(found, _sharpness(seen, found))
    base = min(range(len(frames)), key=lambda n: (round(frames[n].problems, 6), n))
    others = [n for n, one in enumerate(seen) if n != base and one.faces]
    whole = read(sources[base], engine.settings)
    seen[base] = seen[base] if seen[base].photo is whole else replace(seen[base], photo=whole, shown=None)
    if not match and not options.match.match:
        _check_same_people([seen[n] for n in (base, *others)], frames[base].name, engine)
    pairs = (*options.match.match, *_among(others, match, frames, base))
    options = replace(options, choose=replace(options.choose, all=True), match=MatchOptions(match=pairs))
    opened = open_eyes(
        seen[base],
        options,
        engine=engine,
        references=[seen[n] for n in others],
        progress=lambda stage, part: tell(stage, 0.5 + 0.5 * part),
    )
    return BestTake(frames, base, opened)


def _check_same_people(shots: Sequence[Seen], name: str, engine: Engine) -> None:
    """Refuses what is no burst: few shots show anybody of the first one. Of two shots nothing is concluded.

    Raises:
        UsageError: it is none.
    """
    best, *others = (_large(one) for one in shots)
    others = [one for one in others if one.faces]
    if len(others) < 2 or not best.faces:
        return
    met = acquainted(best, others, engine.teller())
    if met < SAME_PEOPLE * len(others):
        which = f"{met:,} of {len(others):,} show" if met else f"none of {len(others):,} shows"
        raise UsageError(
            "best take: expected shots of the same people, these seem to be photos of different people: besides "
            f"{name}, {which} anybody who is in it. Name one burst at a time.",
            mend="--match 1=PHOTO:3",
            how="Or say who is who",
        )


def _large(shot: Seen) -> Seen:
    """With those faces alone that are large enough to tell people by."""
    kept = [n for n, face in enumerate(shot.faces) if face.is_reliable]
    traits = None if shot.traits is None else tuple(shot.traits[n] for n in kept)
    return replace(shot, faces=tuple(shot.faces[n] for n in kept), traits=traits)


def _among(
    others: Sequence[int], match: Sequence[tuple[int, int, int]], frames: Sequence[Frame], base: int
) -> tuple[tuple[int, int, int], ...]:
    """The pairs with photos counted among `others`, which are numbers from 0."""
    pairs = []
    for face, photo, there in match:
        if photo - 1 not in others:
            known = 1 <= photo <= len(frames)
            what = f"{frames[photo - 1].name}, which shows no face" if known else f"photo {photo} of {len(frames)}"
            what = f"{frames[base].name}, the frame that is taken itself" if photo - 1 == base else what
            raise UsageError(
                f"expected another frame with this person, got {what}; name one, or leave it out.", option="match"
            )
        pairs.append((face, others.index(photo - 1) + 1, there))
    return tuple(pairs)


def _looked_at(photo: Source, number: int, engine: Engine, looked: Progress) -> tuple[Seen, _Shot]:
    """A frame, and what there is to say of it. A burst may be long: of what was read here only what lies around faces
    stays in memory, and the frame that is taken is read again."""
    seen = look(photo, engine=engine, progress=looked)
    inspected = inspect_photo(seen, engine=engine)
    path = None if seen.photo.file is None else seen.photo.file.path
    shot = _Shot(
        f"photo {number + 1}" if path is None else path.name,
        tuple(face.outcome for face in inspected.faces),
        seen.photo.size_wh,
        float(np.median([face.box.width for face in seen.faces])) if seen.faces else 0.0,
    )
    seen = introduced(seen, engine)
    return seen if isinstance(photo, Photo | Seen) else seen.around_faces(AROUND_FACE), shot


def _frames(shots: Sequence[_Shot], sharpness: Sequence[float]) -> tuple[Frame, ...]:
    most = max(len(one.outcomes) for one in shots)
    sharpest = max(*sharpness, 1e-3)
    told = zip(shots, sharpness, _reduced(shots), strict=True)
    return tuple(_frame(one, most, sharp, sharpest, reduced) for one, sharp, reduced in told)


def _frame(shot: _Shot, most: int, sharpness: float, sharpest: float, reduced: float) -> Frame:
    outcomes = shot.outcomes
    closed, unsure = outcomes.count("closed"), outcomes.count("unsure")
    hidden = len(outcomes) - closed - unsure - outcomes.count("already_open")
    problems = CLOSED * closed + UNSURE * unsure + HIDDEN * hidden + MISSING * (most - len(outcomes))
    if outcomes:
        problems += BLUR * math.log(sharpest / max(sharpness, 0.05 * sharpest))
    halvings = math.log2(reduced)
    problems += SMALL * halvings * (1 + halvings) / 2
    return Frame(shot.name, len(outcomes), closed, unsure, sharpness, problems, shot.size_wh)


def _reduced(shots: Sequence[_Shot]) -> list[float]:
    """How many times as small as the largest each frame is, at least 1.

    Both the picture and its faces have to be smaller: of a crop, or beside a panorama, the picture alone is, and of
    somebody who stood further away the face.
    """
    side, face = max(one.side for one in shots), max(one.face_px for one in shots)
    return [min(side / one.side, face / one.face_px) if one.face_px else side / one.side for one in shots]


def _sharpness(seen: Sequence[Seen], shots: Sequence[_Shot]) -> list[float]:
    """Fine detail of the middle face of each frame, levels; 0 without a face.

    A reduced copy has more of it in each pixel, and is therefore enlarged to the size of the largest frame. There the
    frame with the smallest faces tells at what width all are compared.
    """
    enlarged = [one.face_px * times for one, times in zip(shots, _reduced(shots), strict=True) if one.face_px]
    least, most = _FACE_PX
    at = min(max(min(enlarged, default=most), least), most)
    return [_detail(one, at / shot.face_px) if shot.face_px else 0.0 for one, shot in zip(seen, shots, strict=True)]


def _detail(seen: Seen, factor: float) -> float:
    """Fine detail of the middle face, levels, in the photo made so many times as large."""
    factor = factor if max(factor, 1 / factor) > _AS_WIDE else 1.0
    found, how = [], cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    for face in seen.faces:
        part = face.box.within(seen.photo.pixels).cut(seen.photo.pixels)
        if min(part.shape[:2]) < 8:
            continue
        sized = np.asarray(cv2.resize(part, None, fx=factor, fy=factor, interpolation=how), np.uint8)
        found.append(fine_energy(to_tones(sized), np.ones(sized.shape[:2], np.bool_)))
    return float(np.median(found)) if found else 0.0


def _told_of(tell: Progress, number: int, count: int, _stage: str, part: float) -> None:
    """How far the looking is, which is half of the work."""
    tell("inspect", 0.5 * (number + part) / count)


def _silent(stage: str, part: float) -> None:
    """Tells nobody."""
