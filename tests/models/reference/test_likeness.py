"""One person is told from another, with eyes open or shut."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models.reference.likeness import Likeness
from open_the_eyes.roles import Face
from open_the_eyes.stages.match import MARGIN
from open_the_eyes.system.installed import RESTORE
from tests.references import another_shot, somebody_else


@pytest.fixture(scope="module")
def likeness() -> Likeness:
    return Likeness()


def evidence(likeness: Likeness, engine: Engine, one: Rgb, face: Face, other: Rgb) -> float:
    (there,) = engine.detector.detect(other)
    return likeness.evidence(likeness.describe(one, face), likeness.describe(other, there))


@pytest.mark.parametrize(
    "change",
    [{}, {"scale": 1.6, "turn_deg": 5, "light": 0.8}, {"scale": 0.8, "turn_deg": -8, "light": 1.1}],
    ids=["the same moment", "nearer and darker", "further and tilted"],
)
def test_a_blink_is_the_same_person_as_another_shot_with_open_eyes(
    likeness: Likeness, engine: Engine, blinked: Rgb, blinked_face: Face, portrait: Rgb, change: dict[str, float]
) -> None:
    assert evidence(likeness, engine, blinked, blinked_face, another_shot(portrait, **change)) > 0


def test_a_small_dim_and_tilted_shot_is_no_narrow_case(
    likeness: Likeness, engine: Engine, blinked: Rgb, blinked_face: Face, portrait: Rgb
) -> None:
    dim = another_shot(portrait, scale=0.65, turn_deg=9, light=0.65)
    assert evidence(likeness, engine, blinked, blinked_face, dim) > MARGIN


def test_points_of_the_mesh_that_lie_otherwise_are_no_evidence(
    likeness: Likeness, portrait: Rgb, portrait_face: Face
) -> None:
    row, moved = likeness.describe(portrait, portrait_face), portrait_face.landmarks.copy()
    moved[[6, 197, 195, 5, 4, 129, 358, 234, 454], :2] += 0.1 * portrait_face.box.width
    other = likeness.describe(portrait, replace(portrait_face, landmarks=moved))
    assert likeness.evidence(row, other) > likeness.evidence(row, row) - 0.5


def test_somebody_else_is_not(
    likeness: Likeness, engine: Engine, blinked: Rgb, blinked_face: Face, portrait: Rgb, portrait_face: Face
) -> None:
    stranger = somebody_else(portrait, portrait_face.landmarks)
    assert evidence(likeness, engine, blinked, blinked_face, stranger) < -2


def test_it_does_not_matter_who_is_asked_first(
    likeness: Likeness, blinked: Rgb, blinked_face: Face, portrait: Rgb, portrait_face: Face
) -> None:
    one, other = likeness.describe(blinked, blinked_face), likeness.describe(portrait, portrait_face)
    assert likeness.evidence(one, other) == pytest.approx(likeness.evidence(other, one), abs=1e-5)


def test_colours_that_cannot_be_seen_are_no_evidence(likeness: Likeness, portrait: Rgb, portrait_face: Face) -> None:
    row = likeness.describe(portrait, portrait_face)
    unseen = row.copy()
    unseen[-3:] = np.nan
    assert likeness.evidence(row, unseen) == likeness.evidence(row, row)


def test_a_missing_file_is_named_with_its_remedy(tmp_path: Path, portrait: Rgb, portrait_face: Face) -> None:
    with pytest.raises(WeightsMissing, match=rf"likeness\.npz: expected in the package.*{re.escape(RESTORE)}"):
        Likeness(tmp_path / "likeness.npz").describe(portrait, portrait_face)
