"""A photo's whole way, base, refiner, blend, restore, verify, save, on GPUs that only count, full ones among them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from open_the_eyes import pipeline
from open_the_eyes.engine import Engine
from open_the_eyes.errors import Cancelled, NoRoomOnGpu
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models.restorers.onnx_restorer import OnnxRestorer
from open_the_eyes.models.sdxl import denoising, quantise, schedule
from open_the_eyes.models.sdxl.schedule import Schedule
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.residency.cards import CODEFORMER
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from tests import networks
from tests.models.sdxl.conftest import tiny
from tests.models.sdxl.fake_gpu import Cache, FakeGpu

SMALL = 32
"""Side of the frames: a clear VAE's latents are as large as the picture."""


class Bench:
    """The product on fake GPUs."""

    def __init__(self, engine: Engine, weights: Path, restorer: Path) -> None:
        self.settings = Settings(weights=weights, device="cpu", compile=False)
        self.engine = engine
        self.restorer = restorer
        self.cache: Cache = {}

    def open(self, photo: Rgb, gpu: FakeGpu, progress: Any = None, **options: Any) -> Opened:
        engine = replace(
            self.engine,
            name="sdxl",
            generator=tiny(self.settings, gpu, SMALL),
            restorers={"codeformer": OnnxRestorer(CODEFORMER, self.restorer, self.settings, gpu)},
        )
        wanted = Options.of(**{"seed": 1, "restorer": "codeformer", **options})
        return pipeline.open_eyes(Photo(photo), wanted, engine=engine, progress=progress)


