"""What is promised of every result, on the real engine and the portrait's painted blink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.options import GenerateOptions, Mode, Options
from open_the_eyes.options.eye_style import EyeColor
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.results import Opened
from open_the_eyes.roles import Crop, EyeGenerator, Face, FaceDetector, Patch, Request, Watch
from tests.faces import HEAD, dark_centre_xy, iris_colour, resized
from tests.files.jpeg.plain_baseline import changed_blocks, planes, touched_blocks


def changed(result: Opened, before: Rgb, number: int = 0) -> NDArray[np.bool_]:
    return np.asarray((result.variations[number].pixels != before).any(axis=2))


@pytest.fixture(scope="module")
def close_up(portrait: Rgb) -> Rgb:
    """The portrait's head three times as large."""
    return resized(portrait[HEAD], 3)


@pytest.fixture(scope="module")
def close_up_face(engine: Engine, close_up: Rgb) -> Face:
    (face,) = engine.detector.detect(close_up)
    return face


@pytest.fixture(scope="module")
def close_up_blinked(close_up: Rgb, close_up_face: Face) -> Rgb:
    return paint_blink(close_up, close_up_face.landmarks)


def test_both_eyes_are_opened_and_measured_open(opened_blink: Opened) -> None:
    (face,) = opened_blink.faces
    assert face.outcome == "opened"
    assert opened_blink.changed
    for eye in face.eyes.values():
        assert eye.openness_before < 0.45
        assert eye.openness_after is not None
        assert eye.openness_after > 0.5


def test_somebody_else_measures_them_open_too(engine: Engine, opened_blink: Opened) -> None:
    (face,) = engine.detector.detect(opened_blink.photo.pixels)
    assert all(face.eyes[side].closed_probability < 0.5 for side in SIDES)
    assert all(face.eyes[side].openness > 0.5 for side in SIDES)


def test_outside_the_mask_every_pixel_is_identical(opened_blink: Opened, blinked: Rgb, closed_crop: Crop) -> None:
    may = np.zeros(blinked.shape[:2], np.bool_)
    closed_crop.window.cut(may)[...] = closed_crop.mask > 0
    did = changed(opened_blink, blinked)
    assert did.sum() > 200
    assert not (did & ~may).any()
    assert may.mean() < 0.01


def test_outside_the_mask_every_coefficient_of_a_jpeg_is_identical(engine: Engine, blink: Path, tmp_path: Path) -> None:
    result = open_eyes(blink, engine=engine)
    (written,) = result.save(tmp_path / "opened.jpg").outputs
    assert written.encoding == "coefficients"
    with Image.open(blink) as picture:
        may = changed(result, np.asarray(picture))
    before, after = (planes(path.read_bytes()) for path in (blink, tmp_path / "opened.jpg"))
    for one, other in zip(before, after, strict=True):
        did = changed_blocks(one, other)
        assert did.any()
        assert not (did & ~touched_blocks(may, one, before)).any()


def test_one_seed_gives_one_result_and_another_seed_another(engine: Engine, blinked: Rgb, opened_blink: Opened) -> None:
    again = open_eyes(Photo(blinked), engine=engine)
    other = open_eyes(Photo(blinked), Options.of(seed=1), engine=engine)
    assert np.array_equal(again.photo.pixels, opened_blink.photo.pixels)
    assert again.faces == opened_blink.faces
    assert not np.array_equal(other.photo.pixels, opened_blink.photo.pixels)


