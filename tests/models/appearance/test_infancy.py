"""Infants' eyes: larger irises between lids further apart, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.face_view import face_view
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import RING_LOWER, RING_UPPER, SIDES, Side
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.infancy import (
    IRISES,
    LIDS,
    LOG_ODDS,
    Infancy,
    lids_apart,
    proportions,
    with_larger_irises,
)
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.steps import PaintedPieces, Step, StepContext
from open_the_eyes.models.appearance.traits import FaceTraits
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Face, Request
from open_the_eyes.stages.crop import crop
from training.painters import Bare


@pytest.fixture(scope="module")
def points() -> Points:
    return np.asarray(AppearanceModel.load(MODEL_FILE).mean_points, np.float64)


@pytest.fixture(scope="module")
def winking_crop(blinked: Rgb, blinked_face: Face) -> Crop:
    """Only the left eye is to be opened; the other one counts as open."""
    return crop(blinked, blinked_face, ("left",))


def radii(points: Points) -> list[float]:
    irises = [layout.iris_of(points, side) for side in SIDES]
    return [float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean()) for iris in irises]


def with_weights(tmp_path: Path, bias: float) -> Infancy:
    """What says the same of every face."""
    file = tmp_path / "infancy.npz"
    weights = np.zeros(768 + 18 + 1, np.float32)
    weights[-1] = bias
    np.savez(file, weights=weights)
    return Infancy(file)


def test_an_astronaut_is_no_infant(portrait: Rgb, portrait_face: Face) -> None:
    marks = portrait_face.landmarks
    assert Infancy().share(FaceTraits().of(face_view(portrait, marks)), marks) == 0


def test_a_face_that_was_not_looked_at_is_no_infant(portrait_face: Face, tmp_path: Path) -> None:
    assert with_weights(tmp_path, 9.0).share(None, portrait_face.landmarks) == 0


@pytest.mark.parametrize(("log_odds", "share"), [(LOG_ODDS[0], 0), (sum(LOG_ODDS) / 2, 0.5), (LOG_ODDS[1], 1)])
def test_a_face_is_an_infant_as_far_as_that_is_likely(
    log_odds: float, share: float, portrait_face: Face, tmp_path: Path
) -> None:
    told = with_weights(tmp_path, log_odds).share(np.ones(768, np.float32), portrait_face.landmarks)
    assert told == pytest.approx(share, abs=1e-4)


def test_a_file_that_is_damaged_is_told(portrait_face: Face, tmp_path: Path) -> None:
    file = tmp_path / "infancy.npz"
    file.write_bytes(b"no zip file")
    with pytest.raises(WeightsMissing, match=r"infancy\.npz"):
        Infancy(file).share(np.ones(768, np.float32), portrait_face.landmarks)


def test_proportions_are_alike_in_every_size_and_place(portrait_face: Face) -> None:
    marks = portrait_face.landmarks
    np.testing.assert_allclose(proportions(marks * 3 + 40), proportions(marks), rtol=1e-6)


def test_a_longer_chin_is_seen(portrait_face: Face) -> None:
    longer = portrait_face.landmarks[:, :2].copy()
    longer[152] += [0, 50]
    more = proportions(longer) - proportions(portrait_face.landmarks)
    assert np.flatnonzero(np.abs(more) > 1e-6).tolist() == [7]
    assert more[7] > 0


def test_irises_grow_around_their_centres(points: Points) -> None:
    grown = with_larger_irises(points, 1.0)
    np.testing.assert_allclose(radii(grown), IRISES * np.array(radii(points)))
    for side in SIDES:
        np.testing.assert_array_equal(layout.iris_of(grown, side)[0], layout.iris_of(points, side)[0])


def test_an_adults_eyes_stay(points: Points) -> None:
    np.testing.assert_array_equal(with_larger_irises(points, 0.0), points)
    assert lids_apart(0.0) == 1


def test_the_points_that_came_stay_as_they_were(points: Points) -> None:
    before = points.copy()
    with_larger_irises(points, 1.0)
    np.testing.assert_array_equal(points, before)


def test_lids_open_as_far_as_a_face_is_an_infants() -> None:
    assert lids_apart(1.0) == LIDS
    assert 1 < lids_apart(0.5) < LIDS


@pytest.fixture
def painted_shapes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Crop, float], dict[Side, EyeShape]]:
    """The eyes that a face gets which is so far an infant's."""

    class Seen(Bare):
        @property
        def steps(self) -> tuple[Step, ...]:
            def look(painted: PaintedPieces, _: StepContext) -> PaintedPieces:
                for eyes in painted:
                    seen.update(eyes.shapes)
                return painted

            return (look,)

    seen: dict[Side, EyeShape] = {}

    def shapes(crop: Crop, share: float) -> dict[Side, EyeShape]:
        monkeypatch.setattr(Infancy, "share", lambda *_: share)
        Seen().generate([Request(crop, 1)], GenerateOptions())
        return dict(seen)

    return shapes


def test_an_infant_gets_larger_irises_between_wider_lids(
    closed_crop: Crop, painted_shapes: Callable[[Crop, float], dict[Side, EyeShape]]
) -> None:
    usual, infants = painted_shapes(closed_crop, 0.0), painted_shapes(closed_crop, 1.0)
    for side in SIDES:
        larger = infants[side].iris_radius / usual[side].iris_radius
        assert larger == pytest.approx(IRISES, rel=0.03)
        assert lid_gap(infants[side]) > 1.1 * lid_gap(usual[side])


def test_beside_an_open_eye_nobody_is_asked_for_their_age(
    winking_crop: Crop, painted_shapes: Callable[[Crop, float], dict[Side, EyeShape]]
) -> None:
    usual, infants = painted_shapes(winking_crop, 0.0), painted_shapes(winking_crop, 1.0)
    assert infants["left"].iris_radius == usual["left"].iris_radius
    assert lid_gap(infants["left"]) == lid_gap(usual["left"])


def lid_gap(eye: EyeShape) -> float:
    return float(eye.ring[RING_LOWER, 1].mean() - eye.ring[RING_UPPER, 1].mean())
