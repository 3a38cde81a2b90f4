"""Which attempts a face gets, and what is said where a pick is not what was kept."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.eye_style import FaceStyle
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop
from open_the_eyes.stages.attempts import LED, check_numbers, rounds, told
from open_the_eyes.stages.keep import Candidate, keep
from open_the_eyes.stages.verify import Verdict
from tests.stages.places import NOWHERE


@pytest.mark.parametrize(
    ("face", "options", "spare", "first_three"),
    [
        pytest.param(1, GenerateOptions(), 0, [[0], [1, 2], [3, 4]], id="one wanted"),
        pytest.param(1, GenerateOptions(), 3, [[0, 1, 2, 3], [4, 5], [6, 7]], id="with spares"),
        pytest.param(1, GenerateOptions(variations=3), 0, [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9, 10]], id="three wanted"),
        pytest.param(2, GenerateOptions(picks=((2, 5),)), 0, [[5], [0], [1, 2]], id="a pick comes first and alone"),
        pytest.param(2, GenerateOptions(picks=((2, 0),)), 1, [[0], [1, 2], [3, 4]], id="and is not painted twice"),
        pytest.param(1, GenerateOptions(picks=((2, 5),)), 0, [[0], [1, 2], [3, 4]], id="a pick for somebody else"),
    ],
)
def test_attempts_are_new_ones_each_round(
    face: int, options: GenerateOptions, spare: int, first_three: list[list[int]]
) -> None:
    assert rounds(face, options, spare, 3)[:3] == first_three


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_there_are_as_many_rounds_as_asked_for_and_the_last_is_painted(retries: int) -> None:
    found = rounds(1, GenerateOptions(), 0, retries)
    assert len(found) == 1 + retries
    painted = [all(attempt >= LED for attempt in row) for row in found]
    assert painted == [False] * retries + [retries > 0]


def test_a_pick_from_the_last_round_is_painted_alone_and_its_number_goes_to_nobody_else() -> None:
    found = rounds(1, GenerateOptions(picks=((1, LED),)), 0, 3)
    assert found[0] == [LED]
    assert found[-1] == [LED + 1, LED + 2]


def tried(attempt: int, reason: str = "") -> Candidate:
    return Candidate(attempt, np.zeros((1, 1, 3), np.uint8), Verdict(reason, 0.5, {}), NOWHERE)


def test_a_pick_that_failed_is_told_with_its_reason(closed_crop: Crop) -> None:
    candidates = [tried(5, "an eye still looked closed"), tried(0)]
    kept = told(keep(closed_crop, candidates, 1), 5, candidates)
    assert kept.best[0].attempt == 0
    assert "picked did not pass (an eye still looked closed)" in kept.best[0].note


@pytest.mark.parametrize("pick", [None, 5])
def test_nothing_is_told_where_the_pick_was_kept_or_none_was_made(closed_crop: Crop, pick: int | None) -> None:
    kept = keep(closed_crop, [tried(5)], 1)
    assert told(kept, pick, [tried(5)]) is kept


BLUE = {face: FaceStyle(face=face, eye_color="blue") for face in range(1, 8)}


def test_a_pick_and_a_style_for_a_face_that_is_not_there_are_refused() -> None:
    check_numbers(GenerateOptions(picks=((2, 0),), styles=(BLUE[2],)), 2)
    with pytest.raises(UsageError, match=r"^picks: expected faces up to 2, got 3"):
        check_numbers(GenerateOptions(picks=((3, 0),)), 2)
    with pytest.raises(UsageError, match=r"^styles: expected faces up to 2, got 3, 7"):
        check_numbers(GenerateOptions(styles=(BLUE[7], BLUE[1], BLUE[3])), 2)
