"""Which side of a photo is up, told by made-up sightings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np
import pytest

from open_the_eyes.imaging.face.face_crop import Place
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.faces.finder import FaceFinder, Sighting
from open_the_eyes.models.faces.tiles import Overview, Window
from open_the_eyes.models.faces.whole_views import FIRST, View, WholeViews
from open_the_eyes.progress import Tick

PHOTO_PX = 200


class Finder:
    """Sees, in each view, faces of these scores upright in it, each as wide as `face_px` of the photo."""

    def __init__(self, scores: dict[View, list[float]], face_px: float = 150.0) -> None:
        self.scores = scores
        self.face_px = face_px
        self.looked = 0

    def sighted(self, windows: Iterable[Window], tick: Tick) -> list[list[Sighting]]:  # noqa: ARG002 -- the finder has it
        seen = list(windows)
        self.looked += len(seen)
        return [[self._sighting(window, score) for score in self._scores(window)] for window in seen]

    def _scores(self, window: Window) -> list[float]:
        return self.scores.get((round(PHOTO_PX / window.side, 2), window.quarter_turns), [])

    def _sighting(self, window: Window, score: float) -> Sighting:
        return Sighting(Place(100.0, 100.0, 1.5 * self.face_px, 90.0 * window.quarter_turns), score)


def views(finder: Finder) -> WholeViews:
    photo = Pyramid(np.zeros((PHOTO_PX, PHOTO_PX, 3), np.uint8))
    return WholeViews(cast(FaceFinder, finder), Overview(photo))


def test_all_sightings_together_say_which_side_is_up() -> None:
    """The single surest one shows the face head down."""
    there = views(Finder({(1.0, 2): [0.8], (0.5, 0): [0.7], (0.35, 0): [0.7]}))
    assert there.turns_to_upright() == 0


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_is_turned_where_more_speaks_for_it(turns: int) -> None:
    assert views(Finder({(1.0, 0): [0.6], (0.5, turns): [0.7], (0.35, turns): [0.5]})).turns_to_upright() == turns


@pytest.mark.parametrize("scores", [{}, {(0.5, 0): [0.7], (0.5, 2): [0.72]}], ids=["nothing seen", "nearly even"])
def test_a_photo_stays_as_it_is_unless_clearly_more_speaks_for_a_turn(scores: dict[View, list[float]]) -> None:
    assert views(Finder(scores)).turns_to_upright() == 0


@pytest.mark.parametrize(("face_px", "tight"), [(150.0, True), (60.0, False)])
def test_a_face_that_fills_the_photo_makes_it_tight(face_px: float, tight: bool) -> None:
    assert views(Finder({(1.0, 0): [0.9]}, face_px)).tight is tight


def test_a_photo_in_which_nothing_is_seen_may_be_tight() -> None:
    assert views(Finder({})).tight


def test_a_view_is_looked_at_once() -> None:
    finder = Finder({(1.0, 0): [0.9, 0.5], (1.0, 1): [0.7]})
    there = views(finder)
    assert [one.score for one in there.look(FIRST)] == [0.9, 0.7, 0.5]
    assert there.look([(1.0, 1)])[0].score == 0.7
    assert finder.looked == len(FIRST)
