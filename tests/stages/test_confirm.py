"""Eyes are opened only where a second look finds them in the same place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Face, Watch
from open_the_eyes.stages.choose import Decision
from open_the_eyes.stages.confirm import BESIDE, MAX_MOVE, confirmed


@dataclass
class Wandering:
    """A detector that sees the face's eyes so many eye widths from where they were, look by look; None: no face."""

    truth: Face
    moves: tuple[float | None, ...]
    shown: list[tuple[Rgb, Face]] = field(default_factory=list)
    name: str = "wandering"

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        raise NotImplementedError

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        move = self.moves[len(self.shown)]
        self.shown.append((pixels, face))
        if move is None:
            return None
        right, down = BESIDE[len(self.shown) - 1]
        box = self.truth.box
        side = max(box.width, box.height)
        width = np.linalg.norm(self.truth.landmarks[33] - self.truth.landmarks[133])
        shift = np.array([move * width - right * side, -down * side, 0.0])
        return replace(face, landmarks=face.landmarks + shift)


def closed(face: Face) -> Decision:
    return Decision(1, face, "closed", "Both eyes are closed.", SIDES)


@pytest.mark.parametrize(
    ("moves", "outcome"),
    [
        pytest.param((0.0,), "closed", id="where it was"),
        pytest.param((0.8 * MAX_MOVE,), "closed", id="wavering as any mesh does"),
        pytest.param((0.5, None, 0.1), "closed", id="once is enough"),
        pytest.param((0.5, -0.4, 0.6), "kept_original", id="somewhere else each time"),
        pytest.param((None, None, None), "kept_original", id="never seen again"),
    ],
)
def test_a_face_is_painted_only_if_another_look_agrees(
    blinked: Rgb, blinked_face: Face, moves: tuple[float | None, ...], outcome: str
) -> None:
    detector = Wandering(blinked_face, moves)
    (decision,) = confirmed(blinked, [closed(blinked_face)], detector)
    assert decision.outcome == outcome
    assert bool(decision.to_open) == (outcome == "closed")
    assert len(detector.shown) == len(moves)
    assert decision.reason.startswith("where the eyes are is uncertain" if outcome != "closed" else "Both eyes")


def test_faces_that_nobody_paints_are_not_looked_at_again(blinked: Rgb, blinked_face: Face) -> None:
    decisions = [Decision(1, blinked_face, "already_open", "Both eyes are open.", ())]
    detector = Wandering(blinked_face, ())
    assert confirmed(blinked, decisions, detector) == decisions
    assert detector.shown == []


def test_only_the_face_is_looked_at_even_at_the_edge_of_the_photo(blinked: Rgb, blinked_face: Face) -> None:
    detector = Wandering(blinked_face, (0.0,))
    wide = np.pad(blinked, ((0, 600), (0, 600), (0, 0)))
    confirmed(wide, [closed(blinked_face)], detector)
    ((pixels, face),) = detector.shown
    assert pixels.shape[0] < 512
    assert pixels.shape[1] < 512
    assert face.box.centre_xy != blinked_face.box.centre_xy


def test_a_real_blink_is_confirmed(engine: Engine, blinked: Rgb, blinked_face: Face) -> None:
    (decision,) = confirmed(blinked, [closed(blinked_face)], engine.detector)
    assert decision.to_open == SIDES


def test_a_mesh_beside_the_face_is_not_confirmed(engine: Engine, blinked: Rgb, blinked_face: Face) -> None:
    up = 0.2 * blinked_face.box.height
    astray = replace(blinked_face, landmarks=blinked_face.landmarks - np.array([0.0, up, 0.0]))
    (decision,) = confirmed(blinked, [closed(astray)], engine.detector)
    assert decision.outcome == "kept_original"
