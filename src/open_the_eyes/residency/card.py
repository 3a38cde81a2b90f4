"""The facts of one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

AUTO: Final = ("bf16", "fp32", "int8", "int4")
"""What "auto" may take, best first. fp8 is as large as int8 and runs on fewer GPUs, so it has to be asked for."""


@dataclass(frozen=True, slots=True)
class Rung:
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
    """The facts of one model; sizes are MiB on the device.

    Args:
        name: under which it is leased.
        source: hub id, and the file where it is one of several.
        revision: of that source.
        sha256: of its one file; None for a folder, or where it is recorded at the first fetch.
        licence: as its authors name it.
        commercial: whether that licence lets results be used commercially.
        mib: weights by precision: "fp32", "bf16", "fp8", "int8", "int4".
        activation_mib: what each picture of a batch adds while the model runs.
        fixed_mib: what a run adds whatever its batch.
        streamed_mib: weights on the device at one time when they are streamed; None where they cannot be.
        stage: the branch of `--profile` under which its leases appear.
    """

    name: str
    source: str
    revision: str
    sha256: str | None
    licence: str
    commercial: bool
    mib: Mapping[str, int]
    activation_mib: int
    fixed_mib: int = 0
    streamed_mib: int | None = None
    stage: str = ""

    def weights_mib(self, rung: Rung) -> int:
        """Weights on the device."""
        if rung.streamed and self.streamed_mib is not None:
            return self.streamed_mib
        return self.mib[rung.precision]

    def working_mib(self, batch: int) -> int:
        """What a run of that many pictures needs beside the weights."""
        return self.fixed_mib + batch * self.activation_mib

    def rungs(self, wanted: str = "auto", *, streamable: bool = True) -> tuple[Rung, ...]:
        """The ways to have it that fulfil a wish, best first; a model of one precision has no other to give.

        Raises:
            KeyError: a precision it does not have.
        """
        if len(self.mib) == 1:
            taken = tuple(self.mib)
        elif wanted == "auto":
            taken = tuple(precision for precision in AUTO if precision in self.mib)
        else:
            taken = (wanted,) if wanted in self.mib else ()
        if not taken:
            raise KeyError(wanted)
        # quantised weights do not stream, and need not: the best precision streams in the same room
        streamed = (Rung(next(iter(self.mib)), True),) if streamable and self.streamed_mib is not None else ()
        return tuple(Rung(precision) for precision in taken) + streamed
