"""Stages with their times: those another system published, and ours. What was not measured here says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .fleet_simulation import Fleet, Run, Stage, simulate

PUBLISHED: Final = (
    Stage("detect", 2.1),
    Stage("crop", 1.8, after=("detect",)),
    Stage("generate", 12.5, on="gpu", after=("crop",)),  # all variations in one batch
    Stage("blend", 1.5, after=("generate",), each="variation"),
    Stage("restore", 5.8, on="gpu", after=("generate",), each="variation", roams=True),
    Stage("metadata", 3.2, after=("blend", "restore")),
)
"""Seconds a stage of one face at 30 + 5 steps on RTX 4090s, as the authors of that system give them."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something published, and what the simulation says of it."""

    what: str
    published: float
    simulated: float
    unit: str

    @property
    def off(self) -> float:
        """The difference as a share of what was published."""
        return self.simulated / self.published - 1


def published_cases() -> tuple[Case, ...]:
    """Whether the simulation gets what was measured on that system.

    One GPU fits a program that does everything in order; two fit one that blends a variation while it is restored, and
    lets the second GPU restore.
    """
    plain, piped = Fleet(in_order=True), Fleet(gpus=2, cores=4)
    eight = simulate(PUBLISHED, Fleet(gpus=8, in_order=True), photos=400)
    return (
        Case("one photo, one GPU", 26.9, simulate(PUBLISHED, plain, 1).seconds, "s"),
        Case("four variations, one GPU", 48.8, simulate(PUBLISHED, plain, 1, 4).seconds, "s"),
        Case("four variations, two GPUs", 31.2, simulate(PUBLISHED, piped, 1, 4).seconds, "s"),
        Case("photos a minute, eight GPUs", 17.6, eight.per_minute, ""),
    )


PAINTING: Final[Mapping[str, float]] = {
    "A100, bf16": 4.63,
    "A100, compiled": 2.54,
    "H100, bf16": 2.50,
    "H100, TensorRT": 1.47,
}
"""Seconds of SDXL for one picture of 1024 x 1024 in 30 steps. From the literature, of plain text to image; not measured
here, with no weights and no GPU at hand."""

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
