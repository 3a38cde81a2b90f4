"""The whole photo as the finder sees it, from four sides and at several sizes, and which side is up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...imaging.face.pose import turned_from
from ...progress import Tick, still
from .finder import FaceFinder, Sighting
from .tiles import Overview

View = tuple[float, int]
"""Share of its window that the photo fills, and the quarter turns made counter-clockwise."""

SIDES_UP: Final = range(4)

FILLING_SHARE: Final = 0.5
"""Share of its window to which the photo is shrunk for a face that fills it."""

FIRST: Final = (*((1.0, turns) for turns in SIDES_UP), (FILLING_SHARE, 0))
"""Views that every photo is looked at in."""

SHARES: Final = (1.0, FILLING_SHARE, 0.35)
"""Shares of its window at which all sightings of a face that fills the photo are asked which side is up."""

TIGHT: Final = 0.5
"""Share of the photo's longer side above which a face is easily misread."""

AS_TAKEN: Final = 1.1
"""Factor on votes for the photo as it is: few are on their side, and hardly any head down."""

UPRIGHT_DEG: Final = 45.0


class WholeViews:
    """Looks at each view once, when it is first asked for."""

    def __init__(self, finder: FaceFinder, overview: Overview, tick: Tick = still) -> None:
        self._finder = finder
        self._overview = overview
        self._tick = tick
        self._seen: dict[View, list[Sighting]] = {}

    def look(self, views: Iterable[View]) -> list[Sighting]:
        """Everything that may be a face in any of these views, surest first."""
        wanted = list(views)
        missing = [view for view in wanted if view not in self._seen]
        whole = {share: self._overview.whole(share) for share in {share for share, _ in missing}}
        windows = [whole[share].turned(turns) for share, turns in missing]
        self._seen.update(zip(missing, self._finder.sighted(windows, self._tick), strict=True))
        return sorted((one for view in wanted for one in self._seen[view]), key=lambda one: -one.score)

    @property
    def tight(self) -> bool:
        """Whether a face fills the photo, or none is seen in it as one that is not cut off would be."""
        seen = self.look(FIRST)
        return not seen or any(one.box.width > TIGHT * max(self._overview.photo.size_wh) for one in seen)

    def turns_to_upright(self) -> int:
        """How many quarter turns counter-clockwise bring a tight crop upright, as all sightings together say."""
        self.look((share, turns) for share in SHARES for turns in SIDES_UP)
        votes = [sum(one.score**2 for share in SHARES for one in self._upright(share, turns)) for turns in SIDES_UP]
        return max(SIDES_UP, key=lambda turns: votes[turns] * (AS_TAKEN if turns == 0 else 1))

    def _upright(self, share: float, turns: int) -> list[Sighting]:
        """What was seen the right way up in one view."""
        seen = self._seen[share, turns]
        return [one for one in seen if turned_from(one.place.roll_deg, 90.0 * turns) < UPRIGHT_DEG]
