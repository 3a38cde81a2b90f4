"""Openness of drawn eyes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points
from open_the_eyes.imaging.face.eye_corners import true_eye_width
from open_the_eyes.imaging.face.mesh478 import EYE_RING, SIDES
from open_the_eyes.imaging.face.openness import USUAL_RATIO, lid_gap, opennesses

WIDTH = 40.0


def eyes(gap: float = USUAL_RATIO * WIDTH, yaw_deg: float = 0, roll_deg: float = 0, size: float = 1) -> Points:
    """Two eyes whose lids are `gap` apart over their whole middle."""
    mesh = np.zeros((478, 3))
    mesh[[10, 152, 234, 454]] = [(0, -90, 0), (0, 90, 0), (-70, 0, 0), (70, 0, 0)]
    for side, centre in zip(SIDES, (-35.0, 35.0), strict=True):
        ring = EYE_RING[side]
        outer = -1 if side == "left" else 1
        for at in range(8):
            x = centre + outer * WIDTH * (0.5 - at / 8)
            mesh[ring[at]] = (x, -gap / 2 if at > 0 else 0, 0)
            mesh[ring[-at if at else 0]] = (x, gap / 2 if at > 0 else 0, 0)
        mesh[ring[8]] = (centre - outer * WIDTH / 2, 0, 0)
    yaw, roll = math.radians(yaw_deg), math.radians(roll_deg)
    about_y = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    turned: Points = size * mesh @ (about_z @ about_y).T
    return turned


@pytest.mark.parametrize(
    "mesh",
    [
        pytest.param(eyes(), id="frontal"),
        pytest.param(eyes(yaw_deg=35), id="three-quarter view"),
        pytest.param(eyes(roll_deg=100), id="lying down"),
        pytest.param(eyes(roll_deg=180), id="upside down"),
        pytest.param(eyes(size=0.2), id="small"),
    ],
)
def test_a_usual_open_eye_is_one_in_any_view(mesh: Points) -> None:
    assert opennesses(mesh) == pytest.approx({"left": 1, "right": 1}, rel=1e-6)


def test_touching_lids_are_zero_and_crossed_ones_too() -> None:
    assert opennesses(eyes(gap=0)) == pytest.approx({"left": 0, "right": 0})
    assert opennesses(eyes(gap=-3)) == {"left": 0, "right": 0}


def test_half_the_gap_is_half_the_openness() -> None:
    assert opennesses(eyes(gap=USUAL_RATIO * WIDTH / 2)) == pytest.approx({"left": 0.5, "right": 0.5})


def test_width_and_gap_are_pixels() -> None:
    assert true_eye_width(eyes(yaw_deg=40), "left") == pytest.approx(WIDTH)
    assert lid_gap(eyes(gap=7), "right") == pytest.approx(7)


def test_a_mesh_of_one_point_does_not_divide_by_zero() -> None:
    assert opennesses(np.zeros((478, 3))) == {"left": 0, "right": 0}
