"""Eyes that another face is in front of are hidden, and only those."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import FACE_OVAL, SIDES
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import ChooseOptions, Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.roles import Face, FaceDetector, Refusal, Watch
from open_the_eyes.stages.choose import decide
from open_the_eyes.stages.detect import detect
from open_the_eyes.stages.overlap import with_hidden_eyes

HEIGHT = 300


def heads(blinked: Rgb, face: Face, at: list[tuple[int, int]]) -> tuple[Rgb, Rgb]:
    """The portrait's head as often as there are places, each in front of the ones before; and where the last is."""
    box = face.box.grown(0.12).to_whole()
    cut = box.cut(blinked).astype(np.float32)
    scale = HEIGHT / cut.shape[0]
    oval = (face.landmarks[FACE_OVAL, :2] - [box.left, box.top]) * scale
    head = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    shape = cv2.fillPoly(np.zeros(head.shape[:2], np.float32), [np.rint(oval).astype(np.int32)], (1.0,))
    soft = cv2.GaussianBlur(cv2.dilate(shape, np.ones((25, 25))), (0, 0), 4)[..., None]
    canvas, last = np.full((560, 760, 3), (150, 160, 150), np.float32), np.zeros((560, 760), np.uint8)
    h, w = soft.shape[:2]
    for x, y in at:
        part = canvas[y : y + h, x : x + w]
        part += np.asarray((head - part) * soft, np.float32)
        last[...] = 0
        last[y : y + h, x : x + w] = soft[..., 0] > 0.9
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8), last


@pytest.mark.parametrize(("by", "hidden"), [((130, -20), "left"), ((-130, -20), "right")])
def test_an_eye_behind_another_face_is_hidden(
    engine: Engine, blinked: Rgb, portrait_face: Face, by: tuple[int, int], hidden: str
) -> None:
    pixels, front = heads(blinked, portrait_face, [(230 + by[0], 130 + by[1]), (230, 130)])
    faces = detect(pixels, engine.detector)
    whole, behind = sorted(faces, key=lambda one: sum(eye.covered for eye in one.eyes.values()))
    assert not any(eye.covered for eye in whole.eyes.values())
    assert [side for side in SIDES if behind.eyes[side].covered] == [hidden]

    decisions = {d.face.confidence: d for d in decide(faces, ChooseOptions())}
    assert decisions[whole.confidence].to_open == SIDES
    assert decisions[behind.confidence].outcome == "unsure"
    assert f"the {hidden} one is hidden" in decisions[behind.confidence].reason

    opened = open_eyes(Photo(pixels), engine=engine)
    rear = next(n for n, face in enumerate(faces, start=1) if face is behind)
    everyone = open_eyes(Photo(pixels), Options.of(all=True), engine=engine)
    assert [face.outcome for face in opened.faces if face.id == rear] == ["unsure"]
    changed = (everyone.photo.pixels != opened.photo.pixels).any(axis=2)
    assert not (changed & (front > 0)).any()  # nothing of the face behind is painted on the one in front


def test_looking_for_eyes_behind_a_face_can_be_stopped_and_is_not_told_as_most_of_the_search(
    engine: Engine, blinked: Rgb, portrait_face: Face
) -> None:
    pixels, _ = heads(blinked, portrait_face, [(360, 110), (230, 130)])
    told: list[float] = []

    class Watching:
        def tell(self, _: str, part: float) -> None:
            told.append(part)

    faces = detect(pixels, engine.detector, cast(Watch, Watching()))
    searched = len(told) - told[::-1].index(max(told))
    assert len(faces) == 2
    assert 0.0 < max(told) < 0.5
    assert searched < len(told)  # it is told after that, too


def test_faces_beside_each_other_are_not_looked_at_again(portrait_face: Face) -> None:
    far = replace(
        portrait_face,
        box=portrait_face.box.seen_from(Box(-400, 0, 0, 0)),
        landmarks=np.add(portrait_face.landmarks, [400, 0, 0]),
    )
    faces = [portrait_face, far]
    assert with_hidden_eyes(np.zeros((8, 8, 3), np.uint8), faces, cast(FaceDetector, None)) == faces


@pytest.mark.parametrize(("refused", "after"), [(None, "covered"), ("profile", "profile")])
def test_the_mesh_tells_which_face_is_hidden_where_the_finder_cannot(
    portrait_face: Face, refused: Refusal | None, after: Refusal
) -> None:
    """Two meshes in the very same place, found about as surely, of which one comes out elsewhere from elsewhere.

    Why a face was refused before stays its reason.
    """
    steady, unsteady = replace(portrait_face, confidence=0.8), replace(portrait_face, confidence=0.81)
    unsteady = replace(unsteady, refusal=refused, reason="Seen from the side." if refused else "")

    class Detector:
        def measure(self, _: Rgb, face: Face) -> Face | None:
            part = portrait_face.box.grown(0.5).to_whole().clipped((512, 512))
            own = portrait_face.landmarks - part.offset
            return replace(face, landmarks=own) if face.confidence == steady.confidence else None

    pixels = np.zeros((512, 512, 3), np.uint8)
    for faces in ([steady, unsteady], [unsteady, steady]):
        found = with_hidden_eyes(pixels, faces, cast(FaceDetector, Detector()))
        assert [face.refusal for face in found] == [None if face is steady else after for face in faces]
        reason = next(face.reason for face in found if face.refusal)
        assert ("another face" in reason) == (refused is None)
