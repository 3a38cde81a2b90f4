"""What a GPU of a given size holds: the table of docs/gpu.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import NoRoomOnGpu
from .budget import LARGEST_BATCH, batch_that_fits, choose_precision, needs
from .cards import CODEFORMER, SDXL_BASE, SDXL_REFINER, SDXL_VAE, ModelCard, Variant

GPUS_GB: Final = (4, 6, 8, 12, 16, 24, 48, 80, 141)
SHOWN: Final = (SDXL_BASE, SDXL_REFINER, SDXL_VAE, CODEFORMER)
UNUSABLE_MIB: Final = 1024
"""Of every GPU: CUDA's own context, about half, and what an allocator loses between its blocks."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One model in a plan.

    Args:
        stays: beside all others that stay, while the largest batch that fits is at work; else it swaps.
        batch: how many pictures it takes at once.
    """

    name: str
    variant: Variant
    stays: bool
    batch: int

    def __str__(self) -> str:
        return f"{self.variant}, {self.batch} at once, {'stays' if self.stays else 'swaps'}"


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """Where each model is while the largest request is painted; `places` in the order of the cards."""

    room_mib: int
    places: tuple[Placement, ...]

    def of(self, name: str) -> Placement:
        return next(place for place in self.places if place.name == name)


def room_of(gpu_gb: int) -> int:
    """MiB for models on a GPU of that many GB, with nothing else running."""
    return gpu_gb * 1024 - UNUSABLE_MIB


def capacity_plan(room_mib: int, cards: Sequence[ModelCard] = SHOWN) -> CapacityPlan:
    """Who stays and who swaps while batches are as large as they can be.

    The heavy models stay together where the largest batch fits beside them all, and take turns elsewhere: a swap costs
    less than a second batch. With smaller batches nobody has to leave, so then nobody does.

    Raises:
        NoRoomOnGpu: a model does not fit in any way.
    """
    variants = choose_precision(cards, room_mib)
    weights = {card.name: card.weights_mib(variants[card.name]) for card in cards}
    staying = _staying(cards, variants, weights, room_mib)
    places = []
    for card in cards:
        beside = sum(weights[name] for name in staying - {card.name})
        batch = batch_that_fits(card, variants[card.name], room_mib - beside)
        places.append(Placement(card.name, variants[card.name], card.name in staying, batch))
    return CapacityPlan(room_mib, tuple(places))


def _staying(
    cards: Sequence[ModelCard], variants: Mapping[str, Variant], weights: Mapping[str, int], room_mib: int
) -> frozenset[str]:
    """All, or those lighter than one picture of the largest batch (sending them away buys nothing), or nobody."""
    picture = max(card.activation_mib for card in cards)
    light = frozenset(name for name, mib in weights.items() if mib <= picture)
    for staying, batch in ((frozenset(weights), LARGEST_BATCH), (light, 1)):
        others = {card.name: sum(weights[name] for name in staying - {card.name}) for card in cards}
        if all(others[card.name] + needs(card, variants[card.name], batch) <= room_mib for card in cards):
            return staying
    return frozenset()


def table(gpus_gb: Sequence[int] = GPUS_GB) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield f"| GPU | room | {' | '.join(card.name for card in SHOWN)} |"
    yield "|---" * (2 + len(SHOWN)) + "|"
    for gb in gpus_gb:
        yield f"| {gb} GB | {room_of(gb):,} MiB | {' | '.join(_cells(room_of(gb)))} |"


def _cells(room_mib: int) -> list[str]:
    try:
        plan = capacity_plan(room_mib)
    except NoRoomOnGpu:
        return ["does not fit"] * len(SHOWN)
    return [str(plan.of(card.name)) for card in SHOWN]
