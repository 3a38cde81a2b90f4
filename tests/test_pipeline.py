"""The way of a photo: outcomes, retries and progress."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from open_the_eyes import files
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import Engine
from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, OTHER, SIDES, Side
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import RETRIES, inspect_photo, open_eyes
from open_the_eyes.results import Inspected, Opened
from open_the_eyes.roles import Face
from open_the_eyes.settings import Settings
from tests.faces import HEAD, resized, turned
from tests.painters import Paint, Painter, black, noise, nothing, true_eyes, with_painter


def outcomes(result: Opened | Inspected) -> list[str]:
    return [face.outcome for face in result.faces]


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 400), (300, 300)], ids=str)
def test_a_picture_without_a_face_comes_back_as_it_was(engine: Engine, size_hw: tuple[int, int]) -> None:
    photo = Photo(np.full((*size_hw, 3), 90, np.uint8))
    result = open_eyes(photo, engine=engine)
    assert result.faces == ()
    assert result.variations == (photo,)
    assert not result.changed


def test_open_eyes_are_left_alone(engine: Engine, portrait: Rgb) -> None:
    result = open_eyes(Photo(portrait), Options.of(variations=3), engine=engine)
    assert outcomes(result) == ["already_open"]
    assert not result.changed
    assert len(result.variations) == 1
    assert np.array_equal(result.photo.pixels, portrait)
    assert all(eye.openness_after is None for eye in result.faces[0].eyes.values())


@pytest.mark.parametrize("paint", [nothing, noise, black])
def test_garbage_is_never_shown(engine: Engine, blinked: Rgb, paint: Paint) -> None:
    painter = Painter(paint)
    result = open_eyes(Photo(blinked), engine=with_painter(engine, painter))
    (face,) = result.faces
    assert face.outcome == "kept_original"
    assert face.reason.startswith("Left as it was: ")
    assert face.variation_scores == ()
    assert all(eye.openness_after is None for eye in face.eyes.values())
    assert np.array_equal(result.photo.pixels, blinked)
    assert not result.changed
    assert len(set(painter.seeds)) == len(painter.seeds) > RETRIES


def test_eyes_that_come_out_at_last_are_taken(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    true = true_eyes(portrait)
    painter = Painter(lambda crop, number: true(crop, number) if number >= 4 else nothing(crop, number))
    result = open_eyes(Photo(blinked), engine=with_painter(engine, painter))
    assert outcomes(result) == ["opened"]
    assert len(painter.seeds) > 4
    assert not np.array_equal(result.photo.pixels, blinked)


def test_eyes_that_come_out_at_once_are_not_tried_again(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    painter = Painter(true_eyes(portrait))
    open_eyes(Photo(blinked), Options.of(mode="fast"), engine=with_painter(engine, painter))
    assert len(painter.seeds) == 1


def test_fewer_good_eyes_than_variations_repeat_the_best(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    true = true_eyes(portrait)
    painter = Painter(lambda crop, number: (true if number in (1, 2) else nothing)(crop, number))
    result = open_eyes(Photo(blinked), Options.of(variations=3), engine=with_painter(engine, painter))
    assert len(result.faces[0].variation_scores) == 2
    best, other, again = (variation.pixels for variation in result.variations)
    assert np.array_equal(best, again)
    assert not np.array_equal(best, other)


def test_a_pick_that_fails_costs_no_round(engine: Engine, blinked: Rgb) -> None:
    painter = Painter(nothing)
    open_eyes(Photo(blinked), Options.of(picks=((1, 5),)), engine=with_painter(engine, painter))
    assert len(painter.seeds) == 1 + 1 + 2 * RETRIES


@pytest.mark.parametrize("degrees", [90, 180, 37])
def test_a_turned_portrait_is_opened(engine: Engine, blinked: Rgb, degrees: float) -> None:
    result = open_eyes(Photo(turned(blinked, degrees)), engine=engine)
    assert outcomes(result) == ["opened"]
    assert all((eye.openness_after or 0) > 0.5 for eye in result.faces[0].eyes.values())


@pytest.mark.parametrize("width", [90, 1000])
def test_small_and_large_faces_are_opened(engine: Engine, portrait: Rgb, portrait_face: Face, width: int) -> None:
    head = resized(portrait[HEAD], width / portrait_face.box.width)
    (face,) = engine.detector.detect(head)
    assert face.box.width == pytest.approx(width, rel=0.1)
    result = open_eyes(Photo(paint_blink(head, face.landmarks)), engine=engine)
    assert outcomes(result) == ["opened"]
    assert all((eye.openness_after or 0) > 0.5 for eye in result.faces[0].eyes.values())


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(np.s_[:, 190:], id="through the hair"),
        pytest.param(np.s_[:, 215:], id="through the left eye"),
        pytest.param(np.s_[:, :222], id="right eye outside"),
        pytest.param(np.s_[:, :240], id="through the right eye"),
        pytest.param(np.s_[102:], id="through both eyes"),
        pytest.param(np.s_[118:], id="below the eyes"),
        pytest.param(np.s_[:124], id="at the nose"),
    ],
)
def test_a_face_at_the_edge_of_the_picture_has_an_outcome(
    engine: Engine, blinked: Rgb, part: tuple[slice, ...]
) -> None:
    photo = Photo(np.ascontiguousarray(blinked[part]))
    result = open_eyes(photo, Options.of(all=True), engine=engine)
    assert result.photo.size_wh == photo.size_wh
    assert "closed" not in outcomes(result)
    assert result.changed == ("opened" in outcomes(result))
    if not result.changed:
        assert np.array_equal(result.photo.pixels, photo.pixels)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_closed_eye_is_opened_where_the_other_is_outside_the_picture(
    engine: Engine, blinked: Rgb, side: Side
) -> None:
    (face,) = engine.detector.detect(blinked)
    inner = int(face.landmarks[INNER_CORNER[side], 0])
    cut_off = np.ascontiguousarray(blinked[:, inner:] if side == "left" else blinked[:, :inner])
    (report,) = open_eyes(Photo(cut_off), engine=engine).faces
    assert report.outcome == "opened"
    assert report.reason == f"Opened the {OTHER[side]} eye."


def test_twenty_faces_of_which_seven_blink(engine: Engine, portrait: Rgb) -> None:
    head = resized(portrait[20:240, 120:330], 1.2)
    (face,) = engine.detector.detect(head)
    shut = paint_blink(head, face.landmarks)
    blinks = [[(5 * row + column) % 3 == 0 for column in range(5)] for row in range(4)]
    wall = np.concatenate([np.concatenate([shut if blink else head for blink in row], axis=1) for row in blinks])
    result = open_eyes(Photo(wall), Options.of(mode="fast"), engine=engine)
    assert [face.id for face in result.faces] == list(range(1, 21))
    h, w = head.shape[:2]
    for one in result.faces:
        x, y = one.box.centre_xy
        assert one.outcome == ("opened" if blinks[int(y // h)][int(x // w)] else "already_open")
    for row in range(4):
        for column in range(5):
            at = np.s_[row * h : (row + 1) * h, column * w : (column + 1) * w]
            assert np.array_equal(result.photo.pixels[at], wall[at]) != blinks[row][column]


def test_each_of_two_faces_gets_what_is_wished_for_it_and_the_same_as_if_it_were_wished_for_both(
    engine: Engine, blinked: Rgb
) -> None:
    two = Photo(np.concatenate([blinked[:260, 100:360], blinked[:260, 100:360]], axis=1))
    plain, blue, own = (
        open_eyes(two, wish, engine=engine).photo.pixels
        for wish in (
            Options.of(mode="fast"),
            Options.of(mode="fast", eye_color="blue"),
            Options.of(mode="fast", styles=[{"face": 2, "eye_color": "blue"}]),
        )
    )
    assert not np.array_equal(plain, blue)
    assert np.array_equal(own, np.concatenate([plain[:, :260], blue[:, 260:]], axis=1))


def test_how_far_an_eye_must_be_open_goes_by_the_wish_for_its_face(engine: Engine, blinked: Rgb) -> None:
    wish = Options.of(mode="fast", openness=1.5, styles=[{"face": 1, "openness": 0.6}])
    (face,) = open_eyes(Photo(blinked), wish, engine=engine).report.faces
    assert face.outcome == "opened"
    assert max(eye.openness_after or 0 for eye in face.eyes.values()) < 0.9


def test_a_face_that_is_not_opened_tells_that_its_own_wish_had_no_effect(engine: Engine, blinked: Rgb) -> None:
    two = Photo(np.concatenate([blinked[:260, 100:360], blinked[:260, 100:360]], axis=1))
    wish = Options.of(faces=(2,), styles=[{"face": n, "eye_color": "blue"} for n in (1, 2)])
    for look in (inspect_photo, open_eyes):
        passed, opened = look(two, wish, engine=engine).report.faces
        assert "had no effect" in passed.told()
        assert "had no effect" not in opened.told()


def test_one_of_two_faces_can_be_asked_for(engine: Engine, blinked: Rgb) -> None:
    two = np.concatenate([blinked[:260, 100:360], blinked[:260, 100:360]], axis=1)
    result = open_eyes(Photo(two), Options.of(faces=(2,)), engine=engine)
    assert outcomes(result) == ["skipped", "opened"]
    assert np.array_equal(result.photo.pixels[:, :260], two[:, :260])
    assert not np.array_equal(result.photo.pixels[:, 260:], two[:, 260:])


def test_inspecting_says_what_opening_would_do_and_paints_nothing(engine: Engine, blinked: Rgb) -> None:
    painter = Painter(nothing)
    seen = inspect_photo(Photo(blinked), engine=with_painter(engine, painter))
    assert [face.outcome for face in seen.faces] == ["closed"]
    assert len(seen.detected) == 1
    assert seen.report.faces == seen.faces
    assert painter.seeds == []
    with pytest.raises(UsageError, match=r"picks: expected faces up to 1, got 2\."):
        inspect_photo(Photo(blinked), Options.of(picks=((2, 0),)), engine=engine)


def test_inspecting_beside_references_tells_of_them_and_refuses_what_opening_would(
    engine: Engine, blinked: Rgb
) -> None:
    options = Options.of(match=((1, 1, 2),))
    with pytest.raises(UsageError, match="reference 1 has 1 face, so there is no face 2"):
        inspect_photo(Photo(blinked), options, engine=engine, references=[Photo(blinked)])
    alone = replace(engine, donors_only=True)
    seen = inspect_photo(Photo(blinked), engine=alone, references=[Photo(blinked)])
    assert len(seen.report.references) == 1
    assert (
        outcomes(seen) == outcomes(open_eyes(Photo(blinked), engine=alone, references=[Photo(blinked)])) == ["unsure"]
    )
    assert "not open in reference 1, face 1 either" in seen.faces[0].reason


def test_inspecting_tells_of_a_face_with_open_eyes_that_was_matched(engine: Engine, portrait: Rgb) -> None:
    options = Options.of(match=((1, 1, 1),))
    (seen,) = inspect_photo(Photo(portrait), options, engine=engine, references=[Photo(portrait)]).faces
    assert seen.reason.endswith("open ones stay.")


def test_a_path_bytes_and_a_photo_are_the_same_to_it(engine: Engine, opened_blink: Opened, blink: Path) -> None:
    data = blink.read_bytes()
    by_path, by_name, by_bytes = (open_eyes(source, engine=engine) for source in (blink, str(blink), data))
    by_photo = open_eyes(files.read(data, Settings()), engine=engine)
    for other in (by_name, by_bytes, by_photo):
        assert np.array_equal(other.photo.pixels, by_path.photo.pixels)
        assert other.faces == by_path.faces
    assert by_path.report.input.path == str(blink)
    assert by_bytes.report.input.path is None
    assert by_bytes.report.input.sha256 == by_path.report.input.sha256
    assert by_bytes.report.input.format == "JPEG"
    assert opened_blink.report.input.format is None


def test_an_engines_name_is_enough(blinked: Rgb, opened_blink: Opened) -> None:
    assert np.array_equal(open_eyes(Photo(blinked), engine="appearance").photo.pixels, opened_blink.photo.pixels)
    with pytest.raises(UsageError, match="magic"):
        open_eyes(Photo(blinked), engine="magic")  # type: ignore[arg-type]


def test_the_photo_that_was_given_stays_as_it_was_and_may_be_painted_over(
    engine: Engine, blinked: Rgb, opened_blink: Opened
) -> None:
    given = blinked.copy()
    result = open_eyes(Photo(given), engine=engine)
    assert np.array_equal(given, blinked)
    given[:] = 0
    assert np.array_equal(result.photo.pixels, opened_blink.photo.pixels)


def test_alpha_and_the_files_facts_are_carried_along(engine: Engine, blinked: Rgb) -> None:
    alpha = np.full(blinked.shape[:2], 200, np.uint8)
    ok, data = cv2.imencode(".png", np.dstack([blinked[..., ::-1], alpha]))
    assert ok
    result = open_eyes(data.tobytes(), engine=engine)
    assert outcomes(result) == ["opened"]
    assert result.photo.alpha is not None
    assert (result.photo.alpha == 200).all()
    assert result.photo.file is not None
    assert result.photo.file.mode == "RGBA"


def test_both_sides_are_in_every_report(opened_blink: Opened) -> None:
    assert all(set(face.eyes) == set(SIDES) for face in opened_blink.faces)
