"""When a face is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.eye_state import Reading
from open_the_eyes.models.faces.refusals import covered_sides, outside_sides, refusal_of

FREE, HIDDEN, SHUT, DIM = Reading(0.0, 0.0), Reading(0.5, 0.99), Reading(1.0, 0.3), Reading(0.9, 0.7)
LOCK = Reading(0.04, 0.58)


@pytest.mark.parametrize(
    ("width", "yaw", "left", "right", "refusal"),
    [
        pytest.param(100, 0, FREE, FREE, None, id="a usual face"),
        pytest.param(100, 0, SHUT, SHUT, None, id="shut eyes in bad light are not covered"),
        pytest.param(31, 0, FREE, FREE, "too_small", id="too small"),
        pytest.param(32, 0, FREE, FREE, None, id="small, but it may be asked for"),
        pytest.param(100, 45, FREE, FREE, None, id="three-quarter view"),
        pytest.param(100, -60, FREE, FREE, "profile", id="profile"),
        pytest.param(100, 0, HIDDEN, HIDDEN, "covered", id="sunglasses"),
        pytest.param(100, 0, HIDDEN, FREE, None, id="hair over one eye leaves the other"),
        pytest.param(31.9, 0, FREE, FREE, "too_small", id="a hair too small"),
        pytest.param(30, 60, HIDDEN, HIDDEN, "too_small", id="the first reason is given"),
    ],
)
def test_refusals(width: float, yaw: float, left: Reading, right: Reading, refusal: str | None) -> None:
    got, reason = refusal_of(Box(0, 0, width, 120), yaw, covered_sides({"left": left, "right": right}), 48)
    assert got == refusal
    assert bool(reason) is (refusal is not None)


@pytest.mark.parametrize(
    ("left", "right", "covered"),
    [
        pytest.param(DIM, DIM, ("left", "right"), id="both: sunglasses"),
        pytest.param(HIDDEN, FREE, ("left",), id="hair over one eye"),
        pytest.param(DIM, FREE, (), id="one eye in deep shadow"),
        pytest.param(SHUT, SHUT, (), id="shut"),
        pytest.param(LOCK, SHUT, ("left",), id="a lock of hair that looks like an open eye, beside a shut one"),
        pytest.param(LOCK, FREE, (), id="beside an open one the same is an eye"),
        pytest.param(LOCK, Reading(0.89, 0.0), (), id="nor is the other one surely shut"),
        pytest.param(DIM, SHUT, (), id="shut as well, in deep shadow"),
        pytest.param(Reading(0.04, 0.4), SHUT, (), id="an open eye beside a shut one"),
    ],
)
def test_covered_sides(left: Reading, right: Reading, covered: tuple[str, ...]) -> None:
    assert covered_sides({"left": left, "right": right}) == covered


@pytest.mark.parametrize(
    ("left_xy", "outside"),
    [
        pytest.param((20, 40), (), id="inside"),
        pytest.param((-1, 40), ("left",), id="beyond the left edge"),
        pytest.param((20, -2), ("left",), id="above"),
        pytest.param((0, 0), (), id="in the corner"),
        pytest.param((20, 100), ("left",), id="below"),
    ],
)
def test_outside_sides(left_xy: tuple[float, float], outside: tuple[str, ...]) -> None:
    mesh = np.zeros((478, 3))
    mesh[[OUTER_CORNER["left"], INNER_CORNER["left"]], :2] = np.array(left_xy) + np.array([[-15, 0], [15, 0]])
    mesh[[OUTER_CORNER["right"], INNER_CORNER["right"]], :2] = 70, 40
    assert outside_sides(mesh, (120, 100)) == outside
