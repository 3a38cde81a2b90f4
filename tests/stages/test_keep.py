"""Which attempts are kept."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.options.attempt import Attempt
from open_the_eyes.roles import Crop
from open_the_eyes.stages.keep import Candidate, keep
from open_the_eyes.stages.verify import Fault, Verdict
from tests.stages.places import NOWHERE

EMPTY = np.zeros((1, 1, 3), np.uint8)


def tried(attempt: int, score: float, reason: str = "") -> Candidate:
    fault = Fault("closed", reason) if reason else None
    return Candidate(Attempt(attempt), EMPTY, Verdict(fault, score, {"left": 1.0, "right": 1.0}), NOWHERE)


@pytest.mark.parametrize(
    ("candidates", "count", "kept"),
    [
        pytest.param([], 1, [], id="nothing tried"),
        pytest.param([tried(0, 0.5)], 1, [0], id="the only one"),
        pytest.param([tried(0, 0.5)], 3, [0], id="fewer than asked for"),
        pytest.param([tried(0, 0.5), tried(1, 0.9), tried(2, 0.7)], 2, [1, 2], id="the best, best first"),
        pytest.param([tried(0, 0.5), tried(1, 0.9, "closed")], 2, [0], id="what failed is never kept"),
        pytest.param([tried(0, 0.9, "closed")], 1, [], id="nor if nothing else is there"),
        pytest.param([tried(2, 0.5 + 1e-9), tried(1, 0.5)], 2, [1, 2], id="ties go to the earlier attempt"),
    ],
)
def test_the_best_that_passed(closed_crop: Crop, candidates: list[Candidate], count: int, kept: list[int]) -> None:
    for order in (candidates, candidates[::-1]):
        assert [one.attempt.number for one in keep(closed_crop, order, count).best] == kept


def test_the_reason_is_that_of_the_nearest_miss(closed_crop: Crop) -> None:
    result = keep(closed_crop, [tried(0, 0.2, "far off"), tried(1, 0.6, "nearly")], 1)
    assert result.reason == "nearly."
    assert result.crop is closed_crop


def test_what_is_kept_needs_no_reason(closed_crop: Crop) -> None:
    assert keep(closed_crop, [tried(0, 0.2), tried(1, 0.6, "closed")], 1).reason == ""


def test_eyes_outside_the_photo_are_left_with_a_reason(closed_crop: Crop) -> None:
    assert keep(closed_crop, [], 1).reason == "the closed eyes lie outside the photo."
