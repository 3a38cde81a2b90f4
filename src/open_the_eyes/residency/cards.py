"""The models that are leased, and what each takes on a device.

Weights of SDXL are counted by `python -m benchmarks.sdxl_sizes`, and so is what lives at the worst moment of one call:
158 MiB in the base and 189 in the refiner for a row of 1024 x 1024, 1,536 MiB in the VAE. Guidance takes two rows a
picture. Half as much again goes to what counting does not see: what the allocator rounds up, and what kernels use
besides. ONNX files weigh on the device what they weigh on the disk. `fixed_mib` of U-Nets and ONNX networks and
`streamed_mib` are estimates; nothing was measured on a GPU yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..errors import UsageError

AUTO: Final = ("bf16", "fp32", "int8", "int4")
"""Precisions that "auto" may take, best first. fp8 is as large as int8 and runs on fewer GPUs, so it has to be asked
for."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to have a model on the device.

    Args:
        precision: of its weights.
        streamed: the weights wait in the computer's memory and visit the device part by part.
    """

    precision: str
    streamed: bool = False

    def __str__(self) -> str:
        return f"{self.precision} streamed" if self.streamed else self.precision


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one model takes on a device, in MiB; where its files come from is in the catalogue of weights.

    Args:
        name: under which it is leased.
        mib: weights by precision: "fp32", "bf16", "fp8", "int8", "int4"; best first.
        activation_mib: what each picture of a batch adds while the model runs.
        fixed_mib: what a run adds whatever its batch.
        streamed_mib: weights on the device at one time when they are streamed; None where they cannot be.
        stage: the branch of `--profile` under which its leases appear.
    """

    name: str
    mib: Mapping[str, int]
    activation_mib: int
    fixed_mib: int = 0
    streamed_mib: int | None = None
    stage: str = ""

    def weights_mib(self, variant: Variant) -> int:
        """Weights on the device."""
        if variant.streamed and self.streamed_mib is not None:
            return self.streamed_mib
        return self.mib[variant.precision]

    def working_mib(self, batch: int) -> int:
        """What a run of that many pictures needs beside the weights."""
        return self.fixed_mib + batch * self.activation_mib

    def variants(self, wanted: str = "auto", *, streamable: bool = True) -> tuple[Variant, ...]:
        """The ways to have it that fulfil a wish, best first; a model of one precision has no other to give.

        Raises:
            UsageError: a precision it does not have.
        """
        if len(self.mib) == 1:
            taken = tuple(self.mib)
        elif wanted == "auto":
            taken = tuple(precision for precision in AUTO if precision in self.mib)
        else:
            taken = (wanted,) if wanted in self.mib else ()
        if not taken:
            known = ", ".join(("auto", *self.mib))
            raise UsageError(f"precision of {self.name}: expected one of {known}; got {wanted!r}.")
        # quantised weights do not stream, and need not: the best precision streams in the same room
        streamed = (Variant(next(iter(self.mib)), True),) if streamable and self.streamed_mib is not None else ()
        return tuple(Variant(precision) for precision in taken) + streamed


def _onnx(name: str, stage: str, mib: int, fixed_mib: int) -> ModelCard:
    """A network of onnxruntime, which takes pictures one by one."""
    return ModelCard(name, {"fp32": mib}, activation_mib=8, fixed_mib=fixed_mib, stage=f"{stage}/{name}")


SDXL_BASE: Final = ModelCard(
    "sdxl-base",
    {"bf16": 4897, "fp8": 2792, "int8": 2792, "int4": 2249},
    activation_mib=480,
    fixed_mib=512,
    streamed_mib=512,
    stage="generate/base",
)
SDXL_LCM: Final = replace(SDXL_BASE, name="sdxl-lcm")  # the LoRA is added to the base's own weights
SDXL_REFINER: Final = ModelCard(
    "sdxl-refiner",
    {"bf16": 4310, "fp8": 2975, "int8": 2975, "int4": 2558},
    activation_mib=576,
    fixed_mib=512,
    streamed_mib=512,
    stage="generate/refiner",
)
SDXL_VAE: Final = ModelCard(
    "sdxl-vae",
    {"fp16": 160},
    activation_mib=24,  # a finished picture; they are encoded and decoded one by one
    fixed_mib=2304,
    stage="generate/vae",
)
CODEFORMER: Final = _onnx("codeformer", "restore", 360, 1024)
GFPGAN: Final = _onnx("gfpgan", "restore", 325, 1024)
GPEN: Final = _onnx("gpen", "restore", 272, 1024)
RESTOREFORMER: Final = _onnx("restoreformer", "restore", 281, 1024)
SCRFD: Final = _onnx("scrfd", "detect", 17, 512)
ARCFACE: Final = _onnx("arcface", "detect", 167, 256)

CARDS: Final = (
    SDXL_BASE, SDXL_LCM, SDXL_REFINER, SDXL_VAE, CODEFORMER, GFPGAN, GPEN, RESTOREFORMER, SCRFD, ARCFACE,
)  # fmt: skip
BY_NAME: Final = {card.name: card for card in CARDS}
