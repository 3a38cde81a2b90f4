"""Which attempts a face gets, and what is said where a pick is not what was kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.options import GenerateOptions
from open_the_eyes.options.attempt import FIRST_LED, Attempt
from open_the_eyes.options.eye_style import FaceStyle
from open_the_eyes.origins import ReferenceFace
from open_the_eyes.roles import Crop, Donor
from open_the_eyes.stages.attempts import check_numbers, is_due, rounds, with_pick_note
from open_the_eyes.stages.keep import Candidate, keep
from open_the_eyes.stages.verify import Fault, FaultKind, Verdict
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
    assert rounds(face, options, spare, 3)[:3] == [[Attempt(number) for number in row] for row in first_three]


@pytest.mark.parametrize("retries", [0, 1, 2, 3])
def test_there_are_as_many_rounds_as_asked_for_and_in_the_last_donors_only_lead(retries: int) -> None:
    found = rounds(1, GenerateOptions(), 0, retries)
    assert len(found) == 1 + retries
    assert [{attempt.led for attempt in row} for row in found] == [{False}] * retries + [{retries > 0}]


def test_a_pick_from_the_last_round_is_painted_alone_and_its_number_goes_to_nobody_else() -> None:
    found = rounds(1, GenerateOptions(picks=((1, FIRST_LED),)), 0, 3)
    assert found[0] == [Attempt(0, led=True)]
    assert found[-1] == [Attempt(1, led=True), Attempt(2, led=True)]


def tried(attempt: int, fault: FaultKind | None = None) -> Candidate:
    """An attempt in which that was wrong, whatever the words for it."""
    verdict = Verdict(None if fault is None else Fault(fault, f"something: {fault}"), 0.5, {})
    return Candidate(Attempt(attempt), np.zeros((1, 1, 3), np.uint8), verdict, NOWHERE)


def test_a_pick_that_failed_is_told_with_its_reason(closed_crop: Crop) -> None:
    candidates = [tried(5, "closed"), tried(0)]
    kept = with_pick_note(keep(closed_crop, candidates, 1), 5, candidates)
    assert kept.best[0].attempt == Attempt(0)
    assert "picked did not pass (something: closed)" in kept.best[0].note


@pytest.mark.parametrize("pick", [None, 5])
def test_nothing_is_told_where_the_pick_was_kept_or_none_was_made(closed_crop: Crop, pick: int | None) -> None:
    kept = keep(closed_crop, [tried(5)], 1)
    assert with_pick_note(kept, pick, [tried(5)]) is kept


@pytest.mark.parametrize(
    ("sides", "faults", "left", "due"),
    [
        pytest.param(("left",), ["squint", "squint"], 1, False, id="its partner is no open eye"),
        pytest.param(("left",), ["squint", "squint"], 2, True, id="not the last round yet"),
        pytest.param(("left",), ["squint", "seam"], 1, True, id="failed otherwise, too"),
        pytest.param(("left", "right"), ["squint"], 1, True, id="a pair has no partner to mislead it"),
        pytest.param(("left",), [], 1, True, id="nothing was tried"),
        pytest.param(("left",), ["seam", None], 1, False, id="enough passed"),
        pytest.param(("left",), ["seam"], 0, False, id="no round is left"),
    ],
)
def test_a_lone_eye_that_squints_in_every_attempt_is_not_painted_freely(
    closed_crop: Crop, sides: tuple[Side, ...], faults: list[FaultKind | None], left: int, due: bool
) -> None:
    candidates = [tried(number, fault) for number, fault in enumerate(faults)]
    assert is_due(replace(closed_crop, sides=sides), left, candidates, 1) is due


BLUE = {face: FaceStyle(face=face, eye_color="blue") for face in range(1, 8)}


def test_a_pick_and_a_style_for_a_face_that_is_not_there_are_refused() -> None:
    check_numbers(GenerateOptions(picks=((2, 0),), styles=(BLUE[2],)), 2)
    with pytest.raises(UsageError, match=r"^picks: expected faces up to 2, got 3"):
        check_numbers(GenerateOptions(picks=((3, 0),)), 2)
    with pytest.raises(UsageError, match=r"^styles: expected faces up to 2, got 3, 7"):
        check_numbers(GenerateOptions(styles=(BLUE[7], BLUE[1], BLUE[3])), 2)


def test_the_painter_follows_a_donor_of_another_photo_whose_eye_squints(closed_crop: Crop) -> None:
    lone = replace(closed_crop, sides=("left",))
    donor = Donor(lone, ReferenceFace("b.jpg", 1, 1), 1.0)
    assert is_due(lone, 1, [tried(0, "squint")], 1, (donor,))
