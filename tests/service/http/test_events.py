"""What is told of a job that waits: its place, and the time left as that gets shorter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anyio
import pytest

from open_the_eyes.service.http import events as events_module
from open_the_eyes.service.http.events import events
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.service.jobs.outlook import Outlook, UnderWay

WAITING = Job("i", JobRequest("a", {}), "queued", 1, 100.0)


class Looks:
    """A repository in which a job waits for so many looks, behind one that gets on, and then is done."""

    def __init__(self, fractions: Sequence[float]) -> None:
        self._outlooks = [
            Outlook({"photo": 0}, (UnderWay("photo", fraction, 10.0 * fraction),), {"photo": 10.0})
            for fraction in fractions
        ]

    def outlook(self, job: Job) -> Outlook:
        return Outlook({}, (), {}) if job.ended else self._outlooks.pop(0)

    def get(self, _: str) -> Job:
        return WAITING if self._outlooks else replace(WAITING, state="done", seq=2)


def told(looks: Looks) -> list[dict[str, Any]]:
    async def read() -> list[bytes]:
        return [event async for event in events(looks, WAITING, 60)]  # type: ignore[arg-type]  # all that is asked

    return [json.loads(event.decode().partition("data: ")[2]) for event in anyio.run(read)]


def test_who_waits_is_told_when_the_time_left_gets_shorter_by_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "LOOK_SECONDS", 0.0)
    seen = told(Looks([0.0, 0.0, 0.01, 0.02, 0.2, 0.2, 0.5, 0.51, 0.9]))
    assert [one["eta_seconds"] for one in seen] == [20.0, 18.0, 15.0, 11.0, 0.0]
    assert [one["state"] for one in seen] == ["queued"] * 4 + ["done"]


def test_nobody_is_told_again_and_again_that_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "LOOK_SECONDS", 0.0)
    looks = Looks([0.1, 0.2, 0.3])
    looks._outlooks = [replace(one, usual={}) for one in looks._outlooks]
    assert [one["eta_seconds"] for one in told(looks)] == [None, 0.0]
