"""Which steps run: a mode's name in numbers, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ...options import GenerateOptions, Mode

LCM_STEPS: Final = 4
"""Steps that a latent consistency model needs."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a picture is denoised; why these numbers: docs/pipeline.md.

    Args:
        base_steps: that the base model runs.
        refiner_steps: that the refiner runs after them; 0 for none.
        strength: 0..1, how much noise the start gets, as a share of the noise scale.
        guidance: classifier-free guidance (Ho & Salimans 2022); 1 is none.
        guided_share: share of the base's steps, from the first on, that have guidance.
        lcm: whether these are steps of a latent consistency model (Luo et al. 2023).
    """

    base_steps: int
    refiner_steps: int
    strength: float
    guidance: float
    guided_share: float
    lcm: bool = False

    @property
    def steps(self) -> int:
        """All that run."""
        return self.base_steps + self.refiner_steps

    @property
    def scale_steps(self) -> int:
        """Steps into which the whole noise scale is cut, so that `steps` of them lie below `strength`."""
        return math.ceil(self.steps / self.strength - 1e-9)

    @property
    def strength_to_pass(self) -> float:
        """What makes diffusers run exactly `steps`: it rounds `scale_steps * strength` down."""
        return min((self.steps + 0.5) / self.scale_steps, 1.0)

    @property
    def guided_steps(self) -> int:
        return math.ceil(self.base_steps * self.guided_share) if self.guidance > 1 else 0


# before you change steps or strength: for some counts, such as 61 and 103, diffusers spaces one step too many
MODES: Final[dict[Mode, Schedule]] = {
    "fast": Schedule(15, 0, 0.5, 5.0, 0.6),
    "standard": Schedule(30, 5, 0.55, 5.0, 0.6),
    "quality": Schedule(50, 8, 0.6, 5.0, 0.8),
    "ultra": Schedule(50, 8, 0.6, 5.0, 1.0),
}
"""Steps of each mode; its name is the option's."""
LCM: Final = Schedule(LCM_STEPS, 0, 0.5, 1.0, 0.0, lcm=True)


def schedule_of(options: GenerateOptions) -> Schedule:
    """The steps that these options name."""
    return LCM if options.lcm else MODES[options.mode]
