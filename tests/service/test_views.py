"""Time left: by how far a job is, by how long the latest took, or honestly unknown."""

from __future__ import annotations

from typing import Any

import pytest

from open_the_eyes.service.jobs import Job, JobRequest, Lane
from open_the_eyes.service.outlook import Outlook
from open_the_eyes.service.views import job_view

NOTHING = Outlook({}, 0, {})


def job(**what: Any) -> Job:
    return Job(**{"id": "i", "request": JobRequest("a", {}), "state": "queued", "seq": 1, "created": 100.0, **what})


@pytest.mark.parametrize(
    ("one", "ahead", "usual", "running", "seconds"),
    [
        pytest.param(job(state="done"), {}, {}, 3, 0.0, id="done"),
        pytest.param(job(state="failed"), {}, {}, 0, 0.0, id="failed"),
        pytest.param(job(), {}, {"photo": None}, 1, None, id="the first job ever"),
        pytest.param(job(), {"photo": 3}, {"photo": 2.0}, 1, 8.0, id="three before it"),
        pytest.param(job(), {"photo": 3}, {"photo": 2.0}, 0, 8.0, id="three before it, and nobody at work yet"),
        pytest.param(job(), {"photo": 10}, {"photo": 2.0}, 4, 7.0, id="ten before it, and four processes at work"),
        pytest.param(
            job(), {}, {"photo": 2.0}, 4, 2.0, id="nobody before it: it takes its own time, however many are at work"
        ),
        pytest.param(
            job(),
            {"photo": 1, "preview": 4},
            {"photo": 9.0, "preview": 0.5},
            1,
            20.0,
            id="each lane has its own time",
        ),
        pytest.param(
            job(), {"preview": 4}, {"photo": 9.0, "preview": None}, 1, 45.0, id="previews of which none is done"
        ),
        pytest.param(
            job(state="running", started=100.0, fraction=0.25), {}, {"photo": 99.0}, 4, 30.0, id="a quarter in ten"
        ),
        pytest.param(job(state="running", started=109.0, fraction=0.0), {}, {"photo": 2.0}, 4, 2.0, id="just begun"),
        pytest.param(job(state="running", started=109.0, fraction=0.01), {}, {}, 1, None, id="begun, the first ever"),
    ],
)
def test_the_time_left_is_told_as_far_as_it_can_be(
    one: Job, ahead: dict[Lane, int], usual: dict[Lane, float | None], running: int, seconds: float | None
) -> None:
    assert Outlook(ahead, running, usual).eta_seconds(one, now=110.0) == seconds


def test_a_job_expires_by_the_retention_after_its_end_and_not_before() -> None:
    assert job_view(job(), 60, NOTHING)["expires"] is None
    view = job_view(job(state="done", started=100.0, finished=101.5), 60, NOTHING)
    assert view["finished"] == "1970-01-01T00:01:41.500+00:00"
    assert view["expires"] == "1970-01-01T00:02:41.500+00:00"
