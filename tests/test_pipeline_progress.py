"""How far a photo is, as it is told, and that it can be stopped there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.errors import Cancelled
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.looking import look, look_at_references
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import RETRIES, inspect_photo, open_eyes
from open_the_eyes.progress import NO_WATCH, Part, Progress, Shares, ticking
from open_the_eyes.roles import Watch
from tests.painters import Painter, nothing, with_painter


def test_progress_goes_forward_through_the_named_stages(engine: Engine, blinked: Rgb) -> None:
    told: list[tuple[str, float]] = []
    result = open_eyes(Photo(blinked), engine=engine, progress=lambda name, done: told.append((name, done)))
    names = ["read", "detect", "confirm", "crop", "generate", "blend", "verify", "compose"]
    assert list(dict.fromkeys(name for name, _ in told)) == names
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert (told[0][1], told[-1]) == (0.0, ("compose", 1.0))
    assert [stage.name for stage in result.timings] == names


def test_progress_gets_on_with_all_eyes_that_are_painted(engine: Engine, blinked: Rgb) -> None:
    told: list[float] = []
    options = Options.of(variations=4)
    open_eyes(Photo(blinked), options, engine=engine, progress=lambda _, done: told.append(done))
    painting = [done for done in told if 0.19 < done < 0.64]
    assert painting[-4:] == pytest.approx([0.2, 0.3125, 0.425, 0.5375])
    assert sum(done < 0.2 for done in told) > 4


@pytest.mark.parametrize(
    ("found", "opened", "searched"),
    [
        pytest.param(0, 0, 0.95, id="nobody: nothing is painted"),
        pytest.param(3, 0, 0.95, id="all eyes open"),
        pytest.param(1, 1, 0.2, id="a portrait"),
        pytest.param(14, 8, 0.283, id="a group of whom many blinked"),
        pytest.param(44, 1, 0.858, id="a large group and one blink"),
    ],
)
def test_the_search_is_as_much_of_a_photo_as_there_are_faces_that_stay_as_they_are(
    found: int, opened: int, searched: float
) -> None:
    faces = [n < opened for n in range(found)]
    shares = Shares.of(0).among(0.1, faces)
    assert shares.paint == pytest.approx(searched, abs=0.001)
    assert 0.1 < shares.confirm < shares.decided < shares.paint <= shares.compose
    late = Shares.of(0).among(0.9, faces)
    assert min(late.confirm, late.decided, late.paint) >= 0.9  # it is said already
    assert Shares.of(1).among(0.1, faces) == Shares.of(1)  # others are most of the work


def test_most_of_a_group_photo_in_which_nobody_blinked_is_told_while_it_is_searched(
    engine: Engine, portrait: Rgb
) -> None:
    told: list[tuple[str, float]] = []
    row = Photo(np.hstack([portrait] * 4))
    open_eyes(row, engine=engine, progress=lambda name, done: told.append((name, done)))
    assert max(done for name, done in told if name == "detect") > 0.2
    assert min(done for name, done in told if name == "confirm") > 0.8
    assert [done for _, done in told] == sorted(done for _, done in told)


def test_what_is_told_goes_on_evenly_where_no_face_can_be_given_eyes(engine: Engine, blinked: Rgb) -> None:
    told: list[tuple[str, float]] = []
    gives = replace(engine, donors_only=True)
    result = open_eyes(Photo(blinked), engine=gives, progress=lambda name, done: told.append((name, done)))
    assert [face.outcome for face in result.faces] == ["unsure"]
    assert max(done for name, done in told if name == "crop") == pytest.approx(0.184)  # as before it was left alone


def test_where_others_are_searched_as_well_there_is_room_for_that(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    told: list[tuple[str, float]] = []
    photos = [Photo(portrait)]
    open_eyes(Photo(blinked), engine=engine, references=photos, progress=lambda name, done: told.append((name, done)))
    begun = {name: min(done for stage, done in told if stage == name) for name in ("match", "crop", "generate")}
    assert begun == pytest.approx({"match": 0.18, "crop": 0.4, "generate": 0.45})
    assert [done for _, done in told] == sorted(done for _, done in told)


def test_looking_tells_how_far_it_is_and_can_be_stopped_at_each_step(engine: Engine, portrait: Rgb) -> None:
    photo, told = Photo(portrait), []

    def looks(progress: Progress) -> None:
        look(photo, engine=engine, progress=progress)
        inspect_photo(photo, engine=engine, progress=progress)
        inspect_photo(photo, engine=engine, references=[photo], progress=progress)
        look_at_references([photo, photo], engine=engine, progress=progress)

    looks(lambda _, done: told.append(done))
    ends = [n for n, done in enumerate(told, start=1) if done == 1.0]
    ways = [told[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    assert [way == sorted(way) for way in ways] == [True] * 4
    assert all(len(set(way)) > 8 for way in ways)

    for stage, most in (("detect", 0.15), ("match", 0.39)):
        with pytest.raises(Cancelled, match=stage):
            open_eyes(photo, engine=engine, references=[photo], progress=partial(stopping, stage, most))


def stopping(stage: str, most: float, name: str, done: float) -> None:
    """Stops in the midst of a stage, and is told no more of it than that."""
    if name == stage and done > 0.055:
        assert done < most
        raise Cancelled(name)


def test_progress_never_goes_back_while_faces_are_tried_again(engine: Engine, blinked: Rgb) -> None:
    told: list[float] = []
    painter = Painter(nothing)
    open_eyes(Photo(blinked), engine=with_painter(engine, painter), progress=lambda _, done: told.append(done))
    assert told == sorted(told)
    assert len({done for done in told if 0.19 < done < 0.95}) > 3 * RETRIES


@pytest.mark.parametrize("watch", [NO_WATCH, Part(NO_WATCH, 0.2, 0.4)], ids=["of all", "of a part"])
def test_where_nobody_watches_work_is_told_all_the_same(watch: Watch) -> None:
    with watch.stage("detect"):
        ticking(watch)()
        watch.tell("detect", 0.5)
        watch.gpu("detect", 100.0)
