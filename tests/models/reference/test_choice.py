"""Which donor is best, and why one cannot be laid in."""

from __future__ import annotations

import pytest

from open_the_eyes.models.reference.choice import _obstacle


@pytest.mark.parametrize(
    ("yaw", "pitch", "growth", "says"),
    [
        pytest.param(19.0, 14.0, 1.9, "", id="none"),
        pytest.param(35.0, 1.0, 1.0, "the head is turned 35 degrees differently there", id="turned"),
        pytest.param(19.0, 18.0, 1.0, "the head is tilted 18 degrees differently there", id="tilted, and turned more"),
        pytest.param(0.0, 0.0, 3.0, "the face is 3.0 times smaller there", id="small"),
    ],
)
def test_an_obstacle_names_what_is_too_far(yaw: float, pitch: float, growth: float, says: str) -> None:
    assert _obstacle(yaw, pitch, growth) == says
