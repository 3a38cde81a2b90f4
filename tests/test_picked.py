"""`Opened.picked`: a choice of results, put together without painting, is the file that painting the choice gives."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.engine import Engine
from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from tests.faces import HEAD
from tests.stand_in import report_of


@pytest.fixture(scope="module")
def three_people(tmp_path_factory: pytest.TempPathFactory, portrait: Rgb, blinked: Rgb) -> Path:
    """Two who blink, and between them one who does not; a JPEG."""
    path = tmp_path_factory.mktemp("people") / "three.jpg"
    Image.fromarray(np.hstack([blinked[HEAD], portrait[HEAD], blinked[HEAD]])).save(path, quality=92)
    return path


@pytest.fixture(scope="module")
def opened(engine: Engine, three_people: Path) -> Opened:
    return open_eyes(three_people, Options.of(variations=3, mode="fast", seed=2), engine=engine)


def same(one: Opened, other: Opened, folder: Path) -> None:
    """Same bytes, same options, and but for the times the same report."""
    folder.mkdir(exist_ok=True)
    first, second = (result.save(folder / f"{n}.jpg") for n, result in enumerate((one, other)))
    assert (folder / "0.jpg").read_bytes() == (folder / "1.jpg").read_bytes()
    assert one.options == other.options
    assert replace(first, stages=(), outputs=()) == replace(second, stages=(), outputs=())
    assert [photo.edit for photo in one.variations] == [photo.edit for photo in other.variations]


@pytest.mark.parametrize(
    ("picks", "faces"),
    [
        pytest.param({1: 2, 3: 3}, None, id="one each"),
        pytest.param({np.int64(3): np.int64(2), 1: None}, (3,), id="one stays as it was"),
        pytest.param({}, None, id="all at their best"),
    ],
)
def test_what_was_picked_is_the_file_that_painting_it_gives(
    picks: dict[int, Any],
    faces: tuple[int, ...] | None,
    opened: Opened,
    engine: Engine,
    three_people: Path,
    tmp_path: Path,
) -> None:
    picked = opened.picked(picks)
    attempts = {face.id: face.variation_attempts for face in opened.faces if face.outcome == "opened"}
    wanted = tuple((n, row[(picks.get(n, 1)) - 1]) for n, row in attempts.items() if picks.get(n, 1) is not None)
    asked = Options.of(mode="fast", seed=2, picks=wanted, faces=faces)
    same(picked, open_eyes(three_people, asked, engine=engine), tmp_path)


def test_who_is_left_out_of_a_choice_is_left_out_of_those_with_even_open_eyes(
    engine: Engine, three_people: Path, tmp_path: Path
) -> None:
    asked = {"mode": "fast", "faces": (1, 2, 3), "even_open": (2, 3)}
    opened = open_eyes(three_people, Options.of(variations=2, **asked), engine=engine)  # type: ignore[arg-type]
    assert [face.outcome for face in opened.faces] == ["opened"] * 3
    picked = opened.picked({1: None, 2: 2, 3: None})
    attempt = opened.faces[1].variation_attempts[1]
    alone = Options.of(mode="fast", faces=(2,), even_open=(2,), picks=[(2, attempt)])
    same(picked, open_eyes(three_people, alone, engine=engine), tmp_path)


def test_of_a_choice_less_may_be_chosen_again(opened: Opened, tmp_path: Path) -> None:
    same(opened.picked({1: 3, 3: 2}).picked({1: None}), opened.picked({3: 2, 1: None}), tmp_path)
    same(opened.only(2).picked({1: 3}), opened.picked({1: 3}), tmp_path / "again")


def test_one_variation_alone_is_reported_as_it_is(opened: Opened) -> None:
    alone = opened.only(2)
    assert alone.faces == opened.picked({1: 2, 3: 2}).faces
    assert [face.variation_scores for face in alone.faces] == [face.variation_scores[1:2] for face in opened.faces]
    assert alone.faces != opened.faces


def test_where_everybody_stays_the_photo_is_as_it_came(opened: Opened) -> None:
    none = opened.picked({1: None, 3: None})
    assert not none.changed
    assert none.photo.edit is None
    assert [face.outcome for face in none.faces] == ["skipped"] * 3
    assert none.picked({}).photo is none.photo


@pytest.mark.parametrize(
    ("picks", "says"),
    [
        pytest.param({2: 1}, "expected faces that were opened (1, 3), got 2", id="an open-eyed face"),
        pytest.param({9: None}, "got 9", id="nobody"),
        pytest.param({1: 4}, "picks: expected variation 1 to 3 of face 1, got 4", id="no such variation"),
        pytest.param({1: 0}, "got 0", id="counted from 0"),
        pytest.param({1: "2"}, "expected a whole number", id="text"),
        pytest.param({True: 1}, "expected a whole number", id="no face"),
        pytest.param([(1, 2)], "expected variations by face", id="pairs"),
    ],
)
def test_what_cannot_be_picked_is_refused(picks: Any, says: str, opened: Opened) -> None:
    with pytest.raises(UsageError) as caught:
        opened.picked(picks)
    assert says in str(caught.value)


def test_what_travels_between_processes_can_still_be_picked_from(opened: Opened) -> None:
    travelled: Opened = pickle.loads(pickle.dumps(opened))
    assert np.array_equal(travelled.picked({1: 3}).photo.pixels, opened.picked({1: 3}).photo.pixels)


def test_a_result_that_somebody_made_has_nothing_to_pick_from(opened: Opened) -> None:
    with pytest.raises(UsageError, match="no parts"):
        Opened(opened.variations, report_of("a.jpg")).picked({})
