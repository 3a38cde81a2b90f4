"""Rivals that need the GPU for themselves come one after the other, and whatever they do, there is a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.bench.contenders import Scene
from open_the_eyes.bench.figures import Absent, BenchReport, Timeline
from open_the_eyes.bench.plan import Plan
from open_the_eyes.engine import Engine
from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.imaging.arrays import Rgb

run: Any = import_module("open_the_eyes.bench.run")  # the package has a function of that name
NOTHING: Any = SimpleNamespace(ms_ssim=False, lpips=False, fid=False, pair=lambda *_: {}, likeness=lambda *_: None)


@dataclass
class Rival:
    name: str
    events: list[str]
    error: Exception | None = None
    loaded: bool = field(default=False, init=False)

    def open(self, scene: Scene) -> Rgb:
        if not self.loaded:
            self.loaded = True
            self.events.append(f"{self.name} comes")
        if self.error is not None:
            raise self.error
        return scene.pixels

    def close(self) -> None:
        self.events.append(f"{self.name} goes")


def test_each_has_the_gpu_to_itself_and_one_that_fails_is_a_row(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    rivals = [Rival("first", events, RuntimeError("CUDA out of memory")), Rival("second", events)]
    monkeypatch.setattr(run, "rivals_here", lambda *_: ([], rivals, []))
    monkeypatch.setattr(run, "make_room", lambda _: events.append("ours leave"))
    found = run.Found(BenchReport({}, {}))
    shown: list[float] = []
    run._hidden_eyes(Plan(sample=1), engine, NOTHING, found, lambda _, done: shown.append(done))
    assert events == [
        "ours leave", "first comes", "first goes", "ours leave",
        "ours leave", "second comes", "second goes", "ours leave",
    ]  # fmt: skip
    assert [(row.what, row.why) for row in found.report.absent] == [("first", "RuntimeError: CUDA out of memory")]
    assert {"left shut", "second"} <= {figure.way for figure in found.report.of("quality")}
    assert shown == sorted(shown)
    (shots,) = found.albums.values()
    assert [label for label, _ in shots[0].pictures][-1] == "second"


def test_a_photo_that_cannot_be_read_is_told_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    monkeypatch.setattr(run, "rivals_here", lambda *_: ([], [Rival("rival", [])], []))
    monkeypatch.setattr(run, "make_room", lambda _: None)
    found = run.Found(BenchReport({}, {}))
    run._hidden_eyes(Plan(open=tmp_path), engine, NOTHING, found, lambda *_: None)
    assert [row.what for row in found.report.absent] == ["broken.jpg"]


@pytest.mark.parametrize("failing", ["nothing", "portrait", "huge"])
def test_a_fresh_process_has_the_gpu_to_itself_and_one_that_fails_is_a_row(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failing: str
) -> None:
    events: list[str] = []

    def probe(photo: Path, *_: object) -> Any:
        events.append(f"{photo.stem} comes")
        if photo.stem == failing:
            raise OpenTheEyesError("bench: it ended with: CUDA out of memory")
        return SimpleNamespace(timeline=lambda case: Timeline(case, (), (), (), ()), answer={"vram": {}})

    monkeypatch.setattr(run, "make_room", lambda _: events.append("ours leave"))
    monkeypatch.setattr(run.speed, "portrait_photos", lambda *_: (Path("portrait.jpg"), None))
    monkeypatch.setattr(run.pictures, "blinking_portrait", lambda *_: None)
    monkeypatch.setattr(run.pictures, "written", lambda _, path: path)
    monkeypatch.setattr(run.fresh, "probe", probe)
    monkeypatch.setattr(run.fresh, "cold_figures", lambda *_: [])
    monkeypatch.setattr(run.fresh, "memory_figures", lambda case, *_: ([], [Absent("memory", case, "measured")]))
    found = run.Found(BenchReport({}, {}))
    run._memory(Plan(turns=1), engine, tmp_path, found, lambda *_: None)
    assert events[::2] == ["ours leave"] * (len(events) // 2)
    assert events[-1] == "huge comes"
    rows = {"nothing": [], "portrait": [("cold", "portrait"), ("memory", "portrait")], "huge": [("memory", "8K photo")]}
    told = [(row.area, row.what) for row in found.report.absent if row.why != "measured"]
    measured = {row.what for row in found.report.absent if row.why == "measured"}
    assert told == rows[failing]
    assert measured == {"portrait", "8K photo"} - {what for _, what in told}
