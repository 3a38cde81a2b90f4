"""Time and memory by stage."""

from __future__ import annotations

import time

import pytest

from open_the_eyes.stopwatch import Stopwatch
from open_the_eyes.system.ram import peak_ram_mib


def test_no_stage_no_entry() -> None:
    assert Stopwatch().stages == ()


def test_stages_are_listed_in_the_order_in_which_they_began() -> None:
    watch = Stopwatch()
    for name in ("read", "detect", "read", "save"):
        with watch.stage(name):
            pass
    assert [stage.name for stage in watch.stages] == ["read", "detect", "save"]


def test_a_stage_that_runs_again_is_added_up() -> None:
    watch = Stopwatch()
    for _ in range(3):
        with watch.stage("paint"):
            time.sleep(0.01)
    (stage,) = watch.stages
    assert 0.03 <= stage.seconds < 2


def test_a_stage_that_fails_is_timed_and_its_error_goes_on() -> None:
    watch = Stopwatch()
    with pytest.raises(KeyError), watch.stage("read"):
        raise KeyError
    assert [stage.name for stage in watch.stages] == ["read"]


def test_progress_is_told_before_the_work_begins() -> None:
    told: list[tuple[str, float]] = []
    watch = Stopwatch(lambda name, done: told.append((name, done)))
    with watch.stage("detect", 0.1):
        assert told == [("detect", 0.1)]


def test_progress_never_goes_back() -> None:
    told: list[float] = []
    watch = Stopwatch(lambda _, done: told.append(done))
    for done in (0.1, 0.8, 0.4, 0.9):
        with watch.stage("paint", done):
            pass
    assert told == [0.1, 0.8, 0.8, 0.9]


def test_parts_of_a_stage_are_told_between_its_beginning_and_its_end() -> None:
    told: list[tuple[str, float]] = []
    watch = Stopwatch(lambda name, done: told.append((name, round(done, 3))))
    with watch.stage("generate", 0.4, 0.8), watch.stage("generate/base"):
        for part in (0.25, 7.0):
            watch.tell("generate/base", part)
    assert told == [("generate", 0.4), ("generate/base", 0.4), ("generate/base", 0.5), ("generate/base", 0.8)]


def test_a_stage_stands_before_its_branches_and_knows_its_gpu_memory() -> None:
    watch = Stopwatch()
    with watch.stage("generate"), watch.stage("generate/base"):
        watch.gpu("generate/base", 900.0)
        watch.gpu("generate/base", 700.0)
    assert [(stage.name, stage.peak_vram_mib) for stage in watch.stages] == [("generate", None), ("generate/base", 900)]


def test_memory_is_what_a_python_with_numpy_may_need() -> None:
    peak = peak_ram_mib()
    assert peak is None or 5 < peak < 100_000
    watch = Stopwatch()
    with watch.stage("read"):
        pass
    assert (watch.stages[0].peak_ram_mib is None) == (peak is None)
