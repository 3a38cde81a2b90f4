"""The SDXL engine as the stages meet it: real pipelines, tiny networks."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.light.usual_light import UsualLight
from open_the_eyes.models.sdxl import schedule
from open_the_eyes.models.sdxl.generator import SdxlGenerator, runs_of
from open_the_eyes.models.sdxl.schedule import Schedule
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, EyeGenerator, Request
from open_the_eyes.settings import Settings
from tests.models.sdxl.conftest import tiny

FAST = GenerateOptions(mode="fast")
LCM = GenerateOptions(lcm=True)


def test_it_fills_the_role(generator: SdxlGenerator) -> None:
    role: EyeGenerator = generator
    assert role.name == "sdxl"
    assert list(role.generate([], FAST)) == []


def test_pixels_outside_the_mask_come_back_untouched(generator: SdxlGenerator, closed_crop: Crop) -> None:
    (patch,) = generator.generate([Request(closed_crop, 1)], LCM)
    outside = patch.mask == 0
    assert patch.mask[closed_crop.mask == 0].max() == 0
    assert np.array_equal(patch.pixels[outside], closed_crop.pixels[outside])
    assert patch.pixels.dtype == np.float32
    assert 0 <= patch.pixels.min() <= patch.pixels.max() <= 255
    inside = patch.mask > 0.5
    assert np.abs(patch.pixels - closed_crop.pixels)[inside].mean() > 1


def test_three_at_once_are_the_three_alone(
    generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(schedule.MODES, "standard", Schedule(3, 2, 0.5, 5.0, 0.5))  # guidance, its end, and a hand-over
    options = GenerateOptions(mode="standard")
    requests = [Request(closed_crop, seed, 1.0) for seed in (3, 4, 3)]
    together = generator.generate(requests, options)
    (alone,) = generator.generate(requests[1:2], options)
    assert np.abs(alone.pixels - together[1].pixels).max() < 0.05
    assert np.abs(together[0].pixels - together[2].pixels).max() < 0.05
    assert np.abs(together[0].pixels - together[1].pixels).max() > 1
    assert [patch.seed for patch in together] == [3, 4, 3]


def test_a_seed_gives_the_same_bytes_again(generator: SdxlGenerator, closed_crop: Crop) -> None:
    first, second = (generator.generate([Request(closed_crop, 9)], LCM)[0] for _ in range(2))
    assert first.pixels.tobytes() == second.pixels.tobytes()


def test_faces_of_another_shape_are_painted_in_their_own_frames(generator: SdxlGenerator, closed_crop: Crop) -> None:
    h, w = closed_crop.mask.shape
    squeezed = replace(
        closed_crop,
        pixels=np.asarray(cv2.resize(closed_crop.pixels, (w // 2, h)), np.uint8),
        mask=np.asarray(cv2.resize(closed_crop.mask, (w // 2, h)), np.float32),
        landmarks=closed_crop.landmarks * [0.5, 1, 1],
    )
    patches = generator.generate([Request(closed_crop, 1), Request(squeezed, 1), Request(closed_crop, 2)], LCM)
    assert [p.pixels.shape for p in patches] == [
        closed_crop.pixels.shape,
        squeezed.pixels.shape,
        closed_crop.pixels.shape,
    ]
    (alone,) = generator.generate([Request(squeezed, 1)], LCM)
    assert np.abs(patches[1].pixels - alone.pixels).max() < 0.05


def test_a_crop_that_may_not_change_is_not_painted(
    generator: SdxlGenerator, closed_crop: Crop, calls: Counter[int]
) -> None:
    shut = replace(closed_crop, mask=np.zeros_like(closed_crop.mask))
    (patch,) = generator.generate([Request(shut, 0)], LCM)
    assert patch.mask.max() == 0
    assert not calls


@pytest.mark.parametrize(
    ("faces", "attempts", "runs"),
    [(1, 4, [1, 1, 1, 1]), (1, 10, [3, 3, 3, 1]), (4, 4, [4, 4, 4, 4]), (2, 4, [2, 2, 2, 2]), (0, 0, [])],
    ids=["each thread has one", "or a share", "a face each", "half a face each", "nothing"],
)
def test_eyes_to_start_from_are_painted_in_runs_of_one_face(
    closed_crop: Crop, faces: int, attempts: int, runs: list[int]
) -> None:
    crops = [replace(closed_crop) for _ in range(faces)]
    requests = [Request(crop, seed) for crop in crops for seed in range(attempts)]
    found = runs_of(requests)
    assert [len(numbers) for numbers in found] == runs
    assert all(len({id(requests[n].crop) for n in numbers}) == 1 for numbers in found)


def test_what_a_face_tells_is_worked_out_once_a_run(
    generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Crop] = []
    lit = AppearanceGenerator.lit

    def noted(painter: AppearanceGenerator, crop: Crop) -> UsualLight:
        told.append(crop)
        return lit(painter, crop)

    monkeypatch.setattr(AppearanceGenerator, "lit", noted)
    generator.generate([Request(closed_crop, seed) for seed in range(8)], LCM)
    assert len(told) == 4


def test_grey_photos_get_grey_eyes(generator: SdxlGenerator, closed_crop: Crop) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(closed_crop.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    (patch,) = generator.generate([Request(replace(closed_crop, pixels=np.asarray(grey, np.uint8)), 0)], LCM)
    assert np.ptp(patch.pixels, axis=2).max() < 0.5


def test_int8_paints_nearly_what_float_paints(generator: SdxlGenerator, closed_crop: Crop, monkeypatch: Any) -> None:
    from torchao.quantization import Int8Tensor

    from open_the_eyes.models.sdxl import quantise

    monkeypatch.setattr(quantise, "SMALLEST", 32)
    built: list[Any] = []
    quantised = quantise.quantised

    def noted(*given: Any) -> Any:
        built.append(quantised(*given))
        return built[-1]

    monkeypatch.setattr(quantise, "quantised", noted)
    exact, eight = (
        generator.generate([Request(closed_crop, 1)], GenerateOptions(lcm=True, precision=p))[0]
        for p in ("bf16", "int8")
    )
    assert any(isinstance(weight, Int8Tensor) for weight in built[-1].parameters())
    difference = np.abs(exact.pixels - eight.pixels)[exact.mask > 0.5]
    assert 0 < difference.mean() < 8


def test_a_checkpoint_named_by_its_hub_id_is_taken_from_the_weights_or_the_command_that_brings_it_is_said(
    weights: Path, tmp_path: Path, closed_crop: Crop, calls: Counter[int]
) -> None:
    shutil.copytree(weights, tmp_path / "weights", ignore=shutil.ignore_patterns("sdxl-base"))
    named = Settings(weights=tmp_path / "weights", device="cpu", sdxl=Path("people/their-sdxl"))
    with pytest.raises(WeightsMissing, match="Run: open-the-eyes fetch people/their-sdxl"):
        tiny(named)
    for part in ("unet", "scheduler"):
        shutil.copytree(weights / "sdxl-base" / part, tmp_path / "weights" / "people" / "their-sdxl" / part)
    tiny(named).generate([Request(closed_crop, 1)], LCM)
    assert calls == {4: 4}


def test_a_u_net_that_was_not_trained_to_fill_holes_paints_too(
    weights: Any, closed_crop: Crop, calls: Counter[int]
) -> None:
    plain = Settings(weights=weights, device="cpu", sdxl=weights / "sdxl-base")
    (patch,) = tiny(plain).generate([Request(closed_crop, 1)], LCM)
    assert calls == {4: 4}
    outside = patch.mask == 0
    assert np.array_equal(patch.pixels[outside], closed_crop.pixels[outside])
