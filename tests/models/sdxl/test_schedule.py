"""Modes in numbers."""

from __future__ import annotations

import itertools

import pytest

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
