"""What an open eye tells about the other one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.models.appearance import condition, layout
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.model import AppearanceModel, Components, Prediction
from open_the_eyes.models.appearance.strip import to_mean_shape

BASIS = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 5)))[0].astype(np.float32)
COMPONENTS = Components(np.linspace(-3, 3, 40).astype(np.float32), BASIS, np.ones(5, np.float32))
BEFORE = Prediction(np.array([0.5, -0.5, 0.0, 0.0, 1.0]), np.full(5, 2.0))
TRUTH = np.array([2.0, 1.0, -1.0, 0.5, 0.0])
HALF = np.arange(0, 40, 2)


def seen() -> NDArray[np.float64]:
    return np.asarray(COMPONENTS.rebuilt(TRUTH)[HALF], np.float64)


def test_rows_seen_without_noise_say_all() -> None:
    after = condition.posterior(COMPONENTS, HALF, seen(), BEFORE, 1e-4)
    assert after.mean == pytest.approx(TRUTH, abs=1e-2)
    assert after.sigma.max() < 1e-2


@pytest.mark.parametrize("rows", [np.arange(0), HALF], ids=["nothing seen", "seen through a fog"])
def test_without_evidence_the_prediction_stays(rows: NDArray[np.intp]) -> None:
    after = condition.posterior(COMPONENTS, rows, COMPONENTS.rebuilt(TRUTH)[rows], BEFORE, 1e4)
    assert after.mean == pytest.approx(BEFORE.mean, abs=1e-3)
    assert after.sigma == pytest.approx(BEFORE.sigma, abs=1e-3)


def test_evidence_never_makes_less_sure() -> None:
    after = condition.posterior(COMPONENTS, HALF, seen(), BEFORE, 0.5)
    assert (after.sigma <= BEFORE.sigma + 1e-9).all()
    assert np.linalg.norm(after.mean - TRUTH) < np.linalg.norm(BEFORE.mean - TRUTH)


@pytest.fixture(scope="module")
def model() -> AppearanceModel:
    return AppearanceModel.load(MODEL_FILE)


@pytest.mark.parametrize("side", SIDES)
def test_a_narrow_open_eye_makes_its_partner_narrow(model: AppearanceModel, side: Side) -> None:
    other: Side = "right" if side == "left" else "left"
    points = model.mean_points.copy()
    before = model.predict_shape(points, None)

    def partner_gap(openness: float) -> float:
        given = points.copy()
        ring = layout.ring_of(given, side)
        ring[1:8] += (ring[15:8:-1] - ring[1:8]) * (1 - openness)
        after = model.with_shape(points, condition.shape_given_eyes(model, given, (side,), before).mean)
        shape = layout.ring_of(after, other)
        return float(shape[12, 1] - shape[4, 1])

    assert partner_gap(0.7) < 0.93 * partner_gap(1.0)
    assert partner_gap(1.2) > 1.03 * partner_gap(1.0)


@pytest.mark.parametrize("side", SIDES)
def test_a_light_open_eye_makes_its_partner_light(model: AppearanceModel, side: Side) -> None:
    from open_the_eyes.models.appearance.irises import colour as iris

    other: Side = "right" if side == "left" else "left"
    flat = np.full((layout.SIZE_WH[1], layout.SIZE_WH[0], 3), 130, np.float32)
    skin = model.skin_of(flat)
    relative = model.relative(to_mean_shape(flat, _identity(), model.mean_points, model.mean_points), skin)
    before = model.predict_texture(model.texture_features(relative, model.mean_points, skin, None))
    predicted = model.with_texture(relative, before.mean)

    def partner(ratio: tuple[float, float, float]) -> float:
        given = iris.coloured(model, predicted, np.array(ratio))
        after = condition.texture_given_eye(model, given, side, before)
        painted = model.with_texture(relative, after.mean)
        return float(iris.colour_ratio(model, painted, (other,)).sum())

    assert partner(iris.NAMED["blue"]) > 1.15 * partner(iris.NAMED["brown"])


def _identity() -> NDArray[np.float64]:
    landmarks = np.zeros((478, 3))
    landmarks[33, :2], landmarks[263, :2] = layout.CORNERS_AT["left"], layout.CORNERS_AT["right"]
    return landmarks
