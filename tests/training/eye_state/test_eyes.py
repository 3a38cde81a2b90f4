"""Eyes for the eye-state network and the judge: cut, labelled, spoilt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_crop import eye_crop
from open_the_eyes.roles import Face
from training.eye_state import augment, data
from training.eye_state.judge import SIZE_WH, SPAN, Judge, eyes_beside, features, from_wide
from training.faces import Portrait


@pytest.fixture(scope="module")
def wide(astronaut: Portrait) -> Rgb:
    return data.rows_of(astronaut)[0].crops


@pytest.mark.parametrize(
    ("folder", "label", "source"),
    [("eye_state/closed", 1, "eye_state"), ("eye_state/open", 0, "eye_state"), ("train", 0, "train")],
)
def test_folders_say_what_eyes_are(astronaut: Portrait, folder: str, label: int, source: str) -> None:
    names = [f"{k}.jpg" for k in range(40)]
    rows = [row for name in names for row in data.rows_of(replace(astronaut, path=Path("faces") / folder / name))]
    assert {(row.label, row.source) for row in rows} == {(label, source)}
    assert {row.name for row in rows} == set(names)
    assert {row.fold for row in rows} == (set(range(data.FOLDS)) if source == "eye_state" else {-1})
    assert rows[0].crops.shape == (*augment.WIDE_WH[::-1], 3)


def test_folds_are_of_one_size_and_a_name_is_in_one_wherever_it_lies() -> None:
    folds = [data.fold_of(Path(f"{k}.jpg")) for k in range(2000)]
    assert np.bincount(folds) / 2000 == pytest.approx(np.full(data.FOLDS, 0.2), abs=0.03)
    assert folds[:50] == [data.fold_of(Path("another") / f"{k}.jpg") for k in range(50)]


def test_eyes_are_collected_into_one_file(portrait: Rgb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("eye_state/closed/a", "eye_state/open/b", "train/c", "train/d", "train/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(portrait).save(tmp_path / f"{name}.png")
    data.collect(tmp_path, tmp_path / "out" / "eyes.npz", train_every=2)
    with np.load("out/eyes.npz") as file:
        assert file["name"].tolist() == [f"{k}.png" for k in "aabbccee"]
        assert file["label"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
        assert {-1} < set(file["fold"].tolist()) < set(range(-1, data.FOLDS))
        assert file["crops"].shape == (8, 88, 120, 3)


def test_the_judges_eyes_are_cut_anew_when_a_picture_comes_moves_or_changes_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[Path] = []

    def collect(_: Path, out: Path, every: int) -> None:
        cut.extend(data.pictures(tmp_path, every))
        out.touch()

    def changes() -> bool:
        cut.clear()
        eyes_beside(tmp_path / "judge.npz", tmp_path)
        return bool(cut)

    monkeypatch.setattr("training.eye_state.judge.collect", collect)
    for name in ("eye_state/closed/a.png", "eye_state/closed/b.png", "eye_state/open/c.png", "train/d.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [changes(), changes()] == [True, False]
    (tmp_path / "eye_state/closed/b.png").rename(tmp_path / "eye_state/open/b.png")
    assert [changes(), changes()] == [True, False]
    (tmp_path / "train/d.png").write_text("other pixels")
    assert [changes(), changes()] == [True, False]
    (tmp_path / "eye_state/open/e.png").write_text("one more")
    assert [changes(), changes()] == [True, False]


def test_the_middle_of_a_wide_crop_is_what_the_network_gets(astronaut: Portrait, wide: Rgb) -> None:
    wanted = eye_crop(astronaut.pixels, astronaut.landmarks, "left")
    middle = augment.cut(wide, np.random.default_rng(0), 0.0)
    assert np.abs(middle.astype(float) - wanted).mean() < 4


@pytest.mark.parametrize("seed", range(20))
def test_spoilt_eyes_are_pictures_and_the_given_ones_stay(wide: Rgb, seed: int) -> None:
    kept, other = wide.copy(), wide[:, ::-1]
    for spoil in (augment.glasses, augment.cover):
        once, again = (spoil(wide, other, np.random.default_rng(seed)) for _ in range(2))
        assert once.shape == wide.shape
        assert once.dtype == np.uint8
        assert np.array_equal(once, again)
        assert not np.array_equal(once, wide)
    crop, eye_px = augment.camera(augment.cut(wide, np.random.default_rng(seed), 1.0), np.random.default_rng(seed))
    assert crop.shape == (*augment.NET_WH[::-1], 3)
    assert crop.dtype == np.uint8
    assert 7 <= eye_px <= augment.NET_EYE
    assert np.array_equal(wide, kept)


def test_a_squeezed_eye_keeps_its_middle_and_its_width(wide: Rgb) -> None:
    ramp = np.broadcast_to(np.arange(88, dtype=np.uint8)[:, None, None], (88, 120, 3)).copy()
    rows = augment.narrowed(ramp, 0.5)[:, 60, 0].astype(float)
    assert rows[40:48] == pytest.approx(43.5 + 2 * (np.arange(40, 48) - 43.5), abs=1)
    assert augment.narrowed(wide, 1.0) == pytest.approx(wide)


def test_a_saved_judge_judges_the_same(portrait: Rgb, portrait_face: Face, tmp_path: Path, wide: Rgb) -> None:
    size = features(from_wide(wide, None)).shape
    rng = np.random.default_rng(0)
    judge = Judge(rng.normal(0, 0.1, size).astype(np.float32), np.zeros(size, np.float32), 0.5)
    judge.save(tmp_path / "new" / "judge.npz")
    said = judge.closed_probability(portrait, portrait_face)
    assert Judge.load(tmp_path / "new" / "judge.npz").closed_probability(portrait, portrait_face) == said
    assert all(0 < chance < 1 for chance in said.values())
    crop = eye_crop(portrait, portrait_face.landmarks, "left", SIZE_WH, SPAN)
    assert said["left"] == judge.of_crop(crop)
