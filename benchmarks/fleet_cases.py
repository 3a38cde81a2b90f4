"""Stages with their times: those told of another system, and ours. What was not measured here says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .fleet_simulation import Fleet, Run, Stage, simulate

TOLD: Final = (
    Stage("detect", 2.1),
    Stage("crop", 1.8, after=("detect",)),
    Stage("generate", 12.5, on="gpu", after=("crop",)),  # all variations in one batch
    Stage("blend", 1.5, after=("generate",), each="variation"),
    Stage("restore", 5.8, on="gpu", after=("generate",), each="variation", roams=True),
    Stage("metadata", 3.2, after=("blend", "restore")),
)
"""Seconds a stage of one face at 30 + 5 steps on RTX 4090s, as they were told of another program for the same job. No
address has them, so they check the simulation's arithmetic and nothing of ours."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something told of that program, and what the simulation says of it."""

    what: str
    told: float
    simulated: float
    unit: str

    @property
    def off(self) -> float:
        """The difference as a share of what was told."""
        return self.simulated / self.told - 1


def told_cases() -> tuple[Case, ...]:
    """Whether the simulation gets what was told of that program.

    One GPU fits a program that does everything in order; two fit one that blends a variation while it is restored, and
    lets the second GPU restore.
    """
    plain, piped = Fleet(in_order=True), Fleet(gpus=2, cores=4)
    eight = simulate(TOLD, Fleet(gpus=8, in_order=True), photos=400)
    return (
        Case("one photo, one GPU", 26.9, simulate(TOLD, plain, 1).seconds, "s"),
        Case("four variations, one GPU", 48.8, simulate(TOLD, plain, 1, 4).seconds, "s"),
        Case("four variations, two GPUs", 31.2, simulate(TOLD, piped, 1, 4).seconds, "s"),
        Case("photos a minute, eight GPUs", 17.6, eight.per_minute, ""),
    )


PAINTING: Final[Mapping[str, float]] = {
    "A100, bf16": 4.63,
    "A100, compiled": 2.54,
    "H100, plain": 2.50,
    "H100, TensorRT": 1.47,
}
"""Seconds of SDXL for one picture of 1024 x 1024 in 30 steps. From the literature, of plain text to image; not measured
here, with no weights and no GPU at hand. A100: huggingface.co/docs/diffusers/tutorials/fast_diffusion; H100:
huggingface.co/stabilityai/stable-diffusion-xl-1.0-tensorrt."""

CPU_STAGES: Final = ("read", "detect", "confirm", "crop", "generate", "blend", "verify", "compose", "save")
"""Of ours, in order. `generate` is the appearance model, whose eyes SDXL starts from."""


def ours(cpu: Mapping[str, float], painting: float | None) -> tuple[Stage, ...]:
    """Our stages with measured times on the processor; `painting` seconds on a GPU where SDXL paints, else None."""
    stages: list[Stage] = []
    for name in CPU_STAGES:
        stages.append(Stage(name, cpu[name], after=(stages[-1].name,) if stages else ()))
        if name == "generate" and painting is not None:
            stages.append(Stage("paint", painting, on="gpu", after=("generate",)))
    return tuple(stages)


def beside_ours(cpu: Mapping[str, float], painting: float, fleet: Fleet, photos: int = 200) -> Run:
    """Our stages on a fleet."""
    return simulate(ours(cpu, painting), fleet, photos)