@pytest.fixture(scope="module")
def bench(engine: Engine, clear_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    path = tmp_path_factory.mktemp("restorer") / "codeformer" / "codeformer.onnx"
    return Bench(engine, clear_weights, networks.write(path, networks.sharpened()))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few steps at a strength at which random networks leave the eyes open, and quantisation of small layers too."""
    monkeypatch.setitem(schedule.MODES, "standard", Schedule(1, 1, 0.01, 5.0, 1.0))
    monkeypatch.setattr(schedule, "LCM", Schedule(1, 0, 0.02, 1.0, 0.0, lcm=True))
    monkeypatch.setattr(quantise, "SMALLEST", 32)
    monkeypatch.setattr(pipeline, "RETRIES", 0)


def leased(gpu: FakeGpu) -> dict[str, str]:
    """Each model and the way it was held."""
    return {record.name: record.variant for record in gpu.records}


@pytest.mark.parametrize(("gpu_gb", "base", "swaps"), [(8, "int8", True), (24, "bf16", False)], ids=["8 GB", "24 GB"])
def test_a_blink_is_opened_restored_verified_and_saved(
    bench: Bench, blinked: Rgb, tmp_path: Path, gpu_gb: int, base: str, swaps: bool
) -> None:
    gpu = FakeGpu(gpu_gb, bench.cache)
    result = bench.open(blinked, gpu)
    (face,) = result.faces
    assert face.outcome == "opened", face.reason
    assert leased(gpu) == {"sdxl-vae": "fp16", "sdxl-base": base, "sdxl-refiner": "bf16", "codeformer": "fp32"}
    assert any(step.endswith(" cpu") for step in gpu.steps) == swaps
    profiled = {stage.name for stage in result.timings}
    assert {"generate/base/load", "generate/refiner/use", "restore/codeformer/use"} <= profiled
    assert result.save(tmp_path / "opened.png").outputs
    assert gpu.left_over() == 0


def test_where_numbers_grow_too_large_the_face_stays_as_it_was_and_its_outcome_says_so(
    bench: Bench, blinked: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = denoising.decoded
    monkeypatch.setattr(denoising, "decoded", lambda *given: (picture * np.nan for picture in decoded(*given)))
    (face,) = bench.open(blinked, FakeGpu(24, bench.cache)).faces
    assert face.outcome == "kept_original"
    assert face.reason.startswith("Left as it was: what SDXL painted is no picture, since its numbers grew too large")


@pytest.mark.parametrize(
    ("gpu_gb", "options"),
    [
        (8, {"lcm": True}),
        (24, {"lcm": True}),
        (24, {"lcm": True, "precision": "int8"}),
        (24, {"precision": "int8"}),
    ],
    ids=str,
)
def test_four_steps_and_eight_bits_end_in_a_result(
    bench: Bench, blinked: Rgb, gpu_gb: int, options: dict[str, Any]
) -> None:
    gpu = FakeGpu(gpu_gb, bench.cache)
    (face,) = bench.open(blinked, gpu, **options).faces
    assert face.outcome in ("opened", "kept_original")
    base = "sdxl-lcm" if "lcm" in options else "sdxl-base"
    assert leased(gpu)[base] == options.get("precision", "int8" if gpu_gb == 8 else "bf16")
    assert gpu.left_over() == 0


def test_24_and_48_gb_take_the_same_steps_for_one_face(bench: Bench, blinked: Rgb) -> None:
    gpus = [FakeGpu(gpu_gb, bench.cache) for gpu_gb in (24, 48)]
    for gpu in gpus:
        bench.open(blinked, gpu)
    assert gpus[0].steps == gpus[1].steps


def test_who_is_told_of_progress_may_open_another_photo_beside_the_models_that_are_leased(
    bench: Bench, blinked: Rgb
) -> None:
    gpu = FakeGpu(24, bench.cache)
    inner: list[Opened] = []

    def told(name: str, _: float) -> None:
        if name == "generate/base" and not inner and len(gpu.records) == 2:
            assert [(record.name, record.end) for record in gpu.records] == [("sdxl-vae", "done"), ("sdxl-base", "")]
            inner.append(bench.open(blinked, gpu))

    outer = bench.open(blinked, gpu, progress=told)
    assert [each.faces[0].outcome for each in (outer, *inner)] == ["opened", "opened"]
    assert np.array_equal(outer.photo.pixels, inner[0].photo.pixels)
    assert gpu.left_over() == 0


@pytest.mark.parametrize(("gpu_gb", "first"), [(8, 1), (24, 3)])
def test_memory_that_runs_out_at_any_step_ends_in_a_result_or_a_clear_error(
    bench: Bench, blinked: Rgb, gpu_gb: int, first: int
) -> None:
    # every other step, in turn on one card and on the other: each takes seconds
    whole = FakeGpu(gpu_gb, bench.cache)
    bench.open(blinked, whole)
    ended: list[str] = []
    for step in range(first, len(whole.steps) + 1, 4):
        gpu = FakeGpu(gpu_gb, bench.cache, [step])
        try:
            ended.append(bench.open(blinked, gpu).faces[0].outcome)
        except NoRoomOnGpu as error:
            ended.append(re.sub(r"\d+", "N", str(error)).partition(": ")[2][:62])
        assert all(record.end for record in gpu.records)
        assert gpu.left_over() == 0, f"after step {step}, {gpu.steps[step - 1]}"
    assert set(ended) <= {"opened", "expected N MiB of GPU memory, the room is N MiB (memory ran ou"}
    assert ended.count("opened") > len(ended) / 2


@pytest.mark.parametrize("gpu_gb", [8, 48])
def test_a_gpu_that_is_full_for_good_is_a_clear_error(bench: Bench, blinked: Rgb, gpu_gb: int) -> None:
    gpu = FakeGpu(gpu_gb, bench.cache, range(3, 1000))
    with pytest.raises(NoRoomOnGpu, match=r"expected \d+ MiB of GPU memory, the room is \d+ MiB"):
        bench.open(blinked, gpu)
    assert gpu.left_over() == 0


@pytest.mark.parametrize("stage", ["generate/encode", "generate/base", "restore"])
def test_whoever_cancels_between_steps_frees_the_gpu(bench: Bench, blinked: Rgb, stage: str) -> None:
    def stop(name: str, _: float) -> None:
        if name == stage:
            raise Cancelled("stopped")

    gpu = FakeGpu(24, bench.cache)
    with pytest.raises(Cancelled):
        bench.open(blinked, gpu, stop)
    assert all(record.end for record in gpu.records)
    assert gpu.left_over() == 0
