"""Of a burst, the frame with the fewest problems, and in it everybody's own open eyes."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from open_the_eyes.burst import BestTake, _check_same_people, best_take
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import UsageError
from open_the_eyes.files import write
from open_the_eyes.frames import CLOSED, Frame
from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.photo import Photo
from open_the_eyes.roles import Face
from open_the_eyes.seen import Seen
from tests.faces import resized
from tests.references import another_shot, somebody_else

NOBODY = Photo(np.full((64, 64, 3), 120, np.uint8))


@pytest.fixture(scope="module")
def reference() -> Engine:
    return load_engine("reference")


@pytest.fixture(scope="module")
def pair(portrait: Rgb, portrait_face: Face) -> Rgb:
    """Two people side by side."""
    return np.hstack([portrait, somebody_else(portrait, portrait_face.landmarks)])


@pytest.fixture(scope="module")
def taken(reference: Engine, pair: Rgb) -> tuple[list[Rgb], BestTake]:
    """A burst of two in which each blinks once, and what became of it; the second frame is the blurred one."""
    left, right = reference.detector.detect(pair)
    frames = [paint_blink(pair, left.landmarks), paint_blink(pair, right.landmarks)]
    frames[1] = np.asarray(cv2.GaussianBlur(frames[1], (0, 0), 1.2), np.uint8)
    return frames, best_take([Photo(frame) for frame in frames], engine=reference)


def test_everybody_in_the_result_has_open_eyes(taken: tuple[list[Rgb], BestTake], reference: Engine) -> None:
    faces = reference.detector.detect(taken[1].opened.photo.pixels)
    assert all(face.eyes[side].closed_probability < 0.5 for face in faces for side in SIDES)
    assert [face.outcome for face in taken[1].opened.faces] == ["opened", "already_open"]


def test_the_sharper_of_two_frames_with_one_blink_each_is_taken(taken: tuple[list[Rgb], BestTake]) -> None:
    first, second = taken[1].frames
    assert taken[1].base == 0
    assert (first.closed, second.closed) == (1, 1)
    assert first.sharpness > second.sharpness
    assert first.problems < second.problems


def test_it_is_said_whose_eyes_came_from_where(taken: tuple[list[Rgb], BestTake]) -> None:
    assert taken[1].opened.faces[0].source == "reference 1, face 1"


def test_only_the_eyes_of_the_base_frame_change(taken: tuple[list[Rgb], BestTake]) -> None:
    frames, result = taken
    changed = (result.opened.photo.pixels != frames[0]).any(axis=2)
    assert 0 < changed.sum() < 0.01 * changed.size
    assert not changed[:, 512:].any()


def test_the_frame_without_a_blink_is_taken_as_it_is(reference: Engine, portrait: Rgb, blinked: Rgb) -> None:
    result = best_take([Photo(blinked), Photo(portrait), Photo(blinked)], engine=reference)
    assert result.base == 1
    assert not result.opened.changed


def test_a_frame_in_which_somebody_is_missing_is_not_taken(reference: Engine, pair: Rgb, portrait: Rgb) -> None:
    left, _ = reference.detector.detect(pair)
    result = best_take([Photo(portrait), Photo(paint_blink(pair, left.landmarks))], engine=reference)
    assert result.base == 1
    assert result.opened.faces[0].outcome == "opened"


def test_who_blinks_in_every_frame_is_left_as_they_are(reference: Engine, blinked: Rgb) -> None:
    result = best_take([Photo(blinked), Photo(another_shot(blinked, light=0.9))], engine=reference)
    assert not result.opened.changed
    assert result.opened.faces[0].outcome == "unsure"
    assert "not open in reference 1" in result.opened.faces[0].reason


def test_frames_without_a_face_give_nothing_and_harm_nothing(reference: Engine, portrait: Rgb) -> None:
    empty = np.full_like(portrait, 120)
    assert best_take([Photo(empty), Photo(portrait)], engine=reference).base == 1
    assert not best_take([Photo(empty), Photo(empty)], engine=reference).opened.changed


@pytest.mark.parametrize(
    ("photo", "says"),
    [
        (1, "the frame that is taken itself"),
        (2, "which shows no face"),
        (3, "photo 3 of 2"),
    ],
)
def test_a_frame_that_gives_no_eyes_is_no_match(reference: Engine, portrait: Rgb, photo: int, says: str) -> None:
    burst = [Photo(portrait), Photo(np.full_like(portrait, 120))]
    with pytest.raises(UsageError, match=says):
        best_take(burst, match=((1, photo, 1),), engine=reference)


def test_with_nobody_to_give_eyes_no_option_is_advised_that_is_not_there(reference: Engine, blinked: Rgb) -> None:
    result = best_take([Photo(blinked), Photo(np.full_like(blinked, 120))], engine=reference)
    assert result.opened.faces[0].reason == (
        "No other photo with a face was given; add one in which the eyes are open."
    )


@pytest.mark.parametrize(
    ("photos", "options", "says"),
    [
        pytest.param([], None, "two photos or more of the same people, got 0", id="none"),
        pytest.param([NOBODY], None, "two photos or more of the same people, got 1", id="one"),
        pytest.param(
            iter([NOBODY]), None, "two photos or more of the same people, got 1", id="one, made as it is asked for"
        ),
        pytest.param(NOBODY, None, "got a single one without a list", id="a photo"),
        pytest.param("burst", None, "got a single one without a list", id="a name"),
        pytest.param(Path("burst"), None, "got a single one without a list", id="a path"),
        pytest.param([NOBODY] * 2, {"seed": 1}, "options: expected what Options", id="options that are none"),
    ],
)
def test_what_cannot_work_is_refused_before_any_photo_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, reference: Engine, photos: Any, options: Any, says: str
) -> None:
    monkeypatch.setattr("open_the_eyes.burst.inspect_photo", None)
    with pytest.raises(UsageError, match=says):
        best_take(photos, options, engine=reference)


@pytest.mark.parametrize("name", ["appearance", "loaded"])
def test_who_makes_eyes_up_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("open_the_eyes.burst.inspect_photo", None)
    painter: Any = load_engine("appearance") if name == "loaded" else name
    with pytest.raises(UsageError, match=r"engine: expected reference, .* got appearance; leave it out"):
        best_take([NOBODY] * 2, engine=painter)


def test_what_is_no_match_is_refused(reference: Engine) -> None:
    given: Any = None
    with pytest.raises(UsageError, match=r"match: expected .* got null"):
        best_take([NOBODY] * 2, engine=reference, match=given)


def test_a_panorama_with_shut_eyes_is_no_better_than_a_shot(reference: Engine, portrait: Rgb, blinked: Rgb) -> None:
    wide = np.hstack([np.full((512, 1500, 3), 120, np.uint8), blinked, np.full((512, 1500, 3), 120, np.uint8)])
    assert best_take([Photo(wide), Photo(portrait)], engine=reference).base == 1


def _sharpened(pixels: Rgb, factor: float) -> Rgb:
    """A smaller copy as programs make them for the web."""
    small = resized(pixels, factor)
    return np.asarray(cv2.addWeighted(small, 1.8, cv2.GaussianBlur(small, (0, 0), 0.6), -0.8, 0), np.uint8)


@pytest.mark.parametrize("factor", [0.9, 0.7, 0.5, 0.35])
def test_a_smaller_copy_is_no_better_than_its_original(reference: Engine, portrait: Rgb, factor: float) -> None:
    large = resized(portrait, 2.0)
    assert best_take([Photo(_sharpened(large, factor)), Photo(large)], engine=reference).base == 1


@pytest.mark.parametrize("noise", [8.0, 20.0])
def test_of_equal_frames_the_less_noisy_is_the_best(reference: Engine, portrait: Rgb, noise: float) -> None:
    noisy = to_levels(portrait + np.random.default_rng(0).normal(0, noise, portrait.shape))
    clean, gritty = reversed(best_take([Photo(noisy), Photo(portrait)], engine=reference).frames)
    assert clean.problems < gritty.problems < clean.problems + CLOSED
    assert gritty.sharpness == pytest.approx(clean.sharpness, rel=0.1)


def test_of_equal_frames_the_less_compressed_is_the_best(reference: Engine, portrait: Rgb) -> None:
    _, file = cv2.imencode(".jpg", portrait[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 20])
    hard = np.ascontiguousarray(np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])
    assert best_take([Photo(hard), Photo(portrait)], engine=reference).base == 1


def test_a_frame_out_of_focus_gives_no_eyes_and_the_blink_stays(reference: Engine, blinked: Rgb, portrait: Rgb) -> None:
    soft = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 3.0), np.uint8)
    result = best_take([Photo(resized(blinked, 1.5)), Photo(resized(soft, 1.5))], engine=reference)
    (face,) = result.opened.faces
    assert (result.base, face.outcome) == (0, "kept_original")
    assert "the face is out of focus there (reference 1, face 1)" in face.reason


def test_copies_do_not_blunt_the_comparison_of_the_originals(reference: Engine, portrait: Rgb) -> None:
    soft = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 1.2), np.uint8)
    alone = best_take([Photo(soft), Photo(portrait)], engine=reference).frames
    beside = best_take([Photo(soft), Photo(portrait), Photo(resized(portrait, 0.4))], engine=reference).frames
    assert [frame.sharpness for frame in beside[:2]] == [frame.sharpness for frame in alone]
    assert beside[2].sharpness < beside[1].sharpness


def test_somebody_far_away_does_not_hide_the_blur_of_the_others(reference: Engine, portrait: Rgb) -> None:
    large, small = resized(portrait, 3.0), resized(portrait, 0.4)
    far = np.full_like(large, 120)
    far[600 : 600 + len(small), 600 : 600 + len(small)] = small
    soft = np.asarray(cv2.GaussianBlur(large, (0, 0), 3.6), np.uint8)
    sharp, blurred, _ = best_take([Photo(large), Photo(soft), Photo(far)], engine=reference).frames
    assert sharp.sharpness > 1.12 * blurred.sharpness


def test_a_step_towards_the_camera_is_no_advantage_and_none_back(reference: Engine, portrait: Rgb) -> None:
    small = resized(portrait, 0.7)
    far = np.full_like(portrait, 120)
    far[: len(small), : len(small)] = small
    near, away = best_take([Photo(portrait), Photo(far)], engine=reference).frames
    assert near.sharpness == pytest.approx(away.sharpness, rel=0.05)


def test_of_frames_as_good_as_each_other_the_first_is_taken(monkeypatch: pytest.MonkeyPatch, reference: Engine) -> None:
    """What they differ by in their last digits depends on the processor."""
    frames = tuple(Frame(f"photo {n}", 0, 0, 0, 0.0, problems, (64, 64)) for n, problems in ((1, 0.5 + 1e-9), (2, 0.5)))
    monkeypatch.setattr("open_the_eyes.burst.frames_of", lambda *_: frames)
    assert best_take([NOBODY] * 2, engine=reference).base == 0


def test_frames_may_be_made_as_they_are_asked_for(reference: Engine) -> None:
    assert len(best_take((NOBODY for _ in range(2)), engine=reference).frames) == 2


def test_frames_may_be_open_files_and_the_one_that_is_taken_is_whole(
    reference: Engine, taken: tuple[list[Rgb], BestTake], tmp_path: Path
) -> None:
    for number, frame in enumerate(taken[0]):
        write(Photo(frame), tmp_path / f"{number}.png", record=None)
    with (tmp_path / "0.png").open("rb") as first, (tmp_path / "1.png").open("rb") as second:
        result = best_take([first, second], engine=reference)
    assert (result.base, result.opened.changed) == (0, True)
    assert (result.opened.photo.pixels != taken[0][0]).any(axis=2).mean() < 0.05


def test_the_same_burst_gives_the_same_bytes(taken: tuple[list[Rgb], BestTake], reference: Engine) -> None:
    frames, result = taken
    again = best_take([Photo(frame) for frame in frames], engine=reference)
    assert np.array_equal(again.opened.photo.pixels, result.opened.photo.pixels)


@pytest.mark.parametrize(
    ("others", "known", "refused"),
    [
        pytest.param(1, 0, False, id="of two nothing is concluded"),
        pytest.param(2, 0, True, id="none of three"),
        pytest.param(5, 1, True, id="few"),
        pytest.param(4, 1, False, id="a quarter"),
    ],
)
def test_photos_of_different_people_are_no_burst(
    monkeypatch: pytest.MonkeyPatch,
    reference: Engine,
    portrait_face: Face,
    others: int,
    known: int,
    refused: bool,
) -> None:
    shots = [Seen(NOBODY, (portrait_face,), reference.detector) for _ in range(others + 1)]
    monkeypatch.setattr("open_the_eyes.burst.count_related", lambda *_: known)
    with pytest.raises(UsageError, match=r"different people: besides a\.jpg.* --match") if refused else nullcontext():
        _check_same_people(shots, "a.jpg", reference)
