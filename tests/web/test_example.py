"""The photo to try the page with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.web.example import EXAMPLE
from tests.web.sites import Site, pixels_of

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def test_it_is_the_portrait_with_a_blink_painted_on(site: Site, engine: Engine, portrait: Rgb) -> None:
    with site.visitor() as ada:
        answer = ada.get(EXAMPLE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    pixels = pixels_of(answer.content)
    assert np.median(np.abs(pixels.astype(int) - portrait)) <= 1
    (face,) = engine.detector.detect(pixels)
    assert all(eye.openness < 0.45 for eye in face.eyes.values())
