"""Training code in this process, with the suite's own detector."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.roles import Face
from training.faces import Portrait


@pytest.fixture(autouse=True, scope="session")
def in_this_process(engine: Engine) -> Iterator[None]:
    """No forks of a process in which models run, and no second detector."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (
            "training.faces",
            "training.appearance.blinks",
            "training.appearance.build",
            "training.exemplars.lacking",
            "training.eye_state.small",
        ):
            patch.setattr(f"{module}.ProcessPoolExecutor", ThreadPoolExecutor)
        for module in (
            "training.faces",
            "training.appearance.blinks",
            "training.exemplars.lacking",
            "training.eye_state.small",
        ):
            patch.setattr(f"{module}.detector", lambda: engine.detector)
        yield


@pytest.fixture(scope="session")
def astronaut(portrait: Rgb, portrait_face: Face) -> Portrait:
    """The portrait as training sees it."""
    return Portrait(Path("open/astronaut.png"), portrait, portrait_face.landmarks)
