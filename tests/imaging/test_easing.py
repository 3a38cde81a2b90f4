"""Ramps."""

from __future__ import annotations

import numpy as np

from open_the_eyes.imaging.easing import ramp, smoothstep, unit_smoothstep


def test_a_step_is_flat_at_both_ends_and_rises_between() -> None:
    t = np.linspace(-1, 2, 301, dtype=np.float32)
    step = unit_smoothstep(t)
    assert step.dtype == np.float32
    assert (step[t <= 0] == 0).all()
    assert (step[t >= 1] == 1).all()
    assert (np.diff(step) >= 0).all()
    assert unit_smoothstep(np.array([0.5]))[0] == 0.5


def test_a_rise_lies_between_its_ends() -> None:
    assert list(smoothstep(np.array([1, 2, 3, 4, 5], np.float32), 2, 4)) == [0, 0, 0.5, 1, 1]


def test_a_rise_falls_where_its_ends_are_turned_round() -> None:
    assert list(smoothstep(np.array([1, 2, 3, 4, 5], np.float32), 4, 2)) == [1, 1, 0.5, 0, 0]


def test_one_number_rises_as_it_does_in_a_plane() -> None:
    for value in (40.0, 50.1, 57.3, 65.9, 70.0):
        alone = smoothstep(value, 48.0, 66.0)
        assert isinstance(alone, float)
        assert alone == float(smoothstep(np.array([value], np.float32), 48.0, 66.0)[0])


def test_a_ramp_is_straight_between_its_ends_and_falls_where_they_are_turned_round() -> None:
    assert list(ramp(np.array([1, 2, 2.5, 4, 5], np.float32), 2, 4)) == [0, 0, 0.25, 1, 1]
    assert [ramp(value, 4.0, 2.0) for value in (1.0, 2.5, 5.0)] == [1, 0.75, 0]
