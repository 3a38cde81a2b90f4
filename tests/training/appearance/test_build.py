"""From portraits to an appearance model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import to_levels
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from training.appearance import build
from training.appearance.blinks import blink_of
from training.faces import Portrait
from training.painters import Bare

W, H = layout.SIZE_WH


@pytest.fixture(scope="module")
def dozen(astronaut: Portrait) -> list[Portrait]:
    """The portrait twelve times, each in other light and with landmarks a little elsewhere."""
    rng = np.random.default_rng(0)
    return [
        Portrait(
            Path(f"{k}.png"),
            to_levels(astronaut.pixels * np.exp(rng.normal(0, 0.1, 3))),
            astronaut.landmarks + rng.normal(0, 0.3, astronaut.landmarks.shape),
        )
        for k in range(12)
    ]


@pytest.fixture(scope="module")
def points(dozen: list[Portrait]) -> NDArray[np.float64]:
    return np.array([build.strip_of(portrait).points for portrait in dozen])


@pytest.fixture(scope="module")
def built(dozen: list[Portrait]) -> tuple[AppearanceModel, build.Figures]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TEXTURE", "AROUND"):
            patch.setattr(build, name, 2 * len(dozen))
        return build.build(dozen, workers=1)


def test_partners_are_each_others_partners(points: NDArray[np.float64]) -> None:
    partner = build.partners(points)
    assert np.array_equal(partner[partner], np.arange(len(layout.MESH)))
    left, right = (set(np.nonzero(layout.hidden_of(points.mean(axis=0), side))[0]) for side in SIDES)
    assert {int(partner[k]) for k in left} == right
    assert partner[np.arange(16)].tolist() == list(range(16, 32))


def test_a_mirror_in_a_mirror_shows_the_face_again(dozen: list[Portrait], points: NDArray[np.float64]) -> None:
    strip, partner = build.strip_of(dozen[0]), build.partners(points)
    once = build.mirrored(strip, partner)
    twice = build.mirrored(once, partner)
    assert not np.array_equal(once.pixels, strip.pixels)
    assert np.array_equal(twice.pixels, strip.pixels)
    assert twice.points == pytest.approx(strip.points)


def test_a_face_in_the_mean_shape_stays_as_it_is(dozen: list[Portrait]) -> None:
    strip = build.strip_of(dozen[0])
    assert strip.pixels.shape == (H, W, 3)
    same = build.in_mean_shape(strip, strip.points)
    assert np.abs(same.astype(int) - strip.pixels).max() <= 2


def rows_of(count: int, wide: int, inner: int) -> NDArray[np.float32]:
    """Rows that have `inner` directions, the first the strongest, about a mean of 5."""
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.normal(size=(wide, inner)))[0]
    scores = rng.normal(size=(count, inner)) * 3.0 ** -np.arange(inner)
    return np.asarray(scores @ directions.T + 5, np.float32)


def test_components_are_the_same_every_time() -> None:
    rows = rows_of(60, 200, 12)
    once, again = build.components(rows, 8), build.components(rows.copy(), 8)
    for name in ("mean", "basis", "sigma"):
        assert np.array_equal(getattr(once, name), getattr(again, name))


def test_components_rebuild_what_they_were_made_of() -> None:
    rows = rows_of(60, 200, 4)
    found = build.components(rows, 4)
    assert found.basis.shape == (200, 4)
    assert found.basis.T @ found.basis == pytest.approx(np.eye(4), abs=1e-4)
    scores = np.array([found.scores(row) for row in rows])
    assert scores.std(axis=0) == pytest.approx(found.sigma, rel=1e-3)
    assert (np.diff(found.sigma) < 0).all()
    assert np.array([found.rebuilt(z) for z in scores]) == pytest.approx(rows, abs=0.01)


def test_ridge_finds_a_linear_map_and_its_bias() -> None:
    rng = np.random.default_rng(0)
    planted, bias = rng.normal(size=(5, 3)), np.array([3.0, 0.0, -2.0])
    features = rng.normal(size=(200_000, 5))
    found = build.ridge(features, features @ planted + bias, np.ones(len(features)))
    assert found == pytest.approx(np.vstack([planted, bias]), abs=3e-3)


def test_rows_of_no_weight_have_no_say_and_heavy_ones_more() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(400, 2))
    targets = features @ np.array([[1.0], [2.0]])
    lies = np.where(np.arange(400) < 200, 0.0, 1.0)[:, None] * 100
    silent = build.ridge(features, targets + lies, np.where(lies[:, 0] > 0, 0.0, 1.0))
    assert silent == pytest.approx(build.ridge(features[:200], targets[:200], np.ones(200)))
    twice = build.ridge(np.vstack([features, features]), np.vstack([targets, targets]), np.ones(800))
    assert build.ridge(features, targets, np.full(400, 2.0)) == pytest.approx(twice)


def test_a_painted_blink_knows_where_the_open_eyes_were(astronaut: Portrait) -> None:
    blink = blink_of(astronaut)
    assert blink is not None
    assert not np.array_equal(blink.shut.pixels, astronaut.pixels)
    shut = layout.points_on_strip(blink.shut.landmarks)
    for side in SIDES:
        gaps = [float(np.ptp(layout.ring_of(points, side)[:, 1])) for points in (shut, blink.points)]
        assert gaps[1] > 1.5 * gaps[0]
    opened = transformed(astronaut.landmarks, layout.to_strip(blink.shut.landmarks))[layout.MESH]
    assert blink.points[layout.HIDDEN_AT] == pytest.approx(opened[layout.HIDDEN_AT])
    seen = np.setdiff1d(layout.SEEN_AT, layout.HIDDEN_AT)
    assert blink.points[seen] == pytest.approx(shut[seen])


def test_a_portrait_without_a_face_has_no_blink(astronaut: Portrait) -> None:
    assert blink_of(replace(astronaut, pixels=np.zeros_like(astronaut.pixels))) is None


def test_figures_tell_what_was_explained(built: tuple[AppearanceModel, build.Figures]) -> None:
    _, figures = built
    assert figures.faces == 12
    assert 0 < figures.texture_explained < 1
    assert 0 < figures.shape_explained < 1


@pytest.mark.parametrize("count", [0, 7])
def test_too_few_faces_make_no_model(count: int, dozen: list[Portrait]) -> None:
    with pytest.raises(SystemExit, match=f"at least 8, found {count}"):
        build.build(dozen[:count], workers=1)


def test_the_mean_face_is_symmetric(built: tuple[AppearanceModel, build.Figures]) -> None:
    model, _ = built
    assert (model.mean_points * [-1, 1] + [W, 0])[model.partner] == pytest.approx(model.mean_points)


def test_a_model_of_a_dozen_opens_eyes(
    built: tuple[AppearanceModel, build.Figures], closed_crop: Crop, tmp_path: Path
) -> None:
    built[0].save(tmp_path / "model.npz")
    generator = Bare(tmp_path / "model.npz")
    (patch,) = generator.generate([Request(closed_crop, 0)], GenerateOptions())
    assert np.isfinite(patch.pixels).all()
    assert np.abs(patch.pixels - closed_crop.pixels)[patch.mask > 0.9].mean() > 5
