"""`python -m benchmarks.gpu_capacity`: what a GPU of a given size holds, the table of docs/gpu.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from open_the_eyes.errors import NoRoomOnGpu
from open_the_eyes.residency.budget import UNUSABLE_MIB, batch_that_fits, variant_that_fits
from open_the_eyes.residency.cards import CODEFORMER, SDXL_BASE, SDXL_REFINER, SDXL_VAE, ModelCard

GPUS_GB: Final = (4, 6, 8, 12, 16, 24, 48, 80, 141)
SHOWN: Final = (SDXL_BASE, SDXL_REFINER, SDXL_VAE, CODEFORMER)


def room_of(gpu_gb: int) -> int:
    """MiB for models on a GPU of that many GB, with nothing else running."""
    return gpu_gb * 1024 - UNUSABLE_MIB


def table(gpus_gb: Sequence[int] = GPUS_GB) -> Iterator[str]:
    """The lines of a Markdown table: how each model is leased for as many pictures as there may be."""
    yield f"| GPU | room | {' | '.join(card.name for card in SHOWN)} |"
    yield "|---" * (2 + len(SHOWN)) + "|"
    for gb in gpus_gb:
        yield f"| {gb} GB | {room_of(gb):,} MiB | {' | '.join(_cell(card, room_of(gb)) for card in SHOWN)} |"


def _cell(card: ModelCard, room_mib: int) -> str:
    try:
        variant = variant_that_fits(card, card.variants(), room_mib)
    except NoRoomOnGpu:
        return "does not fit"
    return f"{variant}, {batch_that_fits(card, variant, room_mib)} at once"


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in table()))
