"""SDXL, tiny and random, written once and then loaded by the code that loads the real one."""

from __future__ import annotations

import shutil
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.sdxl.generator import SdxlGenerator
from open_the_eyes.models.sdxl.loading import LIBRARIES, load_sdxl
from open_the_eyes.residency import Residency
from open_the_eyes.settings import Settings
from tests.models.sdxl.clear_vae import clear_vae
from tests.residency.counted import CountedMemory

FRAME_PX = 128
"""Of the frames: 192 x 80 for a pair of eyes, and 24 x 10 latents."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "gpu: full-size checks; skipped where there is no CUDA GPU")


@pytest.fixture(scope="session")
def libraries() -> None:
    """The extra's libraries, imported; what they say to each other while they are is none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LIBRARIES:
            pytest.importorskip(name, reason="needs the extra sdxl, which `make test` installs")
        from diffusers import StableDiffusionXLInpaintPipeline  # noqa: F401
        from torchao.quantization import quantize_  # noqa: F401
        from transformers import CLIPTextModel  # noqa: F401
    import torch

    torch.set_num_threads(1)  # tiny networks gain nothing from more, and lose much where others are at work


@pytest.fixture(scope="session")
def weights(libraries: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """A folder as `fetch sdxl` leaves it."""
    from benchmarks.sdxl_random import write_weights

    folder = tmp_path_factory.mktemp("weights")
    write_weights(folder)
    return folder


@pytest.fixture(scope="session")
def clear_weights(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a VAE whose latents are the picture."""
    folder = tmp_path_factory.mktemp("clear") / "weights"
    shutil.copytree(weights, folder, ignore=shutil.ignore_patterns("sdxl-vae"))
    clear_vae().save_pretrained(folder / "sdxl-vae", safe_serialization=True)
    return folder


@pytest.fixture(scope="session")
def settings(weights: Path) -> Settings:
    return Settings(weights=weights, device="cpu")


@pytest.fixture(scope="session")
def generator(settings: Settings) -> SdxlGenerator:
    return tiny(settings)


def tiny(settings: Settings, residency: Residency | None = None, side: int = FRAME_PX) -> SdxlGenerator:
    """With a residency of its own, so that what one test breaks no other one finds broken."""
    return load_sdxl(settings, AppearanceGenerator(), side, residency or Residency(CountedMemory(), "cpu"))


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
