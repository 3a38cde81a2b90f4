"""The SDXL engine as the stages meet it: real pipelines, tiny networks."""

from __future__ import annotations

import shutil
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from open_the_eyes.errors import Cancelled, NoRoomOnGpu, WeightsMissing
from open_the_eyes.models.folded import FoldedPatches
from open_the_eyes.models.sdxl import denoising, prompts, schedule, speed
from open_the_eyes.models.sdxl import generator as sdxl_generator
from open_the_eyes.models.sdxl.checkpoint import Checkpoint
from open_the_eyes.models.sdxl.denoising import InpaintInput
from open_the_eyes.models.sdxl.generator import SdxlGenerator
from open_the_eyes.models.sdxl.schedule import Schedule
from open_the_eyes.options import GenerateOptions, Mode
from open_the_eyes.roles import Crop, EyeGenerator, Request
from open_the_eyes.settings import Settings
from tests.models.sdxl.conftest import tiny

FAST = GenerateOptions(mode="fast")
LCM = GenerateOptions(lcm=True)


@dataclass
class Log:
    """A watch that remembers, and stops the work when it is told."""

    stages: list[str] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)
    stop_after: int | None = None

    @contextmanager
    def stage(self, name: str, done: float | None = None) -> Iterator[None]:  # noqa: ARG002
        self.stages.append(name)
        yield

    def tell(self, name: str, part: float) -> None:
        self.told.append((name, part))
        if self.stop_after is not None and self.steps() and len(self.steps()) >= self.stop_after:
            raise Cancelled("stopped")

    def gpu(self, name: str, peak_mib: float) -> None:
        pass

    def steps(self) -> list[float]:
        return [part for name, part in self.told if name in ("generate/base", "generate/refiner")]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each kind of U-Net was called, by its input channels; rows are halves of guidance."""
    from diffusers import UNet2DConditionModel

    counted: Counter[int] = Counter()
    forward = UNet2DConditionModel.forward

    def counting(self: Any, sample: Any, *args: Any, **kwargs: Any) -> Any:
        counted[sample.shape[1]] += 1
        return forward(self, sample, *args, **kwargs)

    monkeypatch.setattr(UNet2DConditionModel, "forward", counting)
    return counted


def test_it_fills_the_role(generator: SdxlGenerator) -> None:
    role: EyeGenerator = generator
    assert role.name == "sdxl"
    assert list(role.generate([], FAST)) == []


@pytest.mark.parametrize(
    ("options", "base", "refiner"),
    [
        (GenerateOptions(mode="fast"), 15, 0),
        (GenerateOptions(mode="standard"), 30, 5),
        (GenerateOptions(mode="quality"), 50, 8),
        (GenerateOptions(lcm=True, mode="ultra"), 4, 0),
    ],
    ids=["fast", "standard", "quality", "lcm"],
)
def test_the_steps_that_run_are_the_steps_named_and_each_is_told(
    generator: SdxlGenerator, closed_crop: Crop, calls: Counter[int], options: GenerateOptions, base: int, refiner: int
) -> None:
    log = Log()
    (patch,) = generator.generate([Request(closed_crop, 1)], options, log)
    assert (calls[9], calls[4]) == (base, refiner)
    assert log.steps() == pytest.approx([(k + 1) / (base + refiner) for k in range(base + refiner)])
    wanted = [
        "generate/start",
        "generate/load",
        "generate/encode",
        "generate/base",
        "generate/refiner",
        "generate/decode",
    ]
    own = [name for name in log.stages if name.count("/") == 1]
    assert own == [name for name in wanted if refiner or name != "generate/refiner"]
    assert str(patch.origin) == ("sdxl lcm" if options.lcm else f"sdxl {options.mode}")


def test_steps_run_while_their_gpu_is_the_current_one_and_who_waits_for_it_hears_of_each(
    generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    heard: list[str] = []

    @contextmanager
    def device_of(tensor: torch.Tensor) -> Iterator[None]:
        heard.append(f"on {tensor.device}")
        yield
        heard.append("off")

    monkeypatch.setattr(torch.cuda, "device_of", device_of)
    monkeypatch.setattr(generator._sampler.residency, "got_on", lambda: heard.append("got on"))
    generator.generate([Request(closed_crop, 1)], LCM)
    assert heard == ["got on", "on cpu", *["got on"] * 4, "off", "got on", "got on"]


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


def test_of_many_patches_only_what_they_change_is_kept_and_inputs_go_when_they_are_encoded(
    generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs: list[weakref.ref[Any]] = []
    most = 0

    def noted(start: Any, *rest: Any) -> InpaintInput:
        nonlocal most
        inputs.append(weakref.ref(start))
        most = max(most, sum(one() is not None for one in inputs))
        return InpaintInput(start, *rest)

    monkeypatch.setattr(sdxl_generator, "InpaintInput", noted)
    monkeypatch.setattr(sdxl_generator, "AHEAD", 2)
    patches = generator.generate([Request(closed_crop, seed) for seed in range(8)], LCM)
    assert len(inputs) == 8
    assert most <= 4, "two that wait, one that is encoded, and one that is handed over"
    assert isinstance(patches, FoldedPatches)
    assert all(one.inner.pixels.size < 0.6 * closed_crop.pixels.size for one in patches.folded)


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


def test_grey_photos_get_grey_eyes(generator: SdxlGenerator, closed_crop: Crop) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(closed_crop.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    (patch,) = generator.generate([Request(replace(closed_crop, pixels=np.asarray(grey, np.uint8)), 0)], LCM)
    assert np.ptp(patch.pixels, axis=2).max() < 0.5


@pytest.mark.parametrize(("mode", "after"), [("fast", 1), ("standard", 33)], ids=["base", "refiner"])
def test_stopping_between_steps_stops_there_and_the_next_run_is_as_ever(
    generator: SdxlGenerator, closed_crop: Crop, calls: Counter[int], mode: Mode, after: int
) -> None:
    with pytest.raises(Cancelled):
        generator.generate([Request(closed_crop, 1)], GenerateOptions(mode=mode), Log(stop_after=after))
    assert calls.total() == after
    before, again = (generator.generate([Request(closed_crop, 1)], LCM)[0] for _ in range(2))
    assert np.array_equal(before.pixels, again.pixels)


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


def test_the_text_encoders_are_loaded_once_for_all_photos(
    settings: Settings, generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "_KNOWN", {})
    generator.generate([Request(closed_crop, 1)], LCM)
    monkeypatch.setattr(prompts, "_KNOWN", {})  # as in another process
    monkeypatch.setattr(Checkpoint, "text_pipeline", lambda _: pytest.fail("loaded text encoders again"))
    tiny(settings).generate([Request(closed_crop, 1)], LCM)


def test_memory_that_runs_out_halves_the_batch_and_nothing_else(
    settings: Settings, generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [Request(closed_crop, seed) for seed in (1, 2, 3)]
    wanted = generator.generate(requests, LCM)
    monkeypatch.setattr(denoising, "painted", _full_from(2, denoising.painted))
    log = Log()
    got = tiny(settings).generate(requests, LCM, log)
    assert all(np.abs(a.pixels - b.pixels).max() < 0.05 for a, b in zip(wanted, got, strict=True))
    assert log.steps()[-1] == pytest.approx(1)


def test_no_room_for_one_picture_is_said_with_what_to_do(
    settings: Settings, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denoising, "painted", _full_from(1, denoising.painted))
    monkeypatch.setattr(speed, "streamed", lambda *_: None)
    exact = GenerateOptions(lcm=True, precision="bf16")
    with pytest.raises(NoRoomOnGpu, match=r"sdxl-lcm.*OTE_GPU_ROOM_MIB"):
        tiny(settings).generate([Request(closed_crop, 1)], exact)


def _full_from(count: int, run: Callable[..., Any]) -> Callable[..., Any]:
    """The same with memory for less than that many pictures."""
    import torch

    def tried(pipe: Any, batch: Any, *rest: Any) -> Any:
        if len(batch.seeds) >= count:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(pipe, batch, *rest)

    return tried


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
