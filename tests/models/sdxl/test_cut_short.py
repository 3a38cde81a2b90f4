"""Files of SDXL that are not whole are named with what to do, by whichever library finds out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.sdxl_random import TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.errors import WeightsMissing
from open_the_eyes.models.sdxl import checkpoint, pipelines
from open_the_eyes.models.sdxl.checkpoint import Checkpoint

pytestmark = pytest.mark.usefixtures("libraries")


@pytest.mark.parametrize(
    ("file", "read"),
    [
        ("sdxl-vae/diffusion_pytorch_model.safetensors", lambda folder, _: checkpoint.vae(folder / "sdxl-vae", None)),
        ("sdxl-inpaint/scheduler/scheduler_config.json", lambda _, base: base.scheduler()),
        ("sdxl-inpaint/tokenizer/tokenizer.json", lambda _, base: base.text_pipeline()),
        ("sdxl-inpaint/text_encoder_2/model.fp16.safetensors", lambda _, base: base.text_pipeline()),
        (
            "lcm-lora/pytorch_lora_weights.safetensors",
            lambda folder, _: pipelines.with_lcm(
                random_unet(TINY.unet), folder / "lcm-lora/pytorch_lora_weights.safetensors"
            ),
        ),
    ],
    ids=["vae", "scheduler", "tokenizer", "text encoder", "lora"],
)
def test_a_file_that_was_cut_short_is_fetched_again(
    weights: Path, tmp_path: Path, file: str, read: Callable[[Path, Checkpoint], object]
) -> None:
    shutil.copytree(weights, tmp_path / "cut")
    (tmp_path / "cut" / file).write_bytes((weights / file).read_bytes()[:60])
    base = Checkpoint(tmp_path / "cut" / "sdxl-inpaint", tmp_path / "cut" / "sdxl-inpaint")
    with pytest.raises(WeightsMissing, match=r"cut.*expected all files.*open-the-eyes fetch sdxl"):
        read(tmp_path / "cut", base)
