"""The InsightFace detector, with tiny networks that answer as the real ones do, and the real mesh."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from open_the_eyes.engine import load_engine
from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.insightface import InsightFaceDetector
from open_the_eyes.models.insightface.networks import Scrfd
from open_the_eyes.models.insightface.scrfd import Found
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.progress import Tick
from open_the_eyes.roles import Face, FaceDetector
from open_the_eyes.settings import Settings
from open_the_eyes.stopwatch import Stopwatch
from tests import networks

IN_THE_SQUARE = (212.0, 68.0, 350.0, 232.0)
"""The portrait's face, hair to chin, in a square of 640."""


def settings_of(tmp_path: Path, *boxes: tuple[float, float, float, float]) -> Settings:
    networks.scrfd(tmp_path / "scrfd" / "det_10g.onnx", boxes)
    networks.arcface(tmp_path / "arcface" / "w600k_r50.onnx")
    return Settings(weights=tmp_path, device="cpu", detector="insightface")


@pytest.fixture
def detector(tmp_path: Path) -> InsightFaceDetector:
    return InsightFaceDetector(settings_of(tmp_path, IN_THE_SQUARE))


def test_it_fills_the_role(detector: InsightFaceDetector) -> None:
    role: FaceDetector = detector
    assert role.name == "insightface"


def test_a_box_becomes_a_face_with_landmarks_eyes_and_an_embedding(
    detector: InsightFaceDetector, portrait: Rgb, portrait_face: Face
) -> None:
    (face,) = detector.detect(portrait)
    assert face.box.intersection_over_union(portrait_face.box) > 0.9
    assert face.landmarks.shape == (478, 3)
    assert face.confidence == pytest.approx(0.95)
    assert all(face.eyes[side].closed_probability < 0.1 for side in SIDES)
    assert face.embedding is not None
    assert face.embedding.shape == (512,)
    assert float(np.linalg.norm(face.embedding)) == pytest.approx(1, abs=1e-5)


def test_one_face_seen_in_several_boxes_is_one(tmp_path: Path, portrait: Rgb) -> None:
    other = (205.0, 60.0, 300.0, 180.0)
    faces = InsightFaceDetector(settings_of(tmp_path, IN_THE_SQUARE, other)).detect(portrait)
    assert len(faces) == 1


def test_a_box_without_a_face_is_none(tmp_path: Path, portrait: Rgb) -> None:
    assert InsightFaceDetector(settings_of(tmp_path, (500.0, 500.0, 600.0, 620.0))).detect(portrait) == []


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 3000), (3000, 1), (40, 40)], ids=str)
def test_a_picture_without_room_for_a_face_has_none(detector: InsightFaceDetector, size_hw: tuple[int, int]) -> None:
    assert detector.detect(np.full((*size_hw, 3), 128, np.uint8)) == []


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_photo_that_lies_on_its_side_is_looked_at_from_all_sides(
    tmp_path: Path, portrait: Rgb, monkeypatch: pytest.MonkeyPatch, quarter_turns: int
) -> None:
    detector = InsightFaceDetector(settings_of(tmp_path, IN_THE_SQUARE))
    find = Scrfd.find

    def only_upright(self: Scrfd, squares: list[Rgb], tick: Tick) -> list[list[Found]]:
        """The tiny network sees its box in anything; the real one, in an upright portrait alone."""
        seen = find(self, squares, tick)
        reference = cv2.resize(portrait, (640, 640)).astype(int)
        close = [np.abs(square - reference).mean() < 5 for square in squares]
        return [found if is_upright else [] for found, is_upright in zip(seen, close, strict=True)]

    monkeypatch.setattr(Scrfd, "find", only_upright)
    lying = np.ascontiguousarray(np.rot90(portrait, quarter_turns))
    (face,) = detector.detect(lying)
    assert (face.roll_deg + 90 * quarter_turns + 180) % 360 - 180 == pytest.approx(0, abs=8)


def test_a_small_face_in_a_large_photo_is_looked_for_in_tiles(tmp_path: Path, portrait: Rgb) -> None:
    scene = np.full((2400, 3200, 3), 90, np.uint8)
    scene[0:512, 0:512] = portrait
    tile = tuple(value * 512 / 640 / 2.4 for value in IN_THE_SQUARE)
    left, top, right, bottom = tile
    faces = InsightFaceDetector(settings_of(tmp_path, (left, top, right, bottom))).detect(scene)
    assert len(faces) == 1
    assert faces[0].box.centre_xy == pytest.approx((225, 125), abs=15)


def test_what_stops_the_work_goes_on_as_it_is(detector: InsightFaceDetector, portrait: Rgb) -> None:
    told: list[str] = []

    def stop(stage: str, _: float) -> None:
        told.append(stage)
        if len(told) == 2:
            raise LookupError(stage)

    with pytest.raises(LookupError, match="detect"):
        detector.detect(portrait, Stopwatch(stop))


def test_looking_again_tells_who_it_is_only_where_that_was_known(
    detector: InsightFaceDetector, portrait: Rgb, portrait_face: Face
) -> None:
    (face,) = detector.detect(portrait)
    again, nameless = detector.measure(portrait, face), detector.measure(portrait, portrait_face)
    assert again is not None
    assert nameless is not None
    assert again.embedding is not None
    assert face.embedding is not None
    assert float(again.embedding @ face.embedding) > 0.99
    assert nameless.embedding is None
    assert detector.measure(np.zeros_like(portrait), face) is None


def test_the_whole_way_of_a_photo_works_with_it(tmp_path: Path, blinked: Rgb) -> None:
    engine = load_engine("appearance", settings_of(tmp_path, IN_THE_SQUARE))
    assert engine.detector.name == "insightface"
    result = open_eyes(Photo(blinked), Options.of(mode="fast"), engine=engine)
    assert [face.outcome for face in result.faces] == ["opened"]


@pytest.mark.parametrize("lacking", ["scrfd", "arcface"])
def test_missing_weights_are_said_when_the_engine_is_loaded(tmp_path: Path, lacking: str) -> None:
    settings = settings_of(tmp_path, IN_THE_SQUARE)
    next((tmp_path / lacking).iterdir()).unlink()
    with pytest.raises(WeightsMissing, match=f"Run: open-the-eyes fetch {lacking}"):
        load_engine("appearance", settings)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda p: (p / "scrfd/det_10g.onnx").write_bytes(b"x"), "expected an ONNX network", id="damaged"),
        pytest.param(
            lambda p: networks.write(p / "scrfd/det_10g.onnx", networks.identity()), "finds faces as SCRFD", id="other"
        ),
        pytest.param(
            lambda p: networks.write(p / "arcface/w600k_r50.onnx", networks.identity(), shape=[1, 3, 112, 112]),
            "tells people apart as ArcFace",
            id="other identity",
        ),
    ],
)
def test_a_network_of_another_kind_is_named(tmp_path: Path, portrait: Rgb, spoil: object, words: str) -> None:
    settings = settings_of(tmp_path, IN_THE_SQUARE)
    assert callable(spoil)
    spoil(tmp_path)
    with pytest.raises(WeightsMissing, match=words):
        InsightFaceDetector(settings).detect(portrait)
