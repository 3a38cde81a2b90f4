"""The statistical model, as shipped and as arithmetic."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points, Tones
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.exemplars import Exemplars
from open_the_eyes.models.appearance.generator import EXEMPLARS_FILE, MODEL_FILE
from open_the_eyes.models.appearance.model import AppearanceModel, Components, Prediction, squashed
from open_the_eyes.models.appearance.strip import to_mean_shape
from open_the_eyes.roles import Crop

W, H = layout.SIZE_WH


@pytest.fixture(scope="module")
def model() -> AppearanceModel:
    return AppearanceModel.load(MODEL_FILE)


@pytest.fixture(scope="module")
def points(closed_crop: Crop) -> Points:
    return layout.points_on_strip(closed_crop.landmarks)


@pytest.fixture(scope="module")
def relative(model: AppearanceModel, closed_crop: Crop, points: Points) -> Tones:
    strip = to_mean_shape(closed_crop.pixels, closed_crop.landmarks, points, model.mean_points)
    return model.relative(strip, model.skin_of(strip))


SKIN = np.array([190, 150, 130], np.float32)
TRAITS = np.random.default_rng(0).normal(0.5, 0.2, 768).astype(np.float32)


def components() -> Components:
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(30, 4)))[0].astype(np.float32)
    return Components(np.arange(30, dtype=np.float32), basis, np.ones(4, np.float32))


def test_scores_and_rebuilding_are_each_others_way_back() -> None:
    z = np.array([1.0, -2.0, 0.0, 3.0])
    assert components().scores(components().rebuilt(z)) == pytest.approx(z, abs=1e-4)
    assert components().rebuilt(np.zeros(4)) == pytest.approx(components().mean)


def test_without_variety_a_draw_is_the_mean() -> None:
    prediction = Prediction(np.array([1.0, 2.0]), np.array([9.0, 9.0]))
    assert prediction.sample(0, np.random.default_rng(0)) == pytest.approx(prediction.mean)


def test_draws_spread_with_variety_and_never_stray_past_two_deviations() -> None:
    prediction = Prediction(np.full(4000, 5.0), np.full(4000, 3.0))
    wide, narrow = (prediction.sample(v, np.random.default_rng(1)) - 5 for v in (1.0, 0.5))
    assert np.abs(wide).max() <= 6
    assert wide.std() == pytest.approx(3, rel=0.1)
    assert narrow == pytest.approx(wide / 2)


def test_squashing_leaves_usual_scores_and_tames_wild_ones() -> None:
    assert squashed(np.array([0.0, 0.3, -0.3])) == pytest.approx([0, 0.3, -0.3], abs=0.01)
    assert np.abs(squashed(np.array([-1e6, 50.0]))).max() < 2
    assert (np.diff(squashed(np.linspace(-9, 9, 99, dtype=np.float64))) > 0).all()


def test_the_shipped_file_is_small_and_holds_no_pickle() -> None:
    assert MODEL_FILE.stat().st_size < 25 * 2**20
    with np.load(MODEL_FILE, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def test_no_start_unpacks_a_shipped_file_nor_one_that_is_saved(model: AppearanceModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model.npz")
    Exemplars.load(EXEMPLARS_FILE).save(tmp_path / "exemplars.npz")
    for path in (MODEL_FILE, EXEMPLARS_FILE, *tmp_path.iterdir()):
        with ZipFile(path) as file:
            assert {entry.compress_type for entry in file.infolist()} == {ZIP_STORED}


def test_a_saved_model_has_the_names_of_the_shipped_one(model: AppearanceModel, tmp_path: Path) -> None:
    model.save(tmp_path / "copy.npz")
    with np.load(tmp_path / "copy.npz") as copy, np.load(MODEL_FILE) as shipped:
        assert copy.files == shipped.files


def test_a_saved_model_comes_back(model: AppearanceModel, tmp_path: Path, relative: Tones, points: Points) -> None:
    model.save(tmp_path / "copy.npz")
    again = AppearanceModel.load(tmp_path / "copy.npz")
    assert np.array_equal(again.mean_points, model.mean_points)
    before, after = (m.predict_texture(m.texture_features(relative, points, SKIN, TRAITS)).mean for m in (model, again))
    assert after == pytest.approx(before, rel=1e-3, abs=1e-3)
    z = np.zeros(len(before))
    assert again.with_texture(relative, z) == pytest.approx(model.with_texture(relative, z), abs=1e-3)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    with np.load(MODEL_FILE) as file:
        arrays = {**{name: file[name] for name in file.files}, "format": np.array(99)}
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ValueError, match=r"other\.npz: expected model format 2, got 99"):
        AppearanceModel.load(tmp_path / "other.npz")


def test_the_mean_eyes_are_open_and_alike(model: AppearanceModel) -> None:
    left, right = (layout.ring_of(model.mean_points, side) for side in SIDES)
    for ring in (left, right):
        assert 0.15 < (ring[12, 1] - ring[4, 1]) / np.linalg.norm(ring[0] - ring[8]) < 0.6
    assert np.abs(left * [-1, 1] + [W, 0] - right).max() < 6


def test_what_is_modelled_what_shows_and_what_is_looked_at_are_apart(model: AppearanceModel) -> None:
    assert (model.soft[~model.inside] == 0).all()
    assert model.soft.max() > 0.95
    assert model.unseen[model.inside].all()
    assert not (model.ring & model.unseen).any()


def test_the_skins_colour_is_the_rings(model: AppearanceModel) -> None:
    strip = np.full((H, W, 3), 250, np.float32)
    strip[model.ring] = SKIN
    assert model.skin_of(strip) == pytest.approx(SKIN)
    assert (model.skin_of(np.zeros((H, W, 3), np.float32)) == 1).all()


def test_relative_is_one_on_skin_and_bounded(model: AppearanceModel) -> None:
    assert model.relative(np.broadcast_to(SKIN, (H, W, 3)), SKIN) == pytest.approx(1)
    assert model.relative(np.full((H, W, 3), 255, np.float32), np.ones(3, np.float32)).max() == 3


def test_nothing_that_a_blink_hides_or_moves_is_read(model: AppearanceModel, relative: Tones, points: Points) -> None:
    other, moved = relative.copy(), points.copy()
    other[model.unseen] = 0
    hidden = np.setdiff1d(layout.HIDDEN_AT, layout.SEEN_AT)
    moved[hidden] += 40
    assert np.array_equal(model.predict_shape(moved, TRAITS).mean, model.predict_shape(points, TRAITS).mean)
    before, after = (model.texture_features(*told, SKIN, TRAITS) for told in ((relative, points), (other, moved)))
    assert np.array_equal(before, after)


def test_a_face_that_was_not_looked_at_is_taken_for_what_faces_are_on_the_whole(
    model: AppearanceModel, relative: Tones, points: Points
) -> None:
    usual = np.asarray(model.traits.mean / model.traits_scale, np.float32)
    for before, after in (
        (model.predict_shape(points, None), model.predict_shape(points, usual)),
        *[[model.predict_texture(model.texture_features(relative, points, SKIN, t)) for t in (None, usual)]],
    ):
        assert after.mean == pytest.approx(before.mean, abs=1e-3)


def test_likelihoods_are_a_distribution(model: AppearanceModel, relative: Tones, points: Points) -> None:
    likely = model.iris_likelihoods(model.texture_features(relative, points, SKIN, TRAITS))
    assert likely.shape == (len(model.iris_ratios),)
    assert likely.min() > 0
    assert likely.sum() == pytest.approx(1)


def test_a_shape_is_laid_between_the_corners_that_were_seen(model: AppearanceModel, points: Points) -> None:
    kept = points.copy()
    shaped = model.with_shape(points, model.predict_shape(points, TRAITS).mean)
    seen = np.setdiff1d(np.arange(len(points)), layout.HIDDEN_AT)
    assert np.array_equal(shaped[seen], points[seen])
    for side in SIDES:
        before, after = layout.ring_of(points, side), layout.ring_of(shaped, side)
        assert after[[0, 8]] == pytest.approx(before[[0, 8]])
        assert after[12, 1] - after[4, 1] > 3 * max(before[12, 1] - before[4, 1], 1)
    assert np.array_equal(points, kept)


def test_a_texture_changes_the_modelled_pixels_alone(model: AppearanceModel, relative: Tones, points: Points) -> None:
    kept = relative.copy()
    painted = model.with_texture(
        relative, model.predict_texture(model.texture_features(relative, points, SKIN, TRAITS)).mean
    )
    assert np.array_equal(painted[~model.inside], relative[~model.inside])
    assert not np.array_equal(painted[model.inside], relative[model.inside])
    assert painted.min() >= 0
    assert np.array_equal(relative, kept)
