"""How differently eyes look, counted over portraits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from open_the_eyes.imaging.face.eye_change import rightwards
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS
from training.faces import Portrait
from training.squint import squint_of, table_of


def test_a_pair_that_looks_apart_is_counted_as_refused(astronaut: Portrait) -> None:
    usual, refused = squint_of(astronaut)
    assert not refused
    turned = astronaut.landmarks.copy()
    turned[IRIS["left"], :2] += 0.3 * rightwards(turned[EYE_RING["left"], :2], "left")
    found, refused = squint_of(replace(astronaut, landmarks=turned))
    assert refused
    assert found - usual > 0.25
    assert table_of(np.array([usual, found]), 1).row_count == 7
