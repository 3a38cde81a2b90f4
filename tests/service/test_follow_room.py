"""Streams of events and waits: as many of one key as there may be, and the others are told to come again."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.service import follow_room
from open_the_eyes.service.errors import TooManyRequests
from open_the_eyes.service.follow_room import LEAST, FollowRoom
from open_the_eyes.service.settings import ServiceSettings

if TYPE_CHECKING:
    from tests.service.running import RunningService


@pytest.mark.parametrize(
    ("config", "owner", "most"),
    [
        (ServiceSettings(), "key-1", LEAST),
        (ServiceSettings(max_queue_per_key=40), "key-1", 40),
        (ServiceSettings(), "local", 100),
        (ServiceSettings(max_queue=4), "local", LEAST),
    ],
    ids=["a key", "as many as its jobs that may wait", "no key is asked for", "a short queue"],
)
def test_a_key_has_so_many_places_and_another_has_its_own(config: ServiceSettings, owner: str, most: int) -> None:
    room = FollowRoom(config)
    with ExitStack() as places:
        for _ in range(most):
            places.enter_context(room.place(owner))
        with pytest.raises(TooManyRequests, match=f"at most {most} event streams and waits of one key at once"):
            places.enter_context(room.place(owner))
        places.enter_context(room.place("key-2"))
    with room.place(owner):
        pass


def test_browsers_that_came_with_a_key_share_its_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_room, "LEAST", 1)
    room = FollowRoom(ServiceSettings(max_queue_per_key=1))
    with room.place("visitor-1@a"):
        with pytest.raises(TooManyRequests), room.place("key-a"):
            pass
        with room.place("visitor-2@b"):
            pass


def test_streams_and_waits_are_refused_while_there_are_too_many_and_no_longer(
    server: RunningService, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_room, "LEAST", 2)
    monkeypatch.setattr(server.service, "follow_room", FollowRoom(ServiceSettings(max_queue=1)))
    with server.service._device_lock.hold("preview"):
        address = f"/v1/jobs/{server.job(shut)}"
        with ExitStack() as streams:
            told = [
                streams.enter_context(server.http.stream("GET", f"{address}/events")).iter_lines() for _ in range(2)
            ]
            assert all(next(lines).startswith("id: ") for lines in told)
            for path in (f"{address}/events", f"{address}?wait=30"):
                answer = server.http.get(path)
                assert answer.status_code == 429
                assert answer.json()["type"].endswith("too-many-requests")
                assert answer.headers["Retry-After"] == "5"
            assert server.http.get(address).status_code == 200
            assert server.http.head(f"{address}/events").status_code == 200
        until = time.monotonic() + 20
        while (answer := server.http.get(f"{address}?wait=1")).status_code == 429 and time.monotonic() < until:
            time.sleep(0.05)
        assert answer.status_code == 200
        server.http.delete(address)
