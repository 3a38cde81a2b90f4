"""Jobs that are for their followers alone end when nobody is there for long."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from open_the_eyes.service.jobs import audience as room
from open_the_eyes.service.jobs.audience import Audience


class Seen:
    """An audience, and whom it has left."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self._one = threading.Event()
        self.audience = Audience(self._leave)

    def _leave(self, job: str) -> None:
        self.left.append(job)
        self._one.set()

    def wait(self, seconds: float) -> list[str]:
        """Whom it has left, once that is somebody, or after so long."""
        self._one.wait(seconds)
        return self.left


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 0.05)
    one = Seen()
    yield one
    one.audience.close()


async def two_events() -> AsyncIterator[bytes]:
    yield b"one"
    await anyio.sleep(0.15)
    yield b"two"


def follow(audience: Audience, job: str) -> list[bytes]:
    async def followed() -> list[bytes]:
        return [event async for event in audience.following(job, two_events())]

    return anyio.run(followed)


def test_a_job_nobody_comes_for_is_left(seen: Seen) -> None:
    seen.audience.open()
    seen.audience.expect("a")
    assert seen.wait(10) == ["a"]


def test_a_job_is_left_only_when_its_followers_have_gone(seen: Seen) -> None:
    seen.audience.open()
    seen.audience.expect("a")
    assert follow(seen.audience, "a") == [b"one", b"two"]
    assert seen.left == []
    assert seen.wait(10) == ["a"]


def test_a_job_that_was_not_said_to_need_anybody_goes_on_alone(seen: Seen) -> None:
    seen.audience.open()
    follow(seen.audience, "a")
    assert seen.wait(0.15) == []


def test_before_anybody_can_come_and_after_the_end_nobody_is_missed(seen: Seen) -> None:
    seen.audience.expect("a")
    assert seen.wait(0.15) == []
    seen.audience.open()
    seen.audience.close()
    assert seen.wait(0.15) == []
