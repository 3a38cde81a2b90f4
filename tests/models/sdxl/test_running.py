"""How the SDXL engine runs: steps that are told and can be stopped, what is kept, memory that runs out."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from open_the_eyes.errors import Cancelled, NoRoomOnGpu
from open_the_eyes.models.sdxl import denoising, prompts, speed
from open_the_eyes.models.sdxl import generator as sdxl_generator
from open_the_eyes.models.sdxl.checkpoint import Checkpoint
from open_the_eyes.models.sdxl.denoising import InpaintInput
from open_the_eyes.models.sdxl.generator import SdxlGenerator
from open_the_eyes.models.trimmed_patches import TrimmedPatches
from open_the_eyes.options import GenerateOptions, Mode
from open_the_eyes.roles import Crop, Request
from open_the_eyes.settings import Settings
from tests.models.sdxl.conftest import tiny
from tests.models.sdxl.log import Log

FAST = GenerateOptions(mode="fast")
LCM = GenerateOptions(lcm=True)


@pytest.mark.parametrize(
    ("options", "base", "refiner"),
    [
        (GenerateOptions(mode="fast"), 15, 0),
        (GenerateOptions(mode="standard"), 30, 5),
        (GenerateOptions(lcm=True, mode="ultra"), 4, 0),
    ],
    ids=["fast", "standard", "lcm"],
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
    monkeypatch.setattr(generator._sampler.residency, "note_progress", lambda: heard.append("got on"))
    generator.generate([Request(closed_crop, 1)], LCM)
    assert heard == ["got on", "on cpu", *["got on"] * 4, "off", "got on", "got on"]


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
    assert isinstance(patches, TrimmedPatches)
    assert all(one.inner.pixels.size < 0.6 * closed_crop.pixels.size for one in patches.trimmed)


@pytest.mark.parametrize(("mode", "after"), [("fast", 1), ("standard", 31)], ids=["base", "refiner"])
def test_stopping_between_steps_stops_there_and_the_next_run_is_as_ever(
    generator: SdxlGenerator, closed_crop: Crop, calls: Counter[int], mode: Mode, after: int
) -> None:
    with pytest.raises(Cancelled):
        generator.generate([Request(closed_crop, 1)], GenerateOptions(mode=mode), Log(stop_after=after))
    assert calls.total() == after
    before, again = (generator.generate([Request(closed_crop, 1)], LCM)[0] for _ in range(2))
    assert np.array_equal(before.pixels, again.pixels)


def test_the_text_encoders_are_loaded_once_for_all_photos(
    settings: Settings, generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "_KNOWN", {})
    (first,) = generator.generate([Request(closed_crop, 1)], LCM)
    monkeypatch.setattr(prompts, "_KNOWN", {})  # as in another process
    monkeypatch.setattr(Checkpoint, "text_pipeline", lambda _: pytest.fail("loaded text encoders again"))
    (second,) = tiny(settings).generate([Request(closed_crop, 1)], LCM)
    assert np.array_equal(second.pixels, first.pixels)


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


def test_of_variations_of_a_face_the_photo_is_encoded_once_and_each_start_by_itself(
    generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [Request(closed_crop, seed) for seed in (1, 2, 3)]
    alone = [generator.generate([request], LCM)[0] for request in requests]
    latents, count = denoising._latents, 0

    def counting(*given: Any) -> Any:
        nonlocal count
        count += 1
        return latents(*given)

    monkeypatch.setattr(denoising, "_latents", counting)
    together = generator.generate(requests, LCM)
    assert count == 3 + 1
    assert all(np.abs(a.pixels - b.pixels).max() < 0.05 for a, b in zip(alone, together, strict=True))
    count = 0
    brighter = replace(closed_crop, pixels=np.clip(closed_crop.pixels, 8, 255))
    generator.generate([Request(closed_crop, 1), Request(brighter, 1)], LCM)
    assert count == 4, "another photo is another picture"


def test_a_picture_that_is_no_numbers_is_told_as_that_and_the_others_are_as_ever(
    generator: SdxlGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [Request(closed_crop, seed) for seed in (1, 2)]
    wanted = generator.generate(requests, LCM)
    decoded = denoising.decoded

    def overflown(vae: Any, batches: Any) -> Iterator[Any]:
        for batch in batches:
            for picture in decoded(vae, [batch]):
                yield picture * np.nan if batch.seeds == (1,) else picture

    monkeypatch.setattr(denoising, "decoded", overflown)
    first, second = generator.generate(requests, LCM)
    assert first.fault == sdxl_generator.NO_PICTURE
    assert first.mask.max() == 0
    assert np.array_equal(first.pixels, closed_crop.pixels)
    assert not second.fault
    assert np.array_equal(second.pixels, wanted[1].pixels)


def test_no_room_for_one_picture_is_said_with_what_to_do(
    settings: Settings, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denoising, "painted", _full_from(1, denoising.painted))
    monkeypatch.setattr(speed, "set_up_streaming", lambda *_: None)
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
