"""The soft mask between steps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from open_the_eyes.models.sdxl import denoising, masks


def test_a_place_is_free_for_as_large_a_share_of_the_steps_as_its_mask() -> None:
    steps = 20
    for value in (0.05, 0.25, 0.5, 1.0):
        free = sum(value > masks.free_above(step, steps) for step in range(steps))
        assert free == pytest.approx(value * steps, abs=1)


def test_the_middle_is_free_from_the_first_step_and_the_rim_only_at_last() -> None:
    assert masks.free_above(0, 10) < 1
    assert masks.free_above(0, 10) == pytest.approx(0.9)
    assert masks.free_above(10, 10) == 0


@pytest.mark.usefixtures("libraries")
def test_in_each_cell_the_model_is_told_what_it_is_shown_all_of_the_photo_or_nothing() -> None:
    import torch
    from diffusers import StableDiffusionXLInpaintPipeline as Pipeline
    from torch.nn.functional import avg_pool2d

    seen: list[Any] = []

    def encode(picture: Any) -> Any:
        seen.append(picture)
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: avg_pool2d(picture, 8)))

    facts = {"device": "cpu", "dtype": torch.float32, "config": SimpleNamespace(scaling_factor=1.0)}
    vae = SimpleNamespace(encode=encode, **facts)
    y, x = np.mgrid[:80, :192].astype(np.float32)
    mask = np.clip((1 - np.hypot((x - 61) / 23, (y - 39) / 13)) * 4, 0, 1).astype(np.float32)
    white = np.full((80, 192, 3), 255, np.float32)
    (batch,) = denoising.encoded(vae, [denoising.InpaintInput(white, white, mask, 0)])
    about = (1, 80, 192, torch.float32, "cpu", None, False)
    told, _ = Pipeline.prepare_mask_latents(SimpleNamespace(vae_scale_factor=8), batch.hidden, None, *about)
    blank = avg_pool2d((seen[1][:, :1] == 0).float(), 8)
    assert torch.equal(told, blank)
    assert bool((told[batch.soft > masks.TOUCHED] == 1).all())
    assert 0 < float(told.mean()) < 0.5


@pytest.mark.usefixtures("libraries")
def test_outside_the_mask_the_start_is_held_at_every_step() -> None:
    import torch

    painted, start = torch.ones(1, 4, 2, 2), torch.zeros(1, 4, 2, 2)
    soft = torch.tensor([[[[0.0, 0.3], [0.7, 1.0]]]])
    seen = [masks.held(painted, start, soft, step, 10)[0, 0].flatten().tolist() for step in (0, 5, 10)]
    assert seen == [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]]


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("kind", ["EulerDiscreteScheduler", "LCMScheduler"])
def test_the_start_gets_the_noise_of_the_step_to_come_and_none_at_the_end(kind: str) -> None:
    import diffusers
    import torch

    from benchmarks.sdxl_random import SCHEDULER

    scheduler: Any = getattr(diffusers, kind).from_config(SCHEDULER)
    scheduler.set_timesteps(4)
    scheduler.set_begin_index(0)
    start, noise = torch.zeros(1, 4, 2, 2), torch.ones(1, 4, 2, 2)
    levels = []
    for t in scheduler.timesteps:
        scheduler.step(torch.zeros_like(start), t, start)
        levels.append(float(masks.at_noise_of(scheduler, start, noise).mean()))
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 0.5
    assert levels[-1] == 0
