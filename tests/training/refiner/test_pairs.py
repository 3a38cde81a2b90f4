"""Pairs of a painted and a true eye."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import to_tones
from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, SIDES
from open_the_eyes.models.appearance.generator import MODEL_FILE
from tests.faces import HEAD, resized
from training.faces import Portrait
from training.refiner.pairs import FRAME_WH, SIZES, Pair, _fitted, pairs_of

W, H = FRAME_WH
MIDDLE = np.zeros(2)


@pytest.fixture(scope="module")
def pairs(astronaut: Portrait) -> list[Pair]:
    return pairs_of(astronaut, MODEL_FILE)


@pytest.mark.parametrize(
    "size_wh",
    [(W, H), (W + 16, H + 8), (W - 16, H - 8), (W + 1, H - 1), (W - 64, H + 60), (2, 3)],
    ids=["as large", "larger", "smaller", "a pixel", "narrow and tall", "tiny"],
)
def test_any_picture_is_fitted_around_its_centre(size_wh: tuple[int, int]) -> None:
    w, h = size_wh
    ys, xs = np.mgrid[:h, :w]
    fitted = _fitted(np.stack([xs, ys], axis=-1).astype(np.float32), MIDDLE)
    assert fitted.shape == (H, W, 2)
    assert fitted.dtype == np.float32
    assert np.abs(fitted[H // 2, W // 2] - [w / 2, h / 2]).max() <= 1
    assert _fitted(np.ones((h, w), np.uint8), MIDDLE).shape == (H, W)


def test_what_is_missing_is_continued_by_reflection() -> None:
    row = np.tile(np.arange(W - 4, dtype=np.uint8), (H, 1))
    assert _fitted(row, MIDDLE)[0, :5].tolist() == [2, 1, 0, 1, 2]


def test_of_a_larger_picture_the_part_that_is_wanted_is_cut() -> None:
    columns = np.tile(np.arange(W + 20, dtype=np.uint8), (H, 1))
    firsts = [_fitted(columns, np.array([at, 0.0]))[0, 0] for at in (-1, 0, 1)]
    assert firsts == [0, 10, 20]


def test_a_portrait_gives_an_eye_a_side(pairs: list[Pair]) -> None:
    assert len(pairs) == 2
    for pair in pairs:
        assert pair.guess.shape == pair.truth.shape == (H, W, 3)
        assert pair.mask.shape == (H, W)
        assert pair.geometry.shape == (4, H, W)
        assert pair.guess.dtype == pair.truth.dtype == pair.mask.dtype == np.uint8
        assert pair.geometry.dtype == np.float16
        assert np.abs(pair.geometry).max() <= 1


def test_sharp_eyes_are_shown_at_several_sizes_both_of_a_face_at_one(astronaut: Portrait) -> None:
    head = resized(astronaut.pixels[HEAD], 5)
    landmarks = (astronaut.landmarks - [HEAD[1].start, HEAD[0].start, 0] + [0.5, 0.5, 0]) * 5 - [0.5, 0.5, 0]
    sizes = [pair.geometry[3].mean() for pair in pairs_of(Portrait(Path("head.png"), head, landmarks), MODEL_FILE)]
    assert len(sizes) == 2 * SIZES
    assert sizes[0::2] == sizes[1::2]
    assert len(set(sizes)) == SIZES


def test_guess_and_truth_are_one_picture_outside_the_mask(pairs: list[Pair]) -> None:
    for pair in pairs:
        apart = np.abs(to_tones(pair.guess) - to_tones(pair.truth)).max(axis=2)
        assert apart[pair.mask == 0].max() <= 1
        assert apart[pair.mask > 200].mean() > 2
        assert 0.1 < (pair.mask > 127).mean() < 0.6


def test_pictures_and_geometry_show_the_same_eye(pairs: list[Pair]) -> None:
    for pair in pairs:
        to_iris, under, over = (pair.geometry[k].astype(float) for k in range(3))
        between = (under > 0.3) & (over > 0.3)
        for picture in (pair.guess, pair.truth):
            light = picture.mean(axis=2)
            assert light[between & (to_iris < -0.3)].mean() < 0.8 * light[between & (to_iris > 0.2)].mean()


def test_the_right_eye_is_mirrored(astronaut: Portrait) -> None:
    marked = astronaut.pixels.copy()
    for side in SIDES:
        x, y = np.rint(astronaut.landmarks[INNER_CORNER[side], :2]).astype(int)
        cv2.circle(marked, (int(x), int(y)), 3, (0, 255, 0), -1)
    for pair in pairs_of(replace(astronaut, pixels=marked), MODEL_FILE):
        _, xs = np.nonzero(pair.truth[..., 1].astype(int) - pair.truth[..., 0] > 120)
        assert xs.min() > W / 2


def test_pairs_belong_to_the_name_of_their_file(astronaut: Portrait, pairs: list[Pair]) -> None:
    again = pairs_of(replace(astronaut, path=Path("elsewhere") / astronaut.path.name), MODEL_FILE)
    other = pairs_of(replace(astronaut, path=Path("another.png")), MODEL_FILE)
    assert all(np.array_equal(a.guess, b.guess) for a, b in zip(pairs, again, strict=True))
    assert not any(np.array_equal(a.guess, b.guess) for a, b in zip(pairs, other, strict=True))
