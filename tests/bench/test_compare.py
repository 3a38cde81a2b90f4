"""Planted faults are caught, noise is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from open_the_eyes.bench import truth
from open_the_eyes.bench.clock import Case, opened, timed
from open_the_eyes.bench.compare import compared
from open_the_eyes.bench.contenders import Product, Scene
from open_the_eyes.bench.figures import BenchReport, Figure
from open_the_eyes.bench.networks import Networks
from open_the_eyes.bench.pictures import portraits
from open_the_eyes.bench.speed import figures_of
from open_the_eyes.bench.statistics import figure_of
from open_the_eyes.cli import main
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import GenerateOptions, Options
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import EyeGenerator, Patch, Request, Watch

MACHINE = {"processor": "p", "cores": 2, "gpu": ""}


def report(*figures: Figure, **machine: Any) -> BenchReport:
    return BenchReport({**MACHINE, **machine}, {}, figures)


@dataclass(frozen=True)
class Slow:
    """A generator that does everything so many times that no busy machine hides it."""

    inner: EyeGenerator
    times: int = 5
    name: str = "slow"

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH
    ) -> Sequence[Patch]:
        return [self.inner.generate(requests, options, watch) for _ in range(self.times)][-1]


@dataclass(frozen=True)
class Blurred:
    """The product, its eyes a little out of focus."""

    inner: Product

    @property
    def name(self) -> str:
        return self.inner.name

    def open(self, scene: Scene) -> Rgb:
        made = self.inner.open(scene)
        soft = np.asarray(cv2.GaussianBlur(made, (0, 0), 1.5), np.uint8)
        changed = (made != scene.pixels).any(axis=2)
        return np.where(changed[..., None], soft, made)


def test_a_planted_slowdown_is_caught_and_the_same_speed_twice_is_not(engine: Engine, blink: Path) -> None:
    slow = replace(engine, generator=Slow(engine.generator))
    opened(Case("portrait", blink, engine))
    runs = timed([Case("portrait", blink, engine), Case("portrait", blink, engine), Case("portrait", blink, slow)], 4)
    first, second, slowed = (report(*figures_of(one)) for one in runs)
    assert "processor" not in {change.before.what for change in compared(first, second, 0.5).worse}
    slower = {change.before.what for change in compared(first, slowed).worse}
    assert slower & {"processor", "stage/generate"}  # on a busy machine one of them may be too uncertain


def test_a_planted_blur_is_caught_and_the_same_eyes_twice_are_not(engine: Engine) -> None:
    product = Product(engine, Options())
    networks = Networks(engine.settings)
    networks.ms_ssim = False  # torch takes seconds to load, and says nothing here that SSIM does not

    def measured(contender: Any) -> BenchReport:
        looks = list(portraits())[:4]
        found = truth.measured(looks, [contender], engine, networks)
        return report(*truth.figures_of(found, "portraits", networks))

    sharp = measured(product)
    again = compared(sharp, measured(product))
    assert again.worse == ()
    assert {change.ratio for change in again.changes} == {1.0}
    worse = {change.before.what for change in compared(sharp, measured(Blurred(product))).worse}
    assert "sharpness" in worse


def test_a_pixel_changed_outside_the_mask_is_worse_whatever_the_threshold() -> None:
    before = figure_of("quality", "f", "outside", [0.0, 0.0], statistic="peak")
    after = figure_of("quality", "f", "outside", [0.0, 1.0], statistic="peak")
    assert [change.before.what for change in compared(report(before), report(after), 9).worse] == ["outside"]
    assert compared(report(after), report(before)).worse == ()


@pytest.mark.parametrize(
    ("better", "before", "after", "verdict"),
    [
        ("low", 1.0, 1.3, "worse"),
        ("low", 1.3, 1.0, "better"),
        ("low", 1.0, 1.05, "same"),
        ("high", 0.8, 0.6, "worse"),
        ("high", 0.6, 0.8, "better"),
        ("one", 0.9, 0.6, "worse"),
        ("one", 1.1, 1.5, "worse"),
        ("one", 0.6, 0.9, "better"),
        ("one", 1.5, 1.1, "better"),
    ],
)
def test_each_figure_knows_its_bad_side(better: Any, before: float, after: float, verdict: str) -> None:
    spread = np.linspace(-0.01, 0.01, 20)
    old, new = (
        figure_of("quality", "f", "m", list(v + spread), better=better, statistic="mean") for v in (before, after)
    )
    (change,) = compared(report(old), report(new)).changes
    assert change.verdict == verdict


def test_wide_noise_is_not_called_worse() -> None:
    rng = np.random.default_rng(5)
    noisy = [figure_of("speed", "p", "photo", list(rng.uniform(0.5, 2.0, 6)), unit="s") for _ in range(2)]
    assert compared(report(noisy[0]), report(noisy[1])).worse == ()


def test_the_briefest_stages_never_fail_a_build() -> None:
    old, new = (figure_of("speed", "p", "stage/blend", [s] * 5, unit="s") for s in (0.0002, 0.0009))
    assert compared(report(old), report(new)).worse == ()


def test_alarms_that_rise_from_none_are_worse_when_there_are_enough_of_them() -> None:
    def alarms(count: int) -> BenchReport:
        samples = [1.0] * count + [0.0] * (100 - count)
        return report(figure_of("alarms", "f", "open eyes taken for closed", samples, statistic="share"))

    assert compared(alarms(0), alarms(1)).worse == ()
    (change,) = compared(alarms(0), alarms(12)).worse
    assert json.loads(json.dumps(change.to_json(), allow_nan=False))["ratio"] is None


def test_of_three_samples_nothing_is_sure() -> None:
    old, new = (figure_of("cold", "p", "first photo", [s] * 3, unit="s") for s in (1.0, 5.0))
    assert compared(report(old), report(new)).worse == ()


def test_another_machine_is_said_and_figures_of_one_run_are_named() -> None:
    figure = figure_of("speed", "p", "photo", [1.0], unit="s")
    found = compared(report(figure), report(cores=8))
    assert found.warnings == ("another cores: 2, then 8",)
    assert found.gone == ("speed, p, photo",)


def _stored(folder: Path, name: str, seconds: float) -> str:
    samples = list(seconds + np.linspace(0, 0.01, 10))
    path = folder / name
    path.write_text(json.dumps(report(figure_of("speed", "p", "photo", samples, unit="s")).to_json()))
    return str(path)


@pytest.mark.parametrize(("after", "code"), [(1.0, 0), (1.5, 7), (0.5, 0)], ids=["same", "slower", "faster"])
def test_the_command_leaves_with_7_when_something_got_worse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], after: float, code: int
) -> None:
    before = _stored(tmp_path, "a.json", 1.0)
    assert main(["bench", "compare", before, _stored(tmp_path, "b.json", after)]) == code
    assert ("bench compare: expected no figure to be more than 10 % worse" in capsys.readouterr().err) == (code == 7)


def test_the_command_prints_every_ratio_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["bench", "compare", _stored(tmp_path, "a.json", 1.0), _stored(tmp_path, "b.json", 1.5), "--json"])
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["verdict"] == "worse"
    assert change["low"] < change["ratio"] < change["high"]


@pytest.mark.parametrize("limit", ["0", "-1", "10", "nan", "x"])
def test_a_threshold_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], limit: str) -> None:
    stored = _stored(tmp_path, "a.json", 1.0)
    assert main(["bench", "compare", stored, stored, "--threshold", limit]) == 2
    assert "--threshold: expected" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]"])
def test_a_file_that_is_no_report_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert main(["bench", "compare", str(path), str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
