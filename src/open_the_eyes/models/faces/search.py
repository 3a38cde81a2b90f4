"""Where faces are looked for in a photo, in which order, and which sightings are new faces.

Looking goes from coarse to fine: the whole photo, upright and in quarter turns; then, only if small faces can be there
(`tiles.worth_looking`), overlapping windows. A sighting is a face only if the mesh on its own upright crop agrees, and
the finder sees it again there. A photo whose faces say that it is on its side or head down is looked through as they
say: with faces upright the networks miss fewer and misread hardly any.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...imaging.arrays import Points
from ...imaging.face.mesh478 import FACE_OVAL
from ...imaging.face.pose import roll_of, turned_from
from ...imaging.geometry import Box
from ...imaging.pyramid import Pyramid
from ...progress import Tick, still
from . import tiles
from .cut_faces import the_right_way_up
from .finder import HEAD_DOWN_DEG, FaceFinder, Sighting, tilt_of, turned
from .whole_views import FILLING_SHARE, FIRST, SHARES, SIDES_UP, UPRIGHT_DEG, WholeViews

TIGHT_SHARES: Final = (0.35, 0.25)
"""Shares of its window that the photo fills in further looks while nothing is found: a face cut off at brow and
chin."""

TURNED_ZOOM: Final = 3
"""Finest zoom whose tiles are looked at from all four sides while no face is found; finer, that would take seconds."""

SURE_SCORE: Final = 0.6
"""Score below which sightings wait until every window has been looked at: most are the same faces, less well placed."""

COUNTED_SHARE: Final = 0.5
"""Share of `Settings.min_face_px` below which faces are not even counted: at 20 pixels, bags have faces too."""

AS_SURE: Final = 0.15
"""How much less sure another sighting of a face, head down or lying, may be for it to be looked at, too: such a face is
at times seen upright."""

INSIDE_SHARE: Final = 0.5
"""Share outside the photo above which a face is none: nothing but the repeated rim was seen there."""

SAME_FACE_OVERLAP: Final = 0.3
"""Overlap (intersection over union) above which two boxes are one face."""
SAME_FACE_DISTANCE: Final = 0.3
"""Distance of their centres, as a share of the larger one's side, below which two boxes are one face: the finder's
boxes of one face differ in size more than in place."""

FEW: Final = 0.25
"""Least votes for a photo that is head down, as a share of those for upright: most of its faces are missed, and of
those found most may be misread as upright."""

PLAINLY: Final = 1.15
"""How many times as much has to speak for the photo turned as for the photo as it is."""


@dataclass(frozen=True, slots=True)
class Found:
    """A face: its landmarks (478, 3), photo pixels, and how sure the finder was, 0..1."""

    landmarks: Points
    score: float

    @property
    def box(self) -> Box:
        return Box.around(self.landmarks[FACE_OVAL])


def found_in(photo: Pyramid, finder: FaceFinder, min_face_px: float, tick: Tick = still) -> list[Found]:
    """Every face of a photo once, in no order; none narrower than half of `min_face_px`.

    Each window that is looked at is a step, and each sighting that is tried.
    """
    seen = [(one, the_right_way_up(photo, finder, one.landmarks)) for one in _sought(photo, finder, min_face_px, tick)]
    found = [one for one, landmarks in seen if landmarks is one.landmarks]
    for one, landmarks in seen:
        if landmarks is not None and landmarks is not one.landmarks:
            face = replace(one, landmarks=landmarks)
            known = any(same_face(face.box, other.box) for other in found)
            if counts(face.box, photo.size_wh, min_face_px) and not known:
                found.append(face)
    return found


def _sought(photo: Pyramid, finder: FaceFinder, min_face_px: float, tick: Tick) -> list[Found]:
    """The same, but an upright face may come out head down."""
    search = FaceSearch(photo, finder, min_face_px, tick)
    tight = search.views.tight
    turns = search.views.turns_to_upright() if tight else None
    found = search.faces(agreed=turns == 0)
    turns = turns or turns_to_try(found)
    if turns == 0:
        return found
    upright = FaceSearch(photo.turned(turns), finder, min_face_px, tick).faces(agreed=tight)
    if evidence(upright, tight=tight) < PLAINLY * evidence(found, tight=tight):
        return found
    back = [replace(one, landmarks=turned_back(one.landmarks, turns, photo.size_wh)) for one in upright]
    # a small face is looked for upright only: who stands where most lie would be missed
    return back + [one for one in found if not any(one.box.intersection_over_union(other.box) > 0 for other in back)]


class FaceSearch:
    """One photo, looked through once."""

    def __init__(self, photo: Pyramid, finder: FaceFinder, min_face_px: float, tick: Tick = still) -> None:
        self._photo = photo
        self._finder = finder
        self._min_face_px = min_face_px
        self._tick = tick
        self._overview = tiles.Overview(photo)
        self._found: list[Found] = []
        self._doubtful: list[Sighting] = []
        self.views = WholeViews(finder, self._overview, tick)

    def faces(self, *, agreed: bool = False) -> list[Found]:
        """Every face. `agreed`: its sightings have been asked, and the photo is upright."""
        if agreed:
            self._add_the_only_one()
        self._sort(self.views.look(FIRST))
        if not self._found:
            self._sort(self.views.look((FILLING_SHARE, turns) for turns in SIDES_UP[1:]))
        for share in TIGHT_SHARES:
            if not self._found:
                self._sort(self.views.look((share, turns) for turns in SIDES_UP))
        for zoom in tiles.ZOOMS:
            sizes = [max(one.box.width, one.box.height) for one in self._found]
            if not tiles.worth_looking(zoom, sizes, self._min_face_px, max(self._photo.size_wh)):
                break
            turns = SIDES_UP if not self._found and zoom <= TURNED_ZOOM else SIDES_UP[:1]
            self._sort(self._finder.sightings(turned(self._overview.tiles(zoom), turns), self._tick))
        self._add(sorted(self._doubtful, key=lambda one: -one.score))
        return self._found

    def _add_the_only_one(self) -> None:
        """Adds the face where all sightings are of one, which then is the right way up as the photo is."""
        seen = self.views.look((share, turns) for share in SHARES for turns in SIDES_UP)
        if all(same_face(one.box, seen[0].box) for one in seen):
            for views in (FIRST, [(share, 0) for share in SHARES]):
                if not self._found:
                    upright = [one for one in self.views.look(views) if tilt_of(one.place) < UPRIGHT_DEG]
                    self._add(upright, may_lie=False)

    def _sort(self, sightings: Sequence[Sighting]) -> None:
        self._add([one for one in sightings if one.score >= SURE_SCORE])
        self._doubtful.extend(one for one in sightings if one.score < SURE_SCORE)

    def _add(self, sightings: Sequence[Sighting], *, may_lie: bool = True) -> None:
        """Tries sightings, surest first, and appends the faces that are new."""
        for sighting in sightings:
            speck = sighting.box.width < 0.7 * COUNTED_SHARE * self._min_face_px
            known = any(same_face(sighting.box, one.box) for one in self._found)
            if speck or known or (self._found and _head_down(sighting)):
                continue
            self._tick()
            ways = ways_up(sighting, sightings) if may_lie else 1
            landmarks = self._finder.landmarks(self._photo, sighting, ways)
            if landmarks is None:
                continue
            face = Found(landmarks, sighting.score)
            new = not any(same_face(face.box, one.box) for one in self._found)
            if new and counts(face.box, self._photo.size_wh, self._min_face_px):
                self._found.append(face)


def counts(box: Box, size_wh: tuple[int, int], min_face_px: float) -> bool:
    """Whether a face is large enough, and far enough inside the photo, to be spoken of."""
    return box.width >= COUNTED_SHARE * min_face_px and box.clipped(size_wh).area >= INSIDE_SHARE * box.area


def evidence(faces: Iterable[Found], *, tight: bool) -> float:
    """How much speaks for a photo being the right way up: the squared scores of its upright faces, of which a tight
    crop has one."""
    upright = [one.score**2 for one in faces if turned_from(roll_of(one.landmarks), 0) < UPRIGHT_DEG]
    return max(upright, default=0.0) if tight else sum(upright)


def turns_to_try(faces: Iterable[Found]) -> int:
    """How many quarter turns counter-clockwise bring the faces upright that are not; 0 where there are none, or few."""
    votes = [0.0 for _ in SIDES_UP]
    for one in faces:
        votes[round(roll_of(one.landmarks) / 90) % 4] += one.score**2
    turns = max(SIDES_UP[1:], key=lambda turns: votes[turns])
    return turns if votes[turns] > FEW * votes[0] else 0


def turned_back(landmarks: Points, quarter_turns: int, size_wh: tuple[int, int]) -> Points:
    """(N, 3) in a photo turned counter-clockwise -> the same in the photo of `size_wh` as it is."""
    widths = [size_wh[turn % 2] for turn in range(quarter_turns)]
    x, y = landmarks[:, 0], landmarks[:, 1]
    for width in reversed(widths):
        x, y = width - 1 - y, x
    return np.column_stack([x, y, landmarks[:, 2]])


def _head_down(sighting: Sighting) -> bool:
    """An upright face often leaves a second, faint sighting of its forehead or chest, head down; once a face is known,
    only a clear one is worth the long look from all sides."""
    return tilt_of(sighting.place) > HEAD_DOWN_DEG and sighting.score < SURE_SCORE


def ways_up(sighting: Sighting, others: Iterable[Sighting]) -> int:
    """In how many ways a face may be upright: 2 where another sighting, about as sure, shows it head down, 4 where
    one shows it lying, else 1."""
    ways = 1
    for other in others:
        between = turned_from(other.place.roll_deg, sighting.place.roll_deg)
        if between > UPRIGHT_DEG and other.score > sighting.score - AS_SURE and same_face(other.box, sighting.box):
            ways = max(ways, 2 if between > HEAD_DOWN_DEG else 4)
    return ways


def same_face(a: Box, b: Box) -> bool:
    """Whether two boxes are of one face."""
    (ax, ay), (bx, by) = a.centre_xy, b.centre_xy
    larger = max(a.width, a.height, b.width, b.height)
    near = math.hypot(ax - bx, ay - by) < SAME_FACE_DISTANCE * larger
    return near or a.intersection_over_union(b) > SAME_FACE_OVERLAP
