"""The simulation against arithmetic that can be done in the head, against bounds, and against what was told."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fleet_cases import CPU_STAGES, TOLD, Case, ours, told_cases
from benchmarks.fleet_simulation import Fleet, Stage, simulate
from open_the_eyes.engine import Engine
from open_the_eyes.pipeline import open_eyes

TWO = (Stage("look", 1.0), Stage("paint", 3.0, on="gpu", after=("look",)), Stage("save", 1.0, after=("paint",)))


@pytest.mark.parametrize("case", told_cases(), ids=lambda case: case.what)
def test_what_was_told_of_another_program_comes_out(case: Case) -> None:
    assert abs(case.off) < 0.02


@pytest.mark.parametrize(
    ("fleet", "photos", "seconds"),
    [
        pytest.param(Fleet(in_order=True), 1, 5.0, id="in order, one photo"),
        pytest.param(Fleet(in_order=True), 4, 20.0, id="in order, four"),
        pytest.param(Fleet(in_order=True, gpus=2), 4, 10.0, id="two nodes halve it"),
        pytest.param(Fleet(at_once=1), 4, 20.0, id="one at once overlaps nothing"),
        pytest.param(Fleet(at_once=4, cores=2), 4, 14.0, id="the GPU never waits: 1 + 4 x 3 + 1"),
        pytest.param(Fleet(at_once=4, cores=1), 1, 5.0, id="a photo alone gains nothing"),
    ],
)
def test_times_are_what_can_be_added_up(fleet: Fleet, photos: int, seconds: float) -> None:
    assert simulate(TWO, fleet, photos).seconds == pytest.approx(seconds)


def test_speed_in_the_long_run_is_that_of_the_busiest_lane() -> None:
    run = simulate(TWO, Fleet(at_once=4, cores=2), photos=200)
    assert run.per_minute == pytest.approx(20.0, rel=0.01)  # 3 seconds of the GPU each
    assert run.busy["gpu"] > 0.98
    slow = simulate(TWO, Fleet(at_once=8, cores=1), photos=200)
    assert slow.per_minute == pytest.approx(20.0, rel=0.01)  # 2 seconds of the core, still less than 3


def test_too_few_cores_keep_a_gpu_waiting() -> None:
    stages = (Stage("look", 4.0), Stage("paint", 1.0, on="gpu", after=("look",)))
    assert simulate(stages, Fleet(at_once=8, cores=1), 100).busy["gpu"] < 0.3
    assert simulate(stages, Fleet(at_once=8, cores=4), 100).busy["gpu"] > 0.9


@pytest.mark.parametrize("gpus", [1, 2, 3, 8])
@pytest.mark.parametrize("variations", [1, 4])
def test_no_fleet_beats_the_work_there_is_or_the_longest_way(gpus: int, variations: int) -> None:
    run = simulate(TOLD, Fleet(gpus=gpus, cores=4, at_once=4), 20, variations)
    gpu_work = 20 * (12.5 + 5.8 * variations)
    assert run.seconds >= gpu_work / gpus - 1e-6
    assert run.seconds >= 2.1 + 1.8 + 12.5 + 5.8 + 3.2 - 1e-6
    assert run.busy["gpu"] == pytest.approx(gpu_work / gpus / run.seconds)


def test_restoring_on_another_gpu_helps_one_photo_and_no_full_fleet() -> None:
    fixed = [Stage(s.name, s.seconds, s.on, s.after, s.each, roams=False) for s in TOLD]
    alone = [simulate(stages, Fleet(gpus=2, cores=4), 1, 4).seconds for stages in (TOLD, fixed)]
    full = [simulate(stages, Fleet(gpus=2, cores=4, at_once=4), 100, 4).per_minute for stages in (TOLD, fixed)]
    assert alone[0] < 0.8 * alone[1]
    assert full[0] == pytest.approx(full[1], rel=0.03)


def test_ours_without_a_gpu_has_no_stage_on_one() -> None:
    cpu = dict.fromkeys(CPU_STAGES, 0.1)
    assert {stage.on for stage in ours(cpu, None)} == {"cpu"}
    assert [stage.name for stage in ours(cpu, 3.0)].index("paint") == CPU_STAGES.index("generate") + 1


def test_ours_has_every_stage_that_a_report_names(blink: Path, engine: Engine, tmp_path: Path) -> None:
    report = open_eyes(blink, engine=engine).save(tmp_path / "opened.jpg")
    assert {stage.name for stage in report.stages if "/" not in stage.name} == set(CPU_STAGES)
