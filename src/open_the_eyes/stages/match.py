"""Whose eyes are whose: open eyes of the same people in other photos. Where it is not certain, nobody gets any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..imaging.arrays import Rgb
from ..imaging.assignment import Pairing, paired
from ..imaging.face.mesh478 import SIDES, Side
from ..options import MatchOptions
from ..options.face_numbers import no_such_face
from ..origins import Lack, Match, NoDonor, NoDonors, ReferenceFace
from ..roles import Donor, Face, FaceDescriber
from ..seen import Seen
from .choose import Decision, face_states
from .crop import crop_without_view
from .evidence import MAYBE, described, evidence
from .neighbours import vouched

MARGIN, TWIN_MARGIN = 1.0, 3.0
"""Log-odds by which a pair must lead all else its two faces could be paired with; the latter where that, too, would be
taken for one person, as happens with twins, mirrors and pictures on the wall."""
_NOT_NEEDED: Final = "No eyes were taken from the face that it was matched with: open ones stay."
_NONE_GIVEN: Final = "No other photo with a face was given; add one in which the eyes are open."


@dataclass(frozen=True, slots=True)
class Reference:
    """Another photo of the same people.

    Args:
        number: its place among the references, from 1.
        name: what it is called in sentences.
        by_name: whether that is a file's name, by which the command line knows it, too.
    """

    seen: Seen
    number: int
    name: str
    by_name: bool = True

    @classmethod
    def of(cls, seen: Seen, number: int) -> Reference:
        """Called as its file is, or by its number where it has none."""
        file = seen.photo.file
        path = None if file is None else file.path
        return cls(seen, number, f"reference {number}" if path is None else path.name, by_name=path is not None)

    @property
    def pixels(self) -> Rgb:
        return self.seen.pixels

    @property
    def faces(self) -> tuple[Face, ...]:
        """Left to right."""
        return self.seen.faces

    def face(self, number: int) -> ReferenceFace:
        """One of its faces."""
        return ReferenceFace(self.name, self.number, number)


@dataclass(frozen=True, slots=True)
class Matches:
    """What all references came to.

    Args:
        donors: by number of a face to open, those that may give it eyes, in the order of the references.
        reasons: by number of a face to open that has no donor, why.
        notes: by number of a face whose eyes are open, a sentence on what was asked for it.
        unrelated: numbers of the references in which nobody, whoever has open eyes included, is one of the photo's
            people.
    """

    donors: dict[int, tuple[Donor, ...]] = field(default_factory=dict)
    reasons: dict[int, NoDonors] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    unrelated: tuple[int, ...] = ()


def match(
    seen: Seen,
    decisions: Sequence[Decision],
    references: Iterable[Reference],
    describer: FaceDescriber,
    options: MatchOptions,
) -> Matches:
    """Donors for the faces that are to be opened, from all references; `decisions` are on the faces that were seen.

    Where references are made as they are asked for, each one is let go before the next is made.

    Raises:
        UsageError: a reference without a face, or `options.match` names a face that is not there.
    """
    _check_faces(options, len(seen.faces))
    to_open = [d.id for d in decisions if d.to_open]
    search = _DonorSearch(described(seen, describer) if to_open else seen, to_open, describer, options)
    for reference in references:
        search.look_into(reference)
        del reference  # it is let go before the next one is read
    named = {face for face, _, _ in options.match}
    notes = {d.id: _NOT_NEEDED for d in decisions if d.outcome == "already_open" and d.id in named}
    return search.matches(notes)


class _DonorSearch:
    """Donors for the faces to open, gathered from one reference after the other, of which none is kept."""

    def __init__(self, ours: Seen, to_open: Iterable[int], describer: FaceDescriber, options: MatchOptions) -> None:
        self._ours, self._describer, self._options = ours, describer, options
        self._donors: dict[int, list[Donor]] = {face: [] for face in to_open}
        self._reasons: dict[int, list[NoDonor]] = {face: [] for face in self._donors}
        self._unrelated: list[int] = []

    def look_into(self, reference: Reference) -> None:
        asked = asked_pairs(reference, self._options)
        if not self._donors:  # the reference was asked for, and is refused if it shows nobody
            return
        table = evidence(self._ours, reference.seen, self._describer)
        table = vouched(table, _with_asked(paired(table), asked), MARGIN, self._ours.faces, reference.faces)
        pairs = _with_asked(paired(table), asked)
        if all(pair.column is None for pair in pairs):
            self._unrelated.append(reference.number)
        for face in self._donors:
            if _asked_elsewhere(self._options, face, reference.number):
                continue
            found = _donor(face, pairs[face - 1], reference, table, face in asked)
            if isinstance(found, Donor):
                self._donors[face].append(found)
            else:
                self._reasons[face].append(found)

    def matches(self, notes: dict[int, str]) -> Matches:
        """What all references that were looked into came to; `notes` as `Matches` has them."""
        donors = {face: tuple(found) for face, found in self._donors.items() if found}
        reasons = {face: NoDonors(tuple(why)) for face, why in self._reasons.items() if face not in donors}
        return Matches(donors, reasons, notes, tuple(self._unrelated))


def asked_pairs(reference: Reference, options: MatchOptions) -> dict[int, int]:
    """Face number of the photo -> index of the reference's face that `options.match` pairs with it.

    Raises:
        UsageError: the reference shows nobody, or not so many as `options.match` counts on.
    """
    count = len(reference.faces)
    if not count:
        raise UsageError(f"{reference.name}: expected a photo of the same people, found no face in it.")
    asked = {face: theirs for face, number, theirs in options.match if number == reference.number}
    for theirs in asked.values():
        if theirs > count:
            raise no_such_face("match", count, [theirs], reference.name)
    return {face: theirs - 1 for face, theirs in asked.items()}


def _donor(
    number: int, pair: Pairing, reference: Reference, table: NDArray[np.float64], by_request: bool
) -> Donor | NoDonor:
    """The donor for one face from one reference, or why there is none; `table` is the evidence on all faces of both."""
    column = pair.rival if pair.column is None else pair.column
    if column is None:
        return NoDonor("stranger", reference.name)
    reference_face = reference.face(column + 1)
    match_ = Match(number, reference_face, reference.by_name)
    log_odds = float(table[number - 1, column])
    if pair.column is None:
        return NoDonor("stranger", reference.name, match_, log_odds)
    if not by_request and pair.margin < (MARGIN if log_odds - pair.margin < 0 else TWIN_MARGIN):
        return NoDonor("uncertain", reference.name, match_, log_odds)
    face = reference.faces[column]
    sides = open_sides(face)
    if not sides:
        return NoDonor(_lack(face), reference.name, match_, log_odds)
    likeness = 1.0 if by_request else float(1 / (1 + np.exp(-log_odds)))
    seen = crop_without_view(reference.pixels, face, sides)
    return Donor(seen, reference_face, likeness, is_stranger=by_request and log_odds < MAYBE)


def left_alone(decisions: Sequence[Decision], matches: Matches) -> list[Decision]:
    """The decisions of an engine that paints nothing of its own: whoever has no donor is left alone.

    One closed eye beside an open one has that as its donor; an eye that may be only narrow is not worth a mirror image.
    """
    return [
        replace(d, outcome="unsure", to_open=(), reason="" if d.id in matches.reasons else _NONE_GIVEN)
        if d.to_open and d.id not in matches.donors and not _has_own_donor(d)
        else d
        for d in decisions
    ]


def _has_own_donor(decision: Decision) -> bool:
    states = face_states(decision.face)
    seen = not any(eye.covered for eye in decision.face.eyes.values())
    return seen and len(decision.to_open) == 1 and states[decision.to_open[0]] == "closed"


def open_sides(face: Face) -> tuple[Side, ...]:
    """The eyes of a face that another may have."""
    if not face.is_reliable:
        return ()
    states = face_states(face)
    return tuple(side for side in SIDES if states[side] == "open" and not face.eyes[side].covered)


def _lack(face: Face) -> Lack:
    """Why a face without `open_sides` has none."""
    if face.refusal == "too_small":
        return "too_small"
    if face.refusal is not None or all(eye.covered for eye in face.eyes.values()):
        return "hidden"
    return "too_small" if open_sides(replace(face, doubt="")) else "shut"


def _check_faces(options: MatchOptions, faces: int) -> None:
    for face, _, _ in options.match:
        if face > faces:
            raise no_such_face("match", faces, [face])


def _asked_elsewhere(options: MatchOptions, face: int, reference: int) -> bool:
    """Whether this face was given to other references only: a person's word beats a guess."""
    named = {number for named_face, number, _ in options.match if named_face == face}
    return bool(named) and reference not in named


def _with_asked(pairs: list[Pairing], asked: dict[int, int]) -> list[Pairing]:
    """The pairs with those that a person asked for put in, and their faces taken from whoever else had them."""
    if not asked:
        return pairs
    out = []
    for row, pair in enumerate(pairs):
        if row + 1 in asked:
            out.append(Pairing(asked[row + 1], np.inf, None))
        elif pair.column in asked.values():
            out.append(Pairing(None, 0.0, None))
        else:
            out.append(pair)
    return out
