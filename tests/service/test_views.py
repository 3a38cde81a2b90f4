"""Time left: by how far a job is, by how long the latest took, or honestly unknown."""

from __future__ import annotations

from typing import Any

import pytest

from open_the_eyes.service.jobs import Job, JobRequest
from open_the_eyes.service.views import eta_seconds, job_view


def job(**what: Any) -> Job:
    return Job(**{"id": "i", "request": JobRequest("a", {}), "state": "queued", "seq": 1, "created": 100.0, **what})


@pytest.mark.parametrize(
    ("one", "position", "usual", "seconds"),
    [
        pytest.param(job(state="done"), 0, 2.0, 0.0, id="done"),
        pytest.param(job(state="failed"), 0, 2.0, 0.0, id="failed"),
        pytest.param(job(), 0, None, None, id="the first job ever"),
        pytest.param(job(), 3, 2.0, 8.0, id="three before it"),
        pytest.param(job(state="running", started=100.0, fraction=0.25), 0, 99.0, 30.0, id="a quarter in ten seconds"),
        pytest.param(job(state="running", started=109.0, fraction=0.0), 0, 2.0, 2.0, id="just begun"),
        pytest.param(
            job(state="running", started=109.0, fraction=0.01), 0, None, None, id="just begun, the first ever"
        ),
    ],
)
def test_the_time_left_is_told_as_far_as_it_can_be(
    one: Job, position: int, usual: float | None, seconds: float | None
) -> None:
    assert eta_seconds(one, position, usual, now=110.0) == seconds


def test_a_job_expires_by_the_retention_after_its_end_and_not_before() -> None:
    assert job_view(job(), 60, 0, None)["expires"] is None
    view = job_view(job(state="done", started=100.0, finished=101.5), 60, 0, None)
    assert view["finished"] == "1970-01-01T00:01:41.500+00:00"
    assert view["expires"] == "1970-01-01T00:02:41.500+00:00"
