"""Where the numbers of faces stand on the photo, and how large they can be before two of them touch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Final, Literal, get_args

from .edit_session import EditSession
from .face_regions import FaceRegion

Low = Literal["low", "chin", "brow"]
"""Where a badge lies: below the face, as usual; or on it, where badges of a row below would meet it there. On the brow
it may hide eyes."""

NO_ROOM: Final = 0.06
"""Least distance of a face's top from the photo's that leaves room for a badge above, as a share of the photo's
height."""

PAD: Final = 0.014
"""Gap that page.css leaves between a face and its badge, 5 pixels, in widths of the photo on a phone."""

DIGIT: Final = 0.7
"""Width of a digit, in heights of its text."""


@dataclass(frozen=True, slots=True)
class BadgeShape:
    """How large a badge is, in heights of its text: page.css has it so.

    Args:
        name: its class; "" for the usual one.
        edges: both ends together.
        marks: what stands beside the number of a face that can be chosen.
        lid: whether a closed eye is among that.
        enough: it is used where its text can be so high, in widths of the photo.
    """

    name: str
    edges: float
    marks: float
    height: float
    lid: bool
    enough: float


BADGES: Final = (
    BadgeShape("", edges=1.0, marks=3.0, height=1.6, lid=True, enough=0.03),
    BadgeShape("", edges=1.0, marks=1.35, height=1.6, lid=False, enough=0.0225),  # 8 pixels on a phone
    BadgeShape("tight", edges=0.3, marks=1.1, height=1.25, lid=False, enough=0.0178),  # 0.4rem on a phone, the least
)


@dataclass(frozen=True, slots=True)
class Badges:
    """How the badges of a photo are drawn.

    Args:
        size: the highest text, in widths of the photo, with which no two of them touch; 1 for a face alone.
        low: where those of faces at the photo's upper edge are.
    """

    shape: BadgeShape
    size: float
    low: Low

    def side(self, face: FaceRegion) -> str:
        """The class of a face: "" where its badge stands above it."""
        return self.low if is_low(face) else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a badge is, in widths of the photo: the middle of its fixed edge, and which way it grows from there.

    Args:
        width: in heights of its text.
    """

    x: float
    y: float
    down: bool
    width: float

    def room(self, other: _Place, height: float) -> float:
        """The text height at which both touch; 1 where they never do."""
        beside = abs(self.x - other.x) * 2 / (self.width + other.width)
        if self.down == other.down:
            return max(beside, abs(self.y - other.y) / height)
        upper, lower = (self, other) if self.down else (other, self)
        between = lower.y - upper.y  # they grow towards each other, or away from each other
        return 1.0 if between <= 0 else max(beside, (between - 2 * PAD) / (2 * height))


def badges(session: EditSession) -> Badges:
    """The first shape for which there is enough room, at the usual places if that can be."""
    sized = [Badges(shape, badge_size(session, shape, low), low) for low, shape in product(get_args(Low), BADGES)]
    return next((one for one in sized if one.size >= one.shape.enough), sized[-1])


def badge_size(session: EditSession, shape: BadgeShape, low: Low = "low") -> float:
    """As `Badges.size`."""
    w, h = session.size_wh
    places = []
    for face in session.faces:
        width = shape.edges + DIGIT * len(str(face.id)) + shape.marks * session.is_choosable(face)
        side = low if is_low(face) else ""
        edge = face.box.bottom if side in ("low", "chin") else face.box.top
        places.append(_Place(face.box.centre_xy[0], edge * h / w, side in ("low", "brow"), width))
    return min((one.room(other, shape.height) for one, other in combinations(places, 2)), default=1.0)


def is_low(face: FaceRegion) -> bool:
    """Whether there is no room above the face, so that its badge is below."""
    return face.box.top < NO_ROOM
