"""Memory is seen while it is held, and told by component."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from open_the_eyes.bench import fresh
from open_the_eyes.bench.figures import Timeline
from open_the_eyes.bench.memory import Sampler
from open_the_eyes.system.ram import ram_mib


def test_memory_that_was_held_and_given_back_is_in_the_peak() -> None:
    if ram_mib() is None:
        pytest.skip("this system does not tell a process its memory")
    with Sampler() as sampler:
        sampler.mark("before")
        time.sleep(0.05)
        sampler.mark("hold")
        held = np.ones(96 * 2**20, np.uint8)
        time.sleep(0.1)
        del held
        sampler.mark("after")
        time.sleep(0.05)
    before = max(mib for second, mib, _ in sampler.samples if second < sampler.marks[1][0])
    assert max(mib for _, mib, _ in sampler.samples) - before == pytest.approx(96, abs=12)
    assert [name for _, name in sampler.marks] == ["before", "hold", "after"]


def test_what_is_held_on_any_gpu_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    held = (0, 5 * 2**20)
    cuda = SimpleNamespace(
        is_initialized=lambda: True, device_count=lambda: 2, memory_reserved=lambda number=0: held[number]
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    with Sampler() as sampler:
        time.sleep(0.03)
    assert {vram for _, _, vram in sampler.samples} == {5.0}


def test_a_stage_that_goes_on_is_marked_once() -> None:
    sampler = Sampler()
    for name in ("detect", "detect", "generate", "detect"):
        sampler.mark(name)
    assert [name for _, name in sampler.marks] == ["detect", "generate", "detect"]


LINE = Timeline(
    "portrait",
    (0.1, 0.9, 1.1, 1.9, 2.1, 2.9, 3.5),
    (50.0, 80.0, 90.0, 200.0, 210.0, 260.0, 400.0),
    (),
    ((0.0, "load libraries"), (1.0, "detect"), (2.0, "generate"), (3.0, "rest"), (3.1, "detect")),
)


def test_what_stays_of_each_stage_is_its_components() -> None:
    assert fresh.components(LINE) == [("Python and libraries", 80.0), ("detector", 120.0), ("generator", 60.0)]


def test_the_peak_is_held_against_every_budget() -> None:
    figures, absent = fresh.memory_figures("portrait", LINE, {"promised 1 GiB": 1024.0})
    told = {figure.what: figure.value for figure in figures}
    assert told["peak RAM"] == 400.0
    assert told["peak RAM : promised 1 GiB"] == pytest.approx(400 / 1024)
    assert [one.what for one in absent] == ["portrait: VRAM"]


def test_a_system_that_does_not_tell_is_a_row_that_says_so() -> None:
    figures, absent = fresh.memory_figures("portrait", Timeline("portrait", (), (), (), ()), {})
    assert figures == []
    assert absent[0].mend == "python -m pip install psutil"


def test_a_gpu_has_its_own_peak() -> None:
    with_gpu = Timeline("portrait", (0.0, 1.0), (1.0, 2.0), (0.0, 7000.0), ((0.0, "generate"),))
    figures, absent = fresh.memory_figures("portrait", with_gpu, {})
    assert {figure.what: figure.value for figure in figures}["peak VRAM"] == 7000.0
    assert absent == []
