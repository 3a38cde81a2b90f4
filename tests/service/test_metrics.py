"""Figures of the GPU are there where there is one, and nothing is loaded for a look at them."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import Gauge
from sqlalchemy.exc import OperationalError

from open_the_eyes.residency.gpus import gpu_bytes
from open_the_eyes.service import metrics as metrics_module
from open_the_eyes.service.jobs.job import Lane
from open_the_eyes.service.metrics import Metrics


def metrics() -> Metrics:
    return Metrics(lambda: {"preview": 1, "photo": 2}, lambda: {"preview": 0.5, "photo": 60.0}, lambda: 7.5)


def report(vram_mib: float | None) -> dict[str, Any]:
    stage = {"name": "generate", "seconds": 0.2, "peak_ram_mib": 1.0, "peak_vram_mib": vram_mib}
    return {"faces": [{"outcome": "opened"}, {"outcome": "profile"}], "stages": [stage, {**stage, "peak_vram_mib": 5}]}


def torch(*, initialized: bool) -> SimpleNamespace:
    held = (3 * 2**20, 2**20)
    cuda = SimpleNamespace(
        is_initialized=lambda: initialized, device_count=lambda: len(held), memory_reserved=lambda n: held[n]
    )
    return SimpleNamespace(cuda=cuda)


def test_the_latest_photos_gpu_peak_is_the_highest_of_its_stages() -> None:
    one = metrics()
    one.finished(report(7.0))
    text = one.text().decode()
    assert "ote_gpu_peak_bytes 7.340032e+06" in text
    assert 'ote_faces_total{outcome="profile"} 1.0' in text
    assert 'ote_stage_seconds_count{stage="generate"} 2.0' in text


def test_what_torch_holds_is_told_for_all_gpus_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", torch(initialized=True))
    assert gpu_bytes() == 4 * 2**20
    assert "ote_gpu_held_bytes 4.194304e+06" in metrics().text().decode()


@pytest.mark.parametrize("loaded", [None, torch(initialized=False)], ids=["no torch", "torch on a CPU"])
def test_without_a_gpu_in_use_nothing_is_told_of_it(monkeypatch: pytest.MonkeyPatch, loaded: Any) -> None:
    monkeypatch.setitem(sys.modules, "torch", loaded)
    assert gpu_bytes() is None
    text = metrics().text().decode()
    assert "gpu" not in text
    assert 'ote_queue_depth{lane="photo"} 2.0' in text


def test_before_any_job_has_ended_there_are_none_of_each_kind_and_no_figure_that_is_a_time() -> None:
    text = metrics().text().decode()
    for state in ("done", "failed", "cancelled"):
        assert f'ote_jobs_total{{state="{state}"}} 0.0' in text
    assert "_created" not in text


def test_how_long_the_oldest_job_has_waited_and_the_one_in_hand_has_not_got_on_is_told() -> None:
    text = metrics().text().decode()
    assert 'ote_queue_age_seconds{lane="photo"} 60.0' in text
    assert "ote_progress_age_seconds 7.5" in text


def test_while_the_database_is_away_all_is_told_but_what_only_that_knows() -> None:
    answers = True

    def waiting() -> dict[Lane, int]:
        if not answers:
            raise OperationalError("SELECT 1", {}, ConnectionRefusedError(111, "Connection refused"))
        return {"preview": 1, "photo": 2}

    one = Metrics(waiting, lambda: {"preview": 0.5, "photo": 60.0}, lambda: 7.5)
    one.answered(503)
    assert "ote_database_up 1.0" in one.text().decode()
    answers = False
    text = one.text().decode()
    assert "ote_database_up 0.0" in text
    assert "ote_queue_depth{" not in text
    assert "ote_queue_age_seconds{" not in text
    assert "ote_progress_age_seconds 7.5" in text
    assert 'ote_requests_total{status="503"} 1.0' in text
    answers = True
    assert 'ote_queue_depth{lane="photo"} 2.0' in one.text().decode()


def test_memory_and_open_files_of_the_process_are_told() -> None:
    text = metrics().text().decode()
    if sys.platform == "linux":
        assert "process_resident_memory_bytes" in text
        assert "process_open_fds" in text


def test_two_who_look_at_once_see_the_same_new_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Gauge):
        def __init__(self, *told: Any, **more: Any) -> None:
            time.sleep(0.05)
            super().__init__(*told, **more)

    one = metrics()
    monkeypatch.setattr(metrics_module, "gpu_bytes", lambda: 7)
    monkeypatch.setattr(metrics_module, "Gauge", Slow)
    with ThreadPoolExecutor(2) as pool:
        assert all(b"ote_gpu_held_bytes 7.0" in text for text in pool.map(lambda _: one.text(), range(2)))
