"""Is there memory for faces this large? Said before they are painted: a system that runs out kills the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..errors import NoCapacity
from ..roles import Crop
from ..system.ram import free_ram_mib

# Four fifths of what `python -m benchmarks.cpu_speed` measures, since whoever is refused has to be refused rightly.
AT_WORK: Final = 32
"""Memory needed while a crop's eyes are painted and laid in, bytes for each of its pixels."""
KEPT: Final = 6
"""Memory that each attempt at a crop keeps, bytes for each of its pixels."""
SMALL_MIB: Final = 256.0
"""Need below which nobody is refused, MiB: what else a program takes and gives back counts as much."""


def check_room(crops: Sequence[Crop], attempts: int) -> None:
    """Refuses faces for which there surely is too little memory; none where the system does not tell how much there is.

    Raises:
        NoCapacity: there is too little.
    """
    sizes = [crop.mask.size for crop in crops]
    need = (AT_WORK * max(sizes, default=0) + KEPT * attempts * sum(sizes)) / 2**20
    if need < SMALL_MIB:
        return
    free = free_ram_mib()
    if free is not None and free < need:
        raise NoCapacity(
            f"expected {need / 1024:.1f} GiB of free memory for faces this large, got {free / 1024:.1f} GiB; make the "
            "photo smaller, ask for fewer variations, or end other programs."
        )
