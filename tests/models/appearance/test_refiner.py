"""The refiner that comes in the package, on eyes the appearance model painted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Points, Tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import REFINER_FILE
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.refiner import (
    GLINT_KEPT,
    EyeRefiner,
    PaintedEyes,
    crispness,
    glints,
    of_painted_hues,
)
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Patch, Request
from training.painters import Bare


@pytest.fixture(scope="module")
def refiner() -> EyeRefiner:
    return EyeRefiner(REFINER_FILE)


@pytest.fixture(scope="module")
def soft(closed_crop: Crop) -> Patch:
    return Bare().generate([Request(closed_crop, 0)], GenerateOptions())[0]


def shapes_in(crop: Crop, points: Points | None = None) -> dict[Side, EyeShape]:
    marks = crop.landmarks if points is None else points
    strip = layout.points_on_strip(marks)
    there = transformed(strip, inverted(layout.to_strip(marks)))
    return {side: iris.eye_shape(there, side) for side in SIDES}


def refined(refiner: EyeRefiner, crop: Crop, patch: Patch, variety: float = 0.0, seed: int = 0) -> Tones:
    return only(refiner, PaintedEyes(patch.pixels, patch.mask, crop.landmarks, shapes_in(crop)), variety, seed)


def only(refiner: EyeRefiner, painted: PaintedEyes, variety: float = 0.0, seed: int = 0) -> Tones:
    (out,) = refiner.refined([painted], variety, seed)
    return out.pixels


def test_outside_the_mask_nothing_is_added(refiner: EyeRefiner, closed_crop: Crop, soft: Patch) -> None:
    out = refined(refiner, closed_crop, soft)
    far = cv2.dilate((soft.mask > 0).astype(np.uint8), np.ones((7, 7))) == 0
    assert np.abs(out - soft.pixels)[far].max() < 0.5
    assert np.abs(out - soft.pixels)[soft.mask > 0.9].mean() > 1
    assert 0 <= out.min() <= out.max() <= 255


def test_small_eyes_come_out_neither_blurred_nor_harsh(refiner: EyeRefiner, closed_crop: Crop, soft: Patch) -> None:
    def edges(picture: Tones) -> float:
        grey = picture.mean(axis=2)
        return float(np.hypot(*np.gradient(grey))[soft.mask > 0.8].mean())

    assert 0.9 < edges(refined(refiner, closed_crop, soft)) / edges(soft.pixels) < 1.4


def test_it_adds_detail_and_leaves_the_colour(refiner: EyeRefiner, closed_crop: Crop, soft: Patch) -> None:
    inside = soft.mask > 0.8
    before, after = soft.pixels[inside].mean(axis=0), refined(refiner, closed_crop, soft)[inside].mean(axis=0)
    assert np.abs(before - after).max() < 12


def test_the_same_seed_gives_the_same_eyes_and_variety_others(
    refiner: EyeRefiner, closed_crop: Crop, soft: Patch
) -> None:
    one, two = (refined(refiner, closed_crop, soft, 1.0, 7) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, refined(refiner, closed_crop, soft, 1.0, 8))
    first, second = (refined(refiner, closed_crop, soft, 0.0, seed) for seed in (7, 8))
    assert np.array_equal(first, second)


def test_a_mirrored_face_gets_mirrored_eyes(refiner: EyeRefiner, closed_crop: Crop, soft: Patch) -> None:
    width = soft.mask.shape[1]
    shapes = shapes_in(closed_crop)
    swapped: dict[Side, EyeShape] = {}
    for side, other in (SIDES, SIDES[::-1]):
        ring = shapes[other].ring * [-1, 1] + [width - 1, 0]
        x, y = shapes[other].iris_xy
        swapped[side] = EyeShape(ring, (width - 1 - x, y), shapes[other].iris_radius, side)
    marks = closed_crop.landmarks[:, :2] * [-1, 1] + [width - 1, 0]
    marks[[33, 263]] = marks[[263, 33]]
    pixels, mask = np.ascontiguousarray(soft.pixels[:, ::-1]), np.ascontiguousarray(soft.mask[:, ::-1])
    flipped = only(refiner, PaintedEyes(pixels, mask, marks, swapped))
    apart = np.abs(flipped[:, ::-1] - refined(refiner, closed_crop, soft))[soft.mask > 0.8]
    assert apart.mean() < 1.5


@pytest.mark.parametrize("scale", [0.5, 4.0], ids=["a small face", "a large face"])
def test_eyes_of_any_size_are_refined(refiner: EyeRefiner, closed_crop: Crop, soft: Patch, scale: float) -> None:
    def resized(plane: Tones) -> Tones:
        return np.asarray(cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.float32)

    marks = (closed_crop.landmarks[:, :2] + 0.5) * scale - 0.5
    crop_shapes = {
        side: EyeShape(
            (s.ring + 0.5) * scale - 0.5,
            ((s.iris_xy[0] + 0.5) * scale - 0.5, (s.iris_xy[1] + 0.5) * scale - 0.5),
            s.iris_radius * scale,
            side,
        )
        for side, s in shapes_in(closed_crop).items()
    }
    picture, mask = resized(soft.pixels), np.clip(resized(soft.mask), 0, 1)
    out = only(refiner, PaintedEyes(picture, mask, marks, crop_shapes))
    assert out.shape == picture.shape
    assert np.abs(out - picture)[mask > 0.9].mean() > 1


@pytest.fixture
def eye() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One refined eye (1, 3, h, w), a soft disc of iris in white, and its geometry (1, 4, h, w)."""
    ys, xs = np.mgrid[:56, :96] - np.array([28.0, 48.0])[:, None, None]
    radius = np.hypot(xs, ys)
    light = 0.5 - 1.0 / (1 + np.exp((radius - 10) / 1.5))
    below, above = np.tanh((ys + 12) / 5), np.tanh((12 - ys) / 5)
    geometry = np.stack([np.clip(radius / 10 - 1, -1, 1), below, above, np.zeros_like(radius)])
    return np.repeat(light[None, None], 3, axis=1).astype(np.float32), geometry[None].astype(np.float32)


