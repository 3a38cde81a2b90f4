"""Detail of photographed eyes over painted ones: from the nearest, as strong as it fits, and never outside the mask."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Tones
from open_the_eyes.imaging.face.eyeball import moved
from open_the_eyes.imaging.face.mesh478 import FACE_OVAL, OUTER_CORNER
from open_the_eyes.models.appearance.exemplars import (
    AMONG,
    FLOOR,
    LARGE,
    LEAST_ON_LARGE,
    OWN_LASHES_FROM,
    Exemplars,
    Framed,
    anchors,
    band_of,
    remapped,
)
from open_the_eyes.models.appearance.generator import EXEMPLARS_FILE
from open_the_eyes.models.appearance.refiner import PaintedEyes
from open_the_eyes.models.appearance.refiner_frame import eye_frame
from tests.models.appearance.arched_eye import an_eye

SIZE_HW = (150, 210)
ROLL = np.eye(2, 3)


def painted(width: float = 64.0, contrast: float = 40.0) -> PaintedEyes:
    """One left eye, level, in a picture of bars as wide as what eyes are compared by."""
    marks = np.zeros((478, 2))
    marks[FACE_OVAL] = 1
    marks[OUTER_CORNER["left"]], marks[OUTER_CORNER["right"]] = (0, 0), (100, 0)
    bars = 128 + contrast * np.sin(np.arange(SIZE_HW[1]) / width * 2 * np.pi * 3)
    pixels = np.repeat(np.broadcast_to(bars, SIZE_HW)[..., None], 3, axis=2)
    mask = np.zeros(SIZE_HW, np.float32)
    mask[30:110, 50:160] = 1
    return PaintedEyes(np.asarray(pixels, np.float32), mask, marks, {"left": an_eye(0.35, width)})


def exemplars(count: int = 1, detail: float = 0.2, missing: float = 0.0) -> Exemplars:
    """All as the painted eye is, the nearest last but one; each number n gives a detail that is 1 / 10 n brighter."""
    eye = framed(painted())
    h, w = eye.mask.shape
    points = anchors(eye.frame)
    band = remapped(band_of(eye.logs)[..., None], eye.in_mean(points)).reshape(h, w)[::2, ::2]
    away = np.abs(np.arange(count) - max(count - 2, 0))
    bands = np.repeat(band[None, None] * (1 + 0.01 * away[:, None, None, None]), 2, axis=1)
    numbers = np.full((count, 2, h, w, 3), 100, np.int8)
    numbers[:] += (np.arange(count, dtype=np.int8) * 2)[:, None, None, None, None]
    return Exemplars(
        points, np.full((h, w, 3), missing, np.float32), numbers, np.asarray(bands, np.float32), detail / 100
    )


def framed(piece: PaintedEyes) -> Framed:
    return Framed.of(piece, piece.shapes["left"], ROLL)


def added(model: Exemplars, piece: PaintedEyes, softness: float = 0.0, variety: float = 0.0, seed: int = 0) -> Tones:
    """The logarithms that came on top."""
    (out,) = model.detailed([piece], softness, variety, seed)
    return np.asarray(np.log((out.pixels + FLOOR) / (piece.pixels + FLOOR)), np.float32)


def middle(of: Tones) -> float:
    return float(np.median(of[60:80, 80:110]))


def test_detail_comes_inside_the_mask_alone() -> None:
    out = added(exemplars(), painted())
    assert middle(out) == pytest.approx(0.2, abs=0.01)
    assert np.abs(out[:25]).max() < 1e-3
    assert np.abs(out[:, :45]).max() < 1e-3


def test_what_all_painted_eyes_lack_comes_whatever_is_near() -> None:
    assert middle(added(exemplars(detail=0.0, missing=0.1), painted())) == pytest.approx(0.1, abs=0.01)


def test_the_nearest_gives_it_and_variations_take_others_that_are_near() -> None:
    model = exemplars(count=9)
    nearest = middle(added(model, painted()))
    assert nearest == pytest.approx(0.2 * 1.14, abs=0.004)  # number 7 of 0 to 8
    drawn_ones = {round(middle(added(model, painted(), variety=1.0, seed=seed)), 3) for seed in range(30)}
    assert len(drawn_ones) == AMONG
    assert min(drawn_ones) > 0.2 * 1.06
    once, again = (added(model, painted(), variety=1.0, seed=5) for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_a_flat_photo_gets_fainter_detail() -> None:
    flat = middle(added(exemplars(), painted(contrast=20.0)))
    assert flat == pytest.approx(0.1, abs=0.02)


def test_eyes_of_a_few_pixels_get_none_and_large_ones_half() -> None:
    assert np.abs(added(exemplars(), painted(14.0))).max() < 1e-6
    assert middle(added(exemplars(), painted(LARGE[1]))) == pytest.approx(0.2 * LEAST_ON_LARGE, abs=0.02)


def test_it_is_as_soft_as_the_photo() -> None:
    model = exemplars()
    bars = np.where(np.arange(model.missing.shape[1]) % 4 < 2, 100, -100).astype(np.int8)
    model = replace(model, detail=np.broadcast_to(bars[:, None], model.detail.shape).copy())
    sharp, soft = (added(model, painted(), softness)[60:80, 80:110].std() for softness in (0.5, 4.0))
    assert soft < 0.3 * sharp


@pytest.mark.parametrize("aside", [0.27, -0.27], ids=["towards the nose", "away from it"])
def test_a_turned_iris_does_not_pull_the_lids_detail_along(aside: float) -> None:
    piece = painted()
    eye = piece.shapes["left"]
    away = replace(piece, shapes={"left": moved(eye, np.array([aside * eye.width, 0.0]))}, turned=True)
    mean_points = anchors(framed(piece).frame)
    here, there = (np.array(framed(eyes).from_mean(mean_points)) for eyes in (piece, away))
    assert np.abs(here - there).max() < 0.5
    (dx_dy, dx_dx), (dy_dy, dy_dx) = (np.gradient(plane) for plane in there)
    assert (dx_dx * dy_dy - dx_dy * dy_dx).min() > 0  # nowhere folded


def test_a_right_eye_gets_the_right_eyes_detail() -> None:
    model = exemplars()
    model.detail[:, 1] = 50
    piece = painted()
    shape = replace(piece.shapes["left"], ring=piece.shapes["left"].ring[[8, *range(7, -1, -1), *range(15, 8, -1)]])
    right = replace(piece, shapes={"right": replace(shape, side="right")})
    assert middle(added(model, right)) == pytest.approx(0.1, abs=0.02)


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = exemplars(3)
    made.save(tmp_path / "e.npz")
    read = Exemplars.load(tmp_path / "e.npz")
    np.testing.assert_array_equal(read.detail, made.detail)
    np.testing.assert_allclose(read.bands, made.bands, atol=1e-3)
    assert read.step == made.step


def test_a_file_of_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("open_the_eyes.models.appearance.exemplars.FORMAT", 2)
    exemplars().save(tmp_path / "e.npz")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="expected exemplars of format 1, got format 2"):
        Exemplars.load(tmp_path / "e.npz")


def test_the_packages_file_holds_no_irises() -> None:
    model = Exemplars.load(EXEMPLARS_FILE)
    x, y = model.mean_points[16]
    radius = float(np.linalg.norm(model.mean_points[17] - model.mean_points[16]))
    ys, xs = np.mgrid[: model.missing.shape[0], : model.missing.shape[1]]
    iris: NDArray[np.bool_] = (np.hypot(xs - x, ys - y) < radius) & (ys > y - 0.2 * radius) & (ys < y + 0.7 * radius)
    assert iris.sum() > 200
    assert not model.detail[:, :, iris].any()
    assert not model.missing[iris].any()
    assert np.abs(model.detail).max() == 127
    frame = partial(eye_frame, roll=ROLL, eye_px=64.0)(an_eye(0.35))
    assert model.missing.shape[:2] == frame.size_wh[::-1]


@pytest.mark.parametrize(("width", "left"), [(OWN_LASHES_FROM[0], 1.0), (OWN_LASHES_FROM[1], 0.0)])
def test_beyond_the_outer_corner_large_eyes_get_no_lashes_of_others(width: float, left: float) -> None:
    piece = painted(width)
    out, shape = added(exemplars(), piece), piece.shapes["left"]
    x, y = shape.ring[0]
    beyond = out[round(y), round(x - 0.12 * width)].mean()
    inside = out[round(y), round(x + 0.12 * width)].mean()
    assert beyond == pytest.approx(left * inside, abs=0.02)
    assert inside > 0.1
