"""Whose eyes a face has, and why it has nobody's: values that code asks, and the words that reports have for them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

MATCH: Final = "--match"
"""Option of `open` by which somebody says who is whose."""
ARGUMENT: Final = "match="
"""Argument of `Options.of` for the same."""
Lack: TypeAlias = Literal["stranger", "uncertain", "shut", "hidden", "too_small"]
"""Why a reference gives no eyes: nobody there is surely this person, or it is not certain who is; or that is known, and
the eyes are shut, cannot be seen, or are too small to tell whether they are open."""
LISTED: Final = 2
"""Most references of which each is told why it gives no eyes; of more, only the nearest one is."""


@dataclass(frozen=True, slots=True)
class ReferenceFace:
    """A face of a reference, which has open eyes to give.

    Args:
        photo: what the reference is called in sentences.
        reference: its place among the references, from 1.
        face: from 1, left to right.
    """

    photo: str
    reference: int
    face: int

    def __str__(self) -> str:
        return f"{self.photo}, face {self.face}"


@dataclass(frozen=True, slots=True)
class OtherEye:
    """The open eye beside a single closed one."""

    def __str__(self) -> str:
        return "their other eye"


DonorOrigin: TypeAlias = ReferenceFace | OtherEye
"""Where a donor's open eyes are from: a reference, or the other side of the same face."""


@dataclass(frozen=True, slots=True)
class Painted:
    """Eyes that are made up.

    Args:
        painter: such as "appearance" or "sdxl standard".
        after: whose eyes led the painter.
        why: why those were not laid in themselves, a clause.
    """

    painter: str
    after: DonorOrigin | None = None
    why: str = ""

    def __str__(self) -> str:
        return self.painter if self.after is None else f"{self.painter}, after {self.leader}"

    @property
    def leader(self) -> str:
        """ "shot2.jpg, face 3 (the face is 2.6 times smaller there)"; "" where nobody's eyes led."""
        led = "" if self.after is None else str(self.after)
        return f"{led} ({self.why})" if led and self.why else led


Origin: TypeAlias = Painted | DonorOrigin
"""Where eyes come from; `str` of it is what reports call it."""


_OF_EYES: Final = {
    "shut": "the eyes are not open in {} either",
    "hidden": "the eyes cannot be seen in {}",
    "too_small": "it cannot be told whether the eyes are open in {}: the face is too small",
}
"""Clauses on somebody who is known there."""


@dataclass(frozen=True, slots=True)
class Match:
    """That a face of the photo is one of a reference's.

    Args:
        face: of the photo, from 1, left to right.
        reference_face: the same person's, or whoever comes nearest, in a reference.
        by_name: whether the command line can name the reference.
    """

    face: int
    reference_face: ReferenceFace
    by_name: bool

    def said(self, option: str = MATCH) -> str:
        """The option that says so, as somebody would write it."""
        if self.by_name and option != ARGUMENT:
            return f"{option} {self.face}={self.reference_face.photo}:{self.reference_face.face}"
        named = ARGUMENT if option == ARGUMENT else "match "
        return f"{named}[[{self.face}, {self.reference_face.reference}, {self.reference_face.face}]]"


@dataclass(frozen=True, slots=True)
class NoDonor:
    """Why a face gets no eyes from one reference.

    Args:
        photo: what the reference is called.
        match: who it would be there; for "stranger", None where nobody comes near.
        nearness: log-odds that it is the same person.
    """

    why: Lack
    photo: str
    match: Match | None = None
    nearness: float = -math.inf

    def to_json(self) -> dict[str, Any]:
        """`match` as the option takes it: [face, reference, face of the reference]."""
        if self.match is None:
            return {"why": self.why, "match": None}
        theirs = self.match.reference_face
        return {"why": self.why, "match": [self.match.face, theirs.reference, theirs.face]}

    def said(self, option: str = MATCH) -> str:
        """A clause."""
        who = "" if self.match is None else self.match.said(option)
        if self.why == "stranger":
            likest = f" (if one is, say which: {who})" if who else ""
            return f"nobody in {self.photo} is surely this person{likest}"
        if self.why == "uncertain":
            which = f" (say which with {who})" if who else ""
            return f"it is not certain which face in {self.photo} is this person's{which}"
        return _OF_EYES[self.why].format(self.photo if self.match is None else self.match.reference_face)

    @property
    def unadvised(self) -> NoDonor:
        """The same, without saying what to do about it."""
        return self if self.why in _OF_EYES else replace(self, match=None)


def _nearness(reason: NoDonor) -> tuple[bool, float]:
    return reason.why != "stranger", reason.nearness


@dataclass(frozen=True, slots=True)
class NoDonors:
    """Why a face gets no eyes from any reference: one reason each, in their order."""

    reasons: tuple[NoDonor, ...] = ()

    def said(self, option: str = MATCH) -> str:
        """One sentence of several clauses, with one suggestion at most: that of the reference that comes nearest."""
        best = max(self.reasons, key=_nearness, default=None)
        few = len(self.reasons) <= LISTED
        clauses = [
            one.said(option) if one is best else one.unadvised.said() for one in self.reasons if few or one is best
        ]
        if not few:
            clauses.append(f"the {len(self.reasons) - 1:,} others give none either")
        text = "; ".join(dict.fromkeys(clauses)) or "no reference shows this person"
        return f"{text[:1].upper()}{text[1:]}."