def test_the_same_bytes_are_written_twice(engine: Engine, blink: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        for suffix in (".jpg", ".png"):
            open_eyes(blink, Options.of(seed=3), engine=engine).save(tmp_path / f"{name}{suffix}")
    for suffix in (".jpg", ".png"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_photos_before_it_leave_no_trace_in_a_result(
    engine: Engine, blinked: Rgb, close_up_blinked: Rgb, opened_blink: Opened
) -> None:
    large = open_eyes(Photo(close_up_blinked), engine=engine)
    assert np.array_equal(open_eyes(Photo(blinked), engine=engine).photo.pixels, opened_blink.photo.pixels)
    assert np.array_equal(open_eyes(Photo(close_up_blinked), engine=engine).photo.pixels, large.photo.pixels)


def test_variations_differ_from_each_other_and_from_the_photo(engine: Engine, blinked: Rgb) -> None:
    result = open_eyes(Photo(blinked), Options.of(variations=4, mode="fast"), engine=engine)
    pictures = [blinked, *(variation.pixels for variation in result.variations)]
    assert len(pictures) == 5
    for k, one in enumerate(pictures):
        for other in pictures[:k]:
            assert not np.array_equal(one, other)
    scores = result.faces[0].variation_scores
    assert list(scores) == sorted(scores, reverse=True)


def test_eyes_that_were_picked_come_out_as_they_were_seen_each_face_its_own(engine: Engine, blinked: Rgb) -> None:
    two = Photo(np.concatenate([blinked[:260, 100:360]] * 2, axis=1))
    seen = open_eyes(two, Options.of(variations=3, mode="fast"), engine=engine)
    first, second = (face.variation_attempts for face in seen.faces)
    picked = open_eyes(two, Options.of(picks=((1, first[2]), (2, second[1])), mode="quality"), engine=engine)
    assert [face.variation_attempts for face in picked.faces] == [(first[2],), (second[1],)]
    middle = 260
    assert np.array_equal(picked.photo.pixels[:, :middle], seen.variations[2].pixels[:, :middle])
    assert np.array_equal(picked.photo.pixels[:, middle:], seen.variations[1].pixels[:, middle:])


@dataclass
class Shown:
    """A detector whose faces were found beforehand, so that only what happens to them is in question."""

    faces: Sequence[Face]
    real: FaceDetector
    name: str = "shown"

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:  # noqa: ARG002 -- the role has it
        return list(self.faces)

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        return self.real.measure(pixels, face)


@dataclass
class Backwards:
    """Paints the last request first."""

    real: EyeGenerator
    name: str = "backwards"

    def generate(self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH) -> list[Patch]:
        return [self.real.generate([request], options, watch)[0] for request in reversed(requests)][::-1]


def moved_right(face: Face, by: int) -> Face:
    box = replace(face.box, left=face.box.left + by, right=face.box.right + by)
    return replace(face, landmarks=face.landmarks + np.array([by, 0.0, 0.0]), box=box)


def test_a_face_comes_out_the_same_whoever_stands_beside_it(
    engine: Engine, blinked: Rgb, blinked_face: Face, opened_blink: Opened
) -> None:
    for neighbour in (blinked, blinked[::-1], np.zeros_like(blinked)):
        two = np.concatenate([blinked, neighbour], axis=1)
        faces = [blinked_face, moved_right(blinked_face, 512)] if neighbour is blinked else [blinked_face]
        result = open_eyes(Photo(two), engine=replace(engine, detector=Shown(faces, engine.detector)))
        assert np.array_equal(result.photo.pixels[:, :512], opened_blink.photo.pixels)
        assert result.faces[0].variation_scores == pytest.approx(opened_blink.faces[0].variation_scores)


def test_the_order_of_painting_does_not_matter(engine: Engine, blinked: Rgb) -> None:
    two = Photo(np.concatenate([blinked[:260, 100:360]] * 2, axis=1))
    forwards = open_eyes(two, Options.of(variations=2), engine=engine)
    backwards = open_eyes(two, Options.of(variations=2), engine=replace(engine, generator=Backwards(engine.generator)))
    assert [face.outcome for face in forwards.faces] == ["opened", "opened"]
    for one, other in zip(forwards.variations, backwards.variations, strict=True):
        assert np.array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("side", SIDES)
def test_of_one_closed_eye_only_that_eye_changes(
    engine: Engine, close_up: Rgb, close_up_face: Face, side: Side
) -> None:
    wink = paint_blink(close_up, close_up_face.landmarks, (side,))
    result = open_eyes(Photo(wink), engine=engine)
    (face,) = result.faces
    other: Side = "right" if side == "left" else "left"
    assert face.outcome == "opened"
    assert (face.eyes[side].openness_after or 0) > 0.5
    assert face.eyes[other].openness_after is None
    did = changed(result, wink)
    middle = round(float(close_up_face.landmarks[6, 0]))
    open_half = np.s_[:, middle:] if side == "left" else np.s_[:, :middle]
    assert did.any()
    assert not did[open_half].any()
    (again,) = engine.detector.detect(result.photo.pixels)
    painted, own = (iris_colour(result.photo.pixels, again.landmarks, s) for s in (side, other))
    assert np.abs(painted - own).max() < 30
    assert painted[0] > painted[2]


def test_a_grey_photo_stays_grey(engine: Engine, blinked: Rgb) -> None:
    grey = np.asarray(cv2.cvtColor(cv2.cvtColor(blinked, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)
    result = open_eyes(Photo(grey), engine=engine)
    assert result.changed
    assert np.ptp(result.photo.pixels.astype(int), axis=2).max() == 0


@pytest.mark.parametrize("powers", [(0.8, 1.0, 1.25), (1.5, 1.0, 0.7)], ids=["sepia", "cyanotype"])
def test_a_toned_photo_keeps_its_tones(engine: Engine, blinked: Rgb, powers: tuple[float, float, float]) -> None:
    curve = np.stack([np.rint(255 * (np.arange(256) / 255) ** p) for p in powers], axis=1).astype(np.uint8)
    toned: Rgb = curve[cv2.cvtColor(blinked, cv2.COLOR_RGB2GRAY)]
    result = open_eyes(Photo(toned), engine=engine)
    assert result.changed
    new = result.photo.pixels[changed(result, toned)].astype(int)
    off_the_curve = np.abs(new[:, None] - curve[None].astype(int)).max(axis=2).min(axis=1)
    assert off_the_curve.max() <= 4


def test_eye_colours_are_those_asked_for(engine: Engine, close_up_blinked: Rgb) -> None:
    def colour(name: EyeColor) -> list[NDArray[np.float64]]:
        result = open_eyes(Photo(close_up_blinked), Options.of(eye_color=name), engine=engine)
        assert result.changed
        (face,) = engine.detector.detect(result.photo.pixels)
        return [iris_colour(result.photo.pixels, face.landmarks, side) for side in SIDES]

    for blue, brown in zip(colour("blue"), colour("brown"), strict=True):
        assert blue[2] - blue[0] > brown[2] - brown[0] + 20
        assert blue.mean() > brown.mean()


@pytest.mark.parametrize("side", SIDES)
def test_eyes_look_where_they_are_asked_to(looking: dict[str, Rgb], close_up_face: Face, side: Side) -> None:
    at = {name: dark_centre_xy(pixels, close_up_face.landmarks, side) for name, pixels in looking.items()}
    assert at["left"][0] < at["right"][0] - 0.05
    assert at["up"][1] < at["down"][1] - 0.03


@pytest.fixture(scope="module")
def looking(engine: Engine, close_up_blinked: Rgb) -> dict[str, Rgb]:
    ways = {"left": (-0.9, 0.0), "right": (0.9, 0.0), "up": (0.0, -0.8), "down": (0.0, 0.8)}
    results = {way: open_eyes(Photo(close_up_blinked), Options.of(gaze=xy), engine=engine) for way, xy in ways.items()}
    assert all(result.changed for result in results.values())
    return {way: result.photo.pixels for way, result in results.items()}


def test_eyes_open_as_far_as_asked(engine: Engine, close_up_blinked: Rgb) -> None:
    measured = []
    for openness in (0.6, 1.2):
        result = open_eyes(Photo(close_up_blinked), Options.of(openness=openness), engine=engine)
        assert result.changed
        measured.append([result.faces[0].eyes[side].openness_after or 0 for side in SIDES])
    narrow, wide = measured
    assert all(n < w for n, w in zip(narrow, wide, strict=True))


@pytest.mark.parametrize("mode", ["fast", "quality", "ultra"])
def test_every_mode_opens_the_eyes(engine: Engine, blinked: Rgb, mode: Mode) -> None:
    result = open_eyes(Photo(blinked), Options.of(mode=mode), engine=engine)
    assert result.faces[0].outcome == "opened"
    assert result.report.mode == mode