def test_crispness_makes_edges_between_the_lids_steeper(eye: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    refined, geometry = eye
    added = crispness(refined, geometry, 64.0)
    row = (refined + added)[0, 0, 28], refined[0, 0, 28]
    assert np.abs(np.diff(row[0])).max() > 1.05 * np.abs(np.diff(row[1])).max()
    under = geometry[0, 2] < -0.4
    assert np.abs(added[0][:, under]).max() == 0


def test_crispness_makes_the_crease_over_the_upper_lid_deeper(
    eye: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    geometry = eye[1]
    creased = np.full_like(eye[0], 0.2)
    creased[:, :, 6] -= 0.1
    added = crispness(creased, geometry, 64.0)
    assert geometry[0, 1, 6].max() < -0.4
    assert added[0, :, 6].max() < -0.02
    assert np.abs(added[0][:, geometry[0, 2] < -0.4]).max() == 0


def test_crispness_leaves_an_iris_its_mean_colour(eye: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    refined, geometry = eye
    tinted = refined * np.array([1.0, 0.6, 0.3], np.float32)[None, :, None, None]
    iris = np.clip(-4 * geometry[0, 0], 0, 1) * (np.minimum(geometry[0, 1], geometry[0, 2]) >= 0)
    moved = (crispness(tinted, geometry, 64.0)[0] * iris).sum(axis=(1, 2)) / iris.sum()
    assert moved == pytest.approx([0, 0, 0], abs=1e-4)


def test_crispness_makes_nothing_out_of_nothing(eye: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    flat = np.full_like(eye[0], 0.2)
    assert np.abs(crispness(flat, eye[1], 64.0)).max() < 1e-5


def test_glints_are_calmed_outside_the_iris_only(eye: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    guess, geometry = eye
    brighter = guess.copy()
    outside, inside = geometry[0, 0] > 0.3, geometry[0, 0] < 0
    brighter[0, :, outside] += 0.5
    brighter[0, :, inside] += 0.9
    taken = glints(brighter, guess, geometry, 64.0)[0]
    assert not taken[:, inside].any()
    calm = (brighter[0] - taken)[:, outside]
    most = guess[0][:, outside].max()
    assert brighter[0][:, outside].max() == pytest.approx(most + 0.5, abs=1e-4)
    assert calm.max() == pytest.approx(most + GLINT_KEPT * 0.5, abs=0.02)


def test_no_glint_is_seen_where_nothing_became_brighter(eye: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    guess, geometry = eye
    assert not glints(guess - 0.05, guess, geometry, 64.0).any()


def test_its_noise_has_nothing_to_do_with_the_numbers_that_the_shape_is_drawn_by(
    closed_crop: Crop, soft: Patch, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[NDArray[np.float32]] = []

    class Listening:
        def run(self, _: object, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
            given.append(inputs["noise"])
            return [inputs["guess"]]

    refiner = EyeRefiner(REFINER_FILE)
    monkeypatch.setitem(refiner.__dict__, "_session", Listening())
    refined(refiner, closed_crop, soft, variety=1.0, seed=7)
    noise = np.concatenate([each.ravel() for each in given])
    drawn = np.random.default_rng(7).standard_normal(noise.size)
    assert abs(np.corrcoef(noise, drawn)[0, 1]) < 0.1


def test_no_colour_gets_stronger_than_the_painted_eye_has_it_nearby() -> None:
    """A corner of a dark red, which the network makes as bright as the grey skin beside it."""
    guess = np.full((1, 3, 48, 64), 0.2, np.float32)
    guess[0, :, 20:28, 28:36] = np.array([-0.5, -0.62, -0.62], np.float32)[:, None, None]
    glowing = guess.copy()
    glowing[0, :, 20:28, 28:36] = np.array([0.5, 0.1, 0.0], np.float32)[:, None, None]
    calm = of_painted_hues(glowing, guess, 64.0)
    light = [np.tensordot(LUMA, eye[0], 1) for eye in (glowing, calm)]
    assert np.allclose(light[0], light[1], atol=1e-5)
    red = calm[0, 0] - calm[0, 1]
    assert red[20:28, 28:36].max() == pytest.approx(0.12, abs=0.02)
    assert np.allclose(of_painted_hues(guess, guess, 64.0), guess, atol=1e-6)
