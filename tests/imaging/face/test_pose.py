"""Roll, yaw and pitch of a mesh whose turning is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points
from open_the_eyes.imaging.face.pose import pose_of, roll_of


def head(yaw_deg: float = 0, roll_deg: float = 0, pitch_deg: float = 0) -> Points:
    """A stiff mask in the mesh's numbering: pitch, then yaw, then roll; all other points at the middle."""
    mask = np.zeros((478, 3))
    for number, point in {10: (0, -90, 0), 152: (0, 90, 0), 234: (-70, 0, 40), 454: (70, 0, 40)}.items():
        mask[number] = point
    for number, x in {33: -45, 133: -15, 362: 15, 263: 45}.items():
        mask[number] = (x, -30, 0)
    yaw, roll, pitch = (math.radians(angle) for angle in (-yaw_deg, roll_deg, pitch_deg))
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), math.sin(pitch)], [0, -math.sin(pitch), math.cos(pitch)]])
    about_y = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    turned: Points = mask @ (about_z @ about_y @ about_x).T + [300, 200, 0]
    return turned


@pytest.mark.parametrize("yaw", [-60, -20, 0, 35])
@pytest.mark.parametrize("roll", [-170, -90, 0, 30, 120])
def test_yaw_and_roll_are_read_back(yaw: float, roll: float) -> None:
    pose = pose_of(head(yaw, roll))
    assert pose.yaw_deg == pytest.approx(yaw, abs=0.5)
    assert (pose.roll_deg - roll + 180) % 360 - 180 == pytest.approx(0, abs=0.5)
    assert pose.pitch_deg == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("pitch", [-25, 0, 25])
def test_pitch_is_read_back(pitch: float) -> None:
    assert pose_of(head(pitch_deg=pitch)).pitch_deg == pytest.approx(pitch, abs=0.5)


def test_roll_is_clockwise() -> None:
    assert roll_of(head(roll_deg=30)) == pytest.approx(30)
