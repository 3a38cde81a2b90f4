"""Modes in numbers."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from benchmarks.sdxl_random import SCHEDULER
from open_the_eyes.models.sdxl import pipelines
from open_the_eyes.models.sdxl.checkpoint import Checkpoint
from open_the_eyes.models.sdxl.denoising import handover
from open_the_eyes.models.sdxl.schedule import LCM, MODES, Schedule, schedule_of
from open_the_eyes.options import GenerateOptions, Mode


@pytest.mark.parametrize(
    ("mode", "base", "refiner"), [("fast", 15, 0), ("standard", 30, 5), ("quality", 50, 8), ("ultra", 50, 8)]
)
def test_a_mode_has_the_steps_it_is_known_by(mode: Mode, base: int, refiner: int) -> None:
    chosen = schedule_of(GenerateOptions(mode=mode))
    assert (chosen.base_steps, chosen.refiner_steps) == (base, refiner)
    assert chosen.steps == base + refiner
    assert 0 < chosen.guided_steps <= base


def test_lcm_has_four_steps_and_no_guidance_whatever_the_mode() -> None:
    assert {schedule_of(GenerateOptions(mode=mode, lcm=True)) for mode in MODES} == {LCM}
    assert (LCM.steps, LCM.guided_steps) == (4, 0)


@pytest.mark.parametrize("strength", [0.01, 0.3, 0.35, 0.5, 0.55, 0.6, 0.7, 0.99, 1.0])
def test_diffusers_rounding_leaves_every_step_in(strength: float) -> None:
    for base, refiner in itertools.product((1, 4, 15, 30, 50), (0, 5, 8)):
        plan = Schedule(base, refiner, strength, 5.0, 1.0)
        assert int(plan.scale_steps * plan.strength_to_pass) == plan.steps
        assert plan.steps / plan.scale_steps <= strength + 1e-6
        assert plan.scale_steps >= plan.steps


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize(
    ("chosen", "first", "late"),
    [
        pytest.param(MODES["fast"], 499, None, id="fast"),
        pytest.param(MODES["standard"], 546, 77, id="standard"),
        pytest.param(MODES["quality"], 597, 81, id="quality"),
        pytest.param(MODES["ultra"], 597, 81, id="ultra"),
        pytest.param(LCM, 499, None, id="lcm"),
    ],
)
def test_a_strength_is_where_its_first_step_lies_on_a_scale_of_a_thousand(
    tmp_path: Path, chosen: Schedule, first: int, late: int | None
) -> None:
    (tmp_path / "scheduler").mkdir()
    (tmp_path / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER))
    scheduler = pipelines.scheduler(Checkpoint(tmp_path, tmp_path), lcm=chosen.lcm, for_refiner=False)
    share = handover(scheduler, chosen)
    scheduler.set_timesteps(chosen.scale_steps)
    every = scheduler.timesteps.tolist()
    assert len(every) == chosen.scale_steps
    ran = every[-chosen.steps :]
    assert ran[0] == first
    assert first == pytest.approx(1000 * chosen.strength, abs=5)
    if share is not None:
        below = [t for t in ran if t < round(1000 * (1 - share))]  # as diffusers' pipelines tell the two parts apart
        assert (len(below), below[0]) == (chosen.refiner_steps, late)
