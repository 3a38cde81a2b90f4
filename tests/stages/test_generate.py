"""Which requests go to the generator, and how its patches come back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from open_the_eyes.options import GenerateOptions
from open_the_eyes.options.attempt import MAX_ATTEMPTS, Attempt
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Crop, Patch, Request, Watch
from open_the_eyes.stages.generate import generate, request_of


class Recorder:
    """Answers every request with an empty patch that says its place in the row."""

    name = "recorder"

    def __init__(self) -> None:
        self.calls: list[list[Request]] = []
        self.options: list[GenerateOptions] = []

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,
        watch: Watch = NO_WATCH,  # noqa: ARG002
    ) -> list[Patch]:
        self.calls.append(list(requests))
        self.options.append(options)
        empty = np.zeros((1, 1, 3), np.float32)
        return [Patch(empty, empty[..., 0], r.seed, float(k)) for k, r in enumerate(requests)]


OPTIONS = GenerateOptions()


def test_all_faces_and_attempts_are_asked_for_at_once_and_come_back_in_rows(closed_crop: Crop) -> None:
    recorder = Recorder()
    attempts = {1: [Attempt(2), Attempt(3)], 4: [Attempt(2), Attempt(3), Attempt(4)]}
    rows = generate({4: closed_crop, 1: closed_crop}, attempts, recorder, OPTIONS)
    assert len(recorder.calls) == 1
    assert {face: [p.score for p in row] for face, row in rows.items()} == {4: [0, 1, 2], 1: [3, 4]}
    wanted = [request_of(closed_crop, face, one, OPTIONS).seed for face in (4, 1) for one in attempts[face]]
    assert [p.seed for row in rows.values() for p in row] == wanted


@pytest.mark.parametrize(
    ("faces", "attempts", "rows"), [(0, 3, {}), (2, 0, {1: [], 2: []})], ids=["no face", "no attempt"]
)
def test_nothing_asked_nothing_given(
    closed_crop: Crop, faces: int, attempts: int, rows: dict[int, list[Patch]]
) -> None:
    crops = dict.fromkeys(range(1, faces + 1), closed_crop)
    assert generate(crops, {face: [Attempt(n) for n in range(attempts)] for face in crops}, Recorder(), OPTIONS) == rows


def test_seeds_of_faces_attempts_and_users_do_not_meet(closed_crop: Crop) -> None:
    seeds = [
        request_of(closed_crop, face, Attempt(number), GenerateOptions(seed=seed)).seed
        for face in range(1, 21)
        for number in range(30)
        for seed in range(10)
    ]
    assert len(set(seeds)) == len(seeds)


def test_at_one_face_seeds_that_are_near_each_other_share_no_attempt(closed_crop: Crop) -> None:
    seeds = {
        seed: {
            request_of(closed_crop, 2, Attempt.of(code), GenerateOptions(seed=seed)).seed
            for code in range(MAX_ATTEMPTS)
        }
        for seed in (0, 1782, 7918, 7919)  # 1782: as far as face 2 is from attempt 13 at face 1
    }
    assert seeds[0].isdisjoint(seeds[1782] | seeds[7918])
    assert not seeds[0].isdisjoint(seeds[7919])


def test_the_largest_seed_stays_a_seed(closed_crop: Crop) -> None:
    assert 0 <= request_of(closed_crop, 9, Attempt.of(MAX_ATTEMPTS - 1), GenerateOptions(seed=2**32 - 1)).seed < 2**32


@pytest.mark.parametrize(
    ("seed", "attempt", "variety"),
    [(0, Attempt(0), 0.0), (0, Attempt(1), 1.0), (0, Attempt(0, led=True), 1.0), (7, Attempt(0), 1.0)],
    ids=["first of seed 0", "next", "first led", "seed 7"],
)
def test_only_the_very_first_attempt_asks_for_the_likeliest_eyes(
    closed_crop: Crop, seed: int, attempt: Attempt, variety: float
) -> None:
    for face in (1, 2):
        assert request_of(closed_crop, face, attempt, GenerateOptions(seed=seed)).variety == variety


def test_a_painter_is_told_how_to_paint_and_of_the_eyes_by_each_request_alone(closed_crop: Crop) -> None:
    recorder = Recorder()
    asked = GenerateOptions(mode="ultra", lcm=True, seed=7, variations=2, eye_color="green", precision="int8")
    generate({1: closed_crop}, {1: [Attempt(0)]}, recorder, asked)
    assert recorder.options == [GenerateOptions(mode="ultra", lcm=True, precision="int8")]
    assert recorder.calls[0][0].style.eye_color == "green"


@pytest.mark.parametrize("led", [False, True])
def test_a_donor_only_leads_where_the_attempt_says_so(closed_crop: Crop, led: bool) -> None:
    assert request_of(closed_crop, 1, Attempt(3, led=led), OPTIONS).lead_only is led


def test_a_request_does_not_know_of_mode_or_number_of_variations(closed_crop: Crop) -> None:
    plain = request_of(closed_crop, 2, Attempt(3), GenerateOptions(seed=5))
    rich = request_of(closed_crop, 2, Attempt(3), GenerateOptions(seed=5, mode="ultra", variations=16))
    assert plain.seed == rich.seed
    assert plain.variety == rich.variety
