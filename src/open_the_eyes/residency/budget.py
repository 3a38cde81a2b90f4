"""Who leaves the GPU, which precision, how many at once: arithmetic over sizes and ages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import NoRoomOnGpu
from .cards import ModelCard, Variant

LARGEST_BATCH: Final = 32
"""Most pictures in one batch: a group of eight, four variations each. Larger ones gain nothing on today's GPUs."""
COMFORTABLE_BATCH: Final = 4
"""Pictures that shall fit at once before a finer precision is taken: the usual four variations."""
COARSE: Final = ("int4",)
"""Precisions that can be seen in the picture: taken only where a single picture does not fit otherwise."""
UNUSABLE_MIB: Final = 1024
"""Memory of every GPU that cannot be used: CUDA's own context, about half, and what an allocator loses between its
blocks."""
ADVICE: Final = "End other programs that use the GPU, raise OTE_GPU_ROOM_MIB if it is set, or do without the GPU"
WITHOUT_GPU: Final = "--engine appearance, and OTE_DEVICE=cpu for restorers"


@dataclass(frozen=True, slots=True)
class Resident:
    """A model that is on the device.

    Args:
        mib: what it holds there; while it is leased, with all that its run needs.
        last_used: larger is later.
        leased: in use, so it stays.
    """

    name: str
    mib: int
    last_used: int
    leased: bool = False


def names_to_evict(residents: Sequence[Resident], needed_mib: int, room_mib: int, whom: str = "a model") -> list[str]:
    """The names that have to leave before `needed_mib` fit into the room, least recently used first.

    Raises:
        NoRoomOnGpu: what is leased leaves too little.
    """
    free = room_mib - sum(resident.mib for resident in residents)
    leaving = []
    for resident in sorted(residents, key=lambda r: r.last_used):
        if free >= needed_mib:
            break
        if not resident.leased:
            leaving.append(resident.name)
            free += resident.mib
    if free < needed_mib:
        raise no_room(whom, needed_mib, room_mib, [r for r in residents if r.leased])
    return leaving


def no_room(whom: str, needed_mib: int, room_mib: int, leased: Sequence[Resident] = (), why: str = "") -> NoRoomOnGpu:
    """The error in numbers."""
    return NoRoomOnGpu(f"{lacking(whom, needed_mib, room_mib, leased, why)}.", mend=WITHOUT_GPU, how=ADVICE)


def lacking(whom: str, needed_mib: int, room_mib: int, leased: Sequence[Resident], why: str = "") -> str:
    """What was expected and what was found, without what to do."""
    used = "".join(f", {r.mib} MiB of it in use by {r.name}" for r in leased)
    cause = f" ({why})" if why else ""
    return f"{whom}: expected {needed_mib} MiB of GPU memory, the room is {room_mib} MiB{used}{cause}"


def variant_that_fits(card: ModelCard, variants: Sequence[Variant], room_mib: int) -> Variant:
    """The first of the variants that leaves room for a comfortable batch, or else for one picture.

    It looks at the whole room and not at what is free just now, so that a photo gets the same precision every time.

    Raises:
        NoRoomOnGpu: not even one picture fits.
    """
    tries = [
        (variant, COMFORTABLE_BATCH) for variant in variants if variant.precision not in COARSE and not variant.streamed
    ]
    for variant, batch in (*tries, *((variant, 1) for variant in variants)):
        if needs(card, variant, batch) <= room_mib:
            return variant
    raise no_room(card.name, least(card, variants), room_mib)


def choose_precision(cards: Sequence[ModelCard], room_mib: int) -> Mapping[str, Variant]:
    """`variant_that_fits` for each card, by name."""
    return {card.name: variant_that_fits(card, card.variants(), room_mib) for card in cards}


def least(card: ModelCard, variants: Sequence[Variant] = ()) -> int:
    """MiB for one picture by the smallest of the variants, of all that a card has where none are given."""
    return min(needs(card, variant, 1) for variant in variants or card.variants())


def batch_that_fits(card: ModelCard, variant: Variant, room_mib: int, most: int = LARGEST_BATCH) -> int:
    """How many pictures can go through at once; 0 where not one can."""
    left = room_mib - needs(card, variant, 0)
    if left < card.activation_mib:
        return 0
    return min(most, left // card.activation_mib if card.activation_mib else most)


def needs(card: ModelCard, variant: Variant, batch: int) -> int:
    """MiB for weights and a run together."""
    return card.weights_mib(variant) + card.working_mib(batch)
