"""Arithmetic of fleets."""

from __future__ import annotations

import pytest

from benchmarks.fleet_capacity import GpuNode, PhotoLoad, capacity

NODE = GpuNode(per_minute=6.0, cores=8, polls=20.0, dollars_an_hour=3.6)
PHOTO = PhotoLoad(mb_in=5.0, mb_out=5.0, statements=30.0)


def test_one_node_is_what_it_is() -> None:
    one = capacity(1, NODE, PHOTO)
    assert one.a_day == pytest.approx(8640)
    assert one.mb_a_second == pytest.approx(1.0)
    assert one.statements_a_second == pytest.approx(3.0)
    assert one.dollars_a_thousand == pytest.approx(10.0)


def test_a_fleet_is_as_many_times_one_and_its_photos_cost_the_same() -> None:
    one, many = capacity(1, NODE, PHOTO), capacity(64, NODE, PHOTO)
    assert many.per_minute == pytest.approx(64 * one.per_minute)
    assert many.polls_a_second == pytest.approx(64 * 20)
    assert many.dollars_a_thousand == pytest.approx(one.dollars_a_thousand)
