"""Arithmetic: who leaves, which precision, how many at once."""

from __future__ import annotations

import re

import pytest

from open_the_eyes.errors import NoRoomOnGpu, UsageError
from open_the_eyes.residency.budget import (
    LARGEST_BATCH,
    Resident,
    batch_that_fits,
    choose_precision,
    names_to_evict,
    variant_that_fits,
)
from open_the_eyes.residency.cards import CARDS, SDXL_VAE, ModelCard, Variant
from tests.residency.fakes import card

OLD, MIDDLE, NEW = (Resident(name, 300, age) for age, name in enumerate(("old", "middle", "new")))
BUSY = Resident("busy", 300, 0, leased=True)


@pytest.mark.parametrize(
    ("residents", "needed", "leaving"),
    [
        pytest.param([], 1000, [], id="an empty device"),
        pytest.param([], 0, [], id="nothing needed"),
        pytest.param([OLD, MIDDLE, NEW], 100, [], id="room enough to the last MiB"),
        pytest.param([OLD, MIDDLE, NEW], 101, ["old"], id="one MiB more"),
        pytest.param([NEW, OLD, MIDDLE], 700, ["old", "middle"], id="least recently used first, in whatever order"),
        pytest.param([OLD, MIDDLE, NEW], 1000, ["old", "middle", "new"], id="everybody"),
        pytest.param([BUSY, MIDDLE, NEW], 400, ["middle"], id="the oldest is in use, so the next one"),
        pytest.param([BUSY], 700, [], id="beside one in use"),
    ],
)
def test_who_leaves(residents: list[Resident], needed: int, leaving: list[str]) -> None:
    assert names_to_evict(residents, needed, room_mib=1000) == leaving


@pytest.mark.parametrize(
    ("residents", "needed"),
    [
        pytest.param([], 1001, id="larger than the device"),
        pytest.param([BUSY, NEW], 701, id="what is in use stays"),
    ],
)
def test_what_cannot_fit_is_an_error_that_names_the_numbers(residents: list[Resident], needed: int) -> None:
    used = ", 300 MiB of it in use by busy" if residents else ""
    words = f"base: expected {needed} MiB of GPU memory, the room is 1000 MiB{used}. End other programs"
    with pytest.raises(NoRoomOnGpu, match=re.escape(words)):
        names_to_evict(residents, needed, room_mib=1000, whom="base")


FOUR = card("four", {"bf16": 1000, "fp8": 500, "int8": 500, "int4": 250}, fixed_mib=100, streamed_mib=50)


@pytest.mark.parametrize(
    ("room", "wanted", "variant"),
    [
        pytest.param(10_000, "auto", Variant("bf16"), id="large: the best"),
        pytest.param(1140, "auto", Variant("bf16"), id="the best with four pictures, just"),
        pytest.param(1139, "auto", Variant("int8"), id="one MiB less: four pictures count for more"),
        pytest.param(639, "auto", Variant("int8"), id="a few pictures: what can be seen in the picture waits"),
        pytest.param(609, "auto", Variant("int4"), id="int4 where nothing else fits"),
        pytest.param(359, "auto", Variant("bf16", True), id="streamed at last"),
        pytest.param(10_000, "int4", Variant("int4"), id="asked for"),
        pytest.param(10_000, "fp8", Variant("fp8"), id="fp8 when asked for"),
        pytest.param(300, "int4", Variant("bf16", True), id="asked for, but only streamed fits"),
    ],
)
def test_which_precision(room: int, wanted: str, variant: Variant) -> None:
    assert variant_that_fits(FOUR, FOUR.variants(wanted), room) == variant


def test_no_precision_fits_and_the_least_is_named() -> None:
    with pytest.raises(NoRoomOnGpu, match="four: expected 160 MiB of GPU memory, the room is 159 MiB"):
        choose_precision([FOUR], 159)


def test_a_precision_that_a_model_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match=r"precision of four: expected one of auto, bf16, .*; got 'fp16'\."):
        FOUR.variants("fp16")


@pytest.mark.parametrize("wanted", ["auto", "int8", "fp32"])
def test_a_model_of_one_precision_has_no_other_to_give(wanted: str) -> None:
    assert SDXL_VAE.variants(wanted) == (Variant("fp16"),)


def test_what_cannot_be_streamed_is_not() -> None:
    assert FOUR.variants("bf16", streamable=False) == (Variant("bf16"),)


@pytest.mark.parametrize(
    ("room", "most", "batch"),
    [
        pytest.param(0, 32, 0, id="no room"),
        pytest.param(1099, 32, 0, id="not even the weights"),
        pytest.param(1109, 32, 0, id="weights, and nearly one picture"),
        pytest.param(1110, 32, 1, id="one picture"),
        pytest.param(1159, 32, 5, id="rounded down"),
        pytest.param(1159, 3, 3, id="no more than asked for"),
        pytest.param(10**6, LARGEST_BATCH, LARGEST_BATCH, id="no more than is of use"),
    ],
)
def test_how_many_at_once(room: int, most: int, batch: int) -> None:
    assert batch_that_fits(FOUR, Variant("bf16"), room, most) == batch


@pytest.mark.parametrize("facts", CARDS, ids=lambda facts: facts.name)
def test_every_card_can_be_planned_with(facts: ModelCard) -> None:
    assert facts.stage
    assert facts.activation_mib > 0
    variants = facts.variants()
    assert [facts.weights_mib(r) for r in variants] == sorted((facts.weights_mib(r) for r in variants), reverse=True)
