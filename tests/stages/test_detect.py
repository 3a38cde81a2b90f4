"""The detect stage asks the role and adds nothing."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from open_the_eyes.roles import FaceDetector
from open_the_eyes.stages.detect import detect


def test_it_hands_on_what_the_detector_says() -> None:
    pixels, seen = np.zeros((4, 5, 3), np.uint8), []

    class OneFace:
        name = "one"

        def detect(self, pixels: Any, watch: Any) -> list[Any]:  # noqa: ARG002 -- the role has it
            seen.append(pixels)
            return ["face"]

        def measure(self, pixels: Any, face: Any) -> None: ...

    found: list[Any] = list(detect(pixels, cast(FaceDetector, OneFace())))
    assert found == ["face"]
    assert seen[0] is pixels
