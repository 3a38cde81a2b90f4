"""The appearance engine as the stages meet it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER, SIDES, Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance import generator as painting
from open_the_eyes.models.appearance.generator import DARKEST_DRAW, MODEL_FILE, AppearanceGenerator, no_blacker
from open_the_eyes.models.appearance.light import likely_whites
from open_the_eyes.models.appearance.steps import PaintedPieces, Step, StepContext
from open_the_eyes.options import GenerateOptions
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.roles import Crop, EyeGenerator, Face, Patch, Request
from open_the_eyes.stages.crop import crop
from open_the_eyes.system.installed import RESTORE
from tests.faces import opening, resized
from training.painters import Bare

PLAIN = GenerateOptions()


@pytest.fixture(scope="module")
def generator() -> AppearanceGenerator:
    return Bare()


@pytest.fixture(scope="module")
def patch(generator: AppearanceGenerator, closed_crop: Crop) -> Patch:
    return generator.generate([Request(closed_crop, 1)], PLAIN)[0]


def test_it_fills_the_role(generator: AppearanceGenerator) -> None:
    role: EyeGenerator = generator
    assert role.name == "appearance"
    assert len(role.generate([], PLAIN)) == 0


def test_a_patch_lies_within_the_crops_mask(patch: Patch, closed_crop: Crop) -> None:
    assert patch.pixels.shape == closed_crop.pixels.shape
    assert patch.mask.shape == closed_crop.mask.shape
    assert patch.mask[closed_crop.mask == 0].max() == 0
    assert 0 <= patch.mask.min() <= patch.mask.max() <= 1
    assert patch.mask.max() > 0.9
    outside = patch.mask == 0
    assert np.array_equal(patch.pixels[outside], closed_crop.pixels[outside])
    assert 0 <= patch.pixels.min() <= patch.pixels.max() <= 255


@pytest.mark.parametrize("side", SIDES)
def test_an_iris_is_painted_where_there_was_a_lid(patch: Patch, closed_crop: Crop, side: Side) -> None:
    h, w = closed_crop.mask.shape
    ours = np.s_[:, : w // 2] if side == "left" else np.s_[:, w // 2 :]
    painted = patch.mask[ours] > 0.9
    before = closed_crop.pixels[ours][painted].astype(float)
    after = patch.pixels[ours][painted]
    assert h > 10
    assert np.abs(after - before).mean() > 5
    assert np.percentile(after.mean(axis=1), 10) < 110


def test_a_patch_is_the_same_alone_and_in_company(generator: AppearanceGenerator, closed_crop: Crop) -> None:
    requests = [Request(closed_crop, seed, 1.0) for seed in (3, 4, 3)]
    together = generator.generate(requests, PLAIN)
    alone = generator.generate(requests[1:2], PLAIN)[0]
    assert np.array_equal(together[1].pixels, alone.pixels)
    assert np.array_equal(together[0].pixels, together[2].pixels)
    assert not np.array_equal(together[0].pixels, together[1].pixels)
    assert [p.seed for p in together] == [3, 4, 3]


def test_the_likeliest_eyes_score_best(generator: AppearanceGenerator, closed_crop: Crop, patch: Patch) -> None:
    draws = generator.generate([Request(closed_crop, seed, 1.0) for seed in range(3)], PLAIN)
    assert patch.score > max(draw.score for draw in draws)


@pytest.mark.parametrize("side", SIDES)
def test_an_eye_that_is_open_is_not_painted(
    generator: AppearanceGenerator, blinked: Rgb, blinked_face: Face, side: Side
) -> None:
    other: Side = "right" if side == "left" else "left"
    one = crop(blinked, blinked_face, (side,))
    (patch,) = generator.generate([Request(one, 0)], PLAIN)
    shape_hw = (one.mask.shape[0], one.mask.shape[1])
    assert patch.mask[opening(one.landmarks, other, shape_hw)].max() == 0
    assert patch.mask[opening(one.landmarks, side, shape_hw)].max() > 0.9


def test_whites_are_held_to_those_of_eyes_but_where_one_is_open(
    generator: AppearanceGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Mock(wraps=likely_whites.with_bright_whites)
    monkeypatch.setattr(likely_whites, "with_bright_whites", held)
    list(generator.generate([Request(replace(closed_crop, sides=("left",)), 1)], PLAIN))
    assert not held.called
    list(generator.generate([Request(closed_crop, 1)], PLAIN))
    assert held.called


def test_light_on_lids_is_held_to_the_photos(
    generator: AppearanceGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "with_plausible_highlights", lambda _model, lit, _strip: 0 * lit)
    patch = generator.generate([Request(closed_crop, 1)], PLAIN)[0]
    assert patch.pixels[patch.mask > 0.99].max() < 30


def test_grey_photos_get_grey_eyes(generator: AppearanceGenerator, closed_crop: Crop) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(closed_crop.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    (patch,) = generator.generate([Request(replace(closed_crop, pixels=np.asarray(grey, np.uint8)), 0)], PLAIN)
    assert np.ptp(patch.pixels, axis=2).max() < 0.5


@pytest.mark.parametrize(
    "style",
    [EyeStyle("blue"), EyeStyle(gaze=(1.0, -1.0)), EyeStyle(openness=0.0), EyeStyle(openness=1.5)],
    ids=["colour", "gaze", "shut", "wide"],
)
def test_every_wish_changes_the_eyes(
    generator: AppearanceGenerator, closed_crop: Crop, patch: Patch, style: EyeStyle
) -> None:
    (steered,) = generator.generate([Request(closed_crop, 1, style=style)], PLAIN)
    assert np.isfinite(steered.pixels).all()
    assert np.abs(steered.pixels - patch.pixels)[patch.mask > 0.5].mean() > 1


@pytest.mark.parametrize(("gaze", "turned"), [(None, False), ((-0.5, 0.0), True)], ids=["as suits", "aside"])
def test_what_paints_on_is_told_whether_a_gaze_has_turned_the_eyes(
    closed_crop: Crop, gaze: tuple[float, float] | None, turned: bool
) -> None:
    told: list[bool] = []

    class Asked(Bare):
        @property
        def steps(self) -> tuple[Step, ...]:
            def ask(painted: PaintedPieces, _: StepContext) -> PaintedPieces:
                told.extend(eyes.turned for eyes in painted)
                return painted

            return (ask,)

    Asked().generate([Request(closed_crop, 1, style=EyeStyle(gaze=gaze))], PLAIN)
    assert set(told) == {turned}


def test_the_crop_stays_as_it_was(generator: AppearanceGenerator, closed_crop: Crop) -> None:
    arrays: list[NDArray[Any]] = [closed_crop.pixels, closed_crop.mask, closed_crop.landmarks]
    kept = [array.copy() for array in arrays]
    generator.generate([Request(closed_crop, 5, 1.0, style=EyeStyle(gaze=(0.5, 0.5), openness=1.2))], PLAIN)
    assert all(np.array_equal(a, b) for a, b in zip(kept, arrays, strict=True))


@pytest.mark.parametrize("width", [1, 30, 60])
def test_a_crop_cut_by_the_pictures_edge_is_painted_as_far_as_it_goes(
    generator: AppearanceGenerator, blinked: Rgb, blinked_face: Face, width: int
) -> None:
    left = int(blinked_face.landmarks[33, 0]) - width + 20
    face = replace(blinked_face, landmarks=blinked_face.landmarks - np.array([left, 0, 0]))
    part = crop(np.ascontiguousarray(blinked[:, left : left + width]), face, SIDES)
    (patch,) = generator.generate([Request(part, 0)], PLAIN)
    assert patch.pixels.shape == part.pixels.shape
    assert np.isfinite(patch.pixels).all()


@pytest.mark.parametrize("without", [AppearanceGenerator, partial(AppearanceGenerator, MODEL_FILE)])
def test_a_model_file_that_is_gone_is_named_with_what_mends_it(
    closed_crop: Crop, tmp_path: Path, without: Callable[[Path], AppearanceGenerator]
) -> None:
    broken = without(tmp_path / "gone.bin")
    with pytest.raises(WeightsMissing, match=rf"gone\.bin.*{re.escape(RESTORE)}"):
        broken.generate([Request(closed_crop, 0)], PLAIN)


def test_a_head_that_lies_gets_the_eyes_of_one_that_stands(blinked: Rgb, blinked_face: Face) -> None:
    side = 2 * blinked.shape[0]
    picture = np.asarray(cv2.resize(blinked, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
    middle = np.array([0.5, 0.5, 0.0])  # of a pixel
    marks = (blinked_face.landmarks + middle) * 2 - middle
    generator, whole = AppearanceGenerator(), []
    for _ in range(4):
        part = crop(picture, replace(blinked_face, landmarks=marks, box=Box.around(marks)), SIDES)
        patch = generator.generate([Request(part, 0)], PLAIN)[0]
        canvas, mask = picture.astype(np.float32), np.zeros(picture.shape[:2], np.float32)
        part.window.cut(canvas)[...], part.window.cut(mask)[...] = patch.pixels, patch.mask
        whole.append((canvas, mask))
        picture = np.ascontiguousarray(np.rot90(picture))
        marks = np.column_stack([marks[:, 1], side - 1 - marks[:, 0], marks[:, 2]])
    (wanted, mask), *lying = whole
    for quarters, (found, _) in enumerate(lying, 1):
        apart = np.abs(np.rot90(found, -quarters) - wanted)[mask > 0.5]
        assert apart.mean() < 2.5
        assert np.percentile(apart, 99) < 16


def test_the_ends_of_long_lashes_do_not_stay_behind_below_an_eye(
    generator: AppearanceGenerator, blinked: Rgb, blinked_face: Face
) -> None:
    large = resized(blinked, 3.0)
    face = replace(blinked_face, landmarks=blinked_face.landmarks * 3.0)
    outer, inner = face.landmarks[[OUTER_CORNER["left"], INNER_CORNER["left"]], :2]
    width, along = float(np.linalg.norm(inner - outer)), inner - outer
    down = np.array([-along[1], along[0]])
    shown, ends = large.copy(), []
    line = [outer + u * along + (0.08 + 0.5 * u * (1 - u)) * down for u in np.linspace(0, 1, 20)]
    cv2.polylines(shown, [np.rint(line).astype(np.int32)], False, (35, 25, 25), round(0.06 * width), cv2.LINE_AA)
    for u in np.linspace(0.25, 0.75, 6):
        start, end = (np.rint(outer + u * along + v * down).astype(int) for v in (0.15, 0.46))
        cv2.line(shown, start.tolist(), end.tolist(), (35, 25, 25), max(round(0.012 * width), 1), cv2.LINE_AA)
        ends.append(outer + u * along + 0.43 * down)
    cut = crop(shown, face, SIDES)
    assert cut.tips is not None
    patch = generator.generate([Request(cut, 1)], PLAIN)[0]
    assert (patch.mask >= cut.tips).all()
    for x, y in np.rint(np.array(ends) - [cut.window.left, cut.window.top]).astype(int):
        around = np.s_[y - 2 : y + 3, x - 2 : x + 3]
        skin = cut.window.cut(large)[around].mean()
        assert cut.pixels[around].mean() < 0.9 * skin
        assert patch.pixels[around].mean() == pytest.approx(skin, rel=0.06)


def test_a_variation_is_no_blacker_than_the_likeliest_where_that_is_dark() -> None:
    likeliest = np.array([0.15, 0.15, 0.8, 0.8], np.float32)
    drawn = np.array([0.0, 0.2, 0.5, 0.1], np.float32)
    assert no_blacker(drawn, likeliest) == pytest.approx([0.15, 0.2, 0.5, DARKEST_DRAW])
