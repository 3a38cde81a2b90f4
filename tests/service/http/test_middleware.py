"""Who is let in, from where, how often and with how much; without a photo being looked at."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from open_the_eyes.service.api_keys import ApiKeys, make_key
from open_the_eyes.service.errors import StoreAway
from open_the_eyes.service.http import middleware
from open_the_eyes.service.http.middleware import HEADERS, AccessMiddleware, AccessPolicy
from open_the_eyes.service.http.rate_limit import RateLimiter
from open_the_eyes.service.metrics import Metrics
from open_the_eyes.service.problems import problem_of

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


async def whose(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse(request.state.owner)


async def broken(_: Request) -> PlainTextResponse:
    raise ZeroDivisionError("/secret/place/family.jpg")


async def cut_short(_: Request) -> PlainTextResponse:
    raise asyncio.CancelledError("timeout graceful shutdown exceeded")


def ask(
    method: str = "GET",
    path: str = "/who",
    *,
    keys: ApiKeys | None = None,
    hosts: frozenset[str] | None = LOCAL,
    per_minute: int = 1000,
    times: int = 1,
    base: str = "http://localhost",
    **what: Any,
) -> httpx.Response:
    """The last answer of a guarded application that says whose request it was."""
    routes = [Route(way, whose, methods=["GET", "POST"]) for way in ("/who", "/healthz", "/metrics")]
    app = Router([*routes, Route("/broken", broken), Route("/cut-short", cut_short, methods=["POST"])])
    metrics = Metrics(lambda: {"preview": 0, "photo": 0}, lambda: {"preview": 0.0, "photo": 0.0}, lambda: 0.0)
    guarded = AccessMiddleware(app, AccessPolicy(keys, hosts, 1000), RateLimiter(per_minute), metrics)

    async def go() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url=base) as client:
            for _ in range(times):
                answer = await client.request(method, path, **what)
        return answer

    return asyncio.run(go())


@pytest.fixture
def keys(tmp_path: Any) -> tuple[str, ApiKeys]:
    key = make_key(tmp_path / "keys")
    return key, ApiKeys.read(tmp_path / "keys")


def test_without_keys_everybody_here_is_one_owner() -> None:
    assert ask().text == "local"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ote_wrong", "Basic ote_wrong", "Bearer \xff", "bearer  "],
    ids=["none", "empty", "wrong", "another scheme", "not ASCII", "blank"],
)
def test_with_keys_nobody_comes_in_without_one(keys: tuple[str, ApiKeys], header: str) -> None:
    answer = ask(keys=keys[1], headers=[(b"authorization", header.encode("latin-1"))] if header else [])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_with_its_key_each_owner_has_a_name_that_does_not_tell_the_key(keys: tuple[str, ApiKeys]) -> None:
    answer = ask(keys=keys[1], headers={"Authorization": f"Bearer {keys[0]}"})
    assert answer.status_code == 200
    assert answer.text.startswith("key-")
    assert keys[0][4:12] not in answer.text


def test_a_key_for_metrics_opens_nothing_else(tmp_path: Path) -> None:
    make_key(tmp_path / "keys")
    shown = {"Authorization": f"Bearer {make_key(tmp_path / 'keys', only_metrics=True)}"}
    keys = ApiKeys.read(tmp_path / "keys")
    assert ask(path="/metrics", keys=keys, headers=shown).status_code == 200
    assert ask(path="/who", keys=keys, headers=shown).status_code == 401


def test_health_is_told_without_a_key(keys: tuple[str, ApiKeys]) -> None:
    assert ask(path="/healthz", keys=keys[1]).status_code == 200


@pytest.mark.parametrize(
    ("base", "status"),
    [
        ("http://localhost:8000", 200),
        ("http://127.0.0.1", 200),
        ("http://[::1]:8000", 200),
        ("http://LOCALHOST", 200),
        ("http://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://127.0.0.1.nip.example", 403),
    ],
)
def test_only_names_of_this_machine_are_answered(base: str, status: int) -> None:
    assert ask(base=base).status_code == status


@pytest.mark.parametrize("base", ["http://10.0.3.17:8000", "http://open-the-eyes.photos.svc", "http://photos.example"])
def test_probes_and_prometheus_may_ask_an_address_where_names_are_set(keys: tuple[str, ApiKeys], base: str) -> None:
    hosts = frozenset({"photos.example"})
    assert ask(path="/healthz", keys=keys[1], hosts=hosts, base=base).status_code == 200
    assert ask(path="/metrics", keys=keys[1], hosts=hosts, base=base).status_code == 401
    shown = {"Authorization": f"Bearer {keys[0]}"}
    assert ask(path="/metrics", keys=keys[1], hosts=hosts, base=base, headers=shown).status_code == 200
    named = base == "http://photos.example"
    assert ask(keys=keys[1], hosts=hosts, base=base, headers=shown).status_code == (200 if named else 403)
    assert ask(path="/metrics", hosts=hosts, base=base).status_code == (200 if named else 403)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 200),
        ("POST", {"Origin": "http://localhost"}, 200),
        ("POST", {"Origin": "https://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", {"Origin": "https://evil.example"}, 200),
    ],
)
def test_pages_of_other_sites_cannot_send_anything(method: str, headers: dict[str, str], status: int) -> None:
    assert ask(method, headers=headers).status_code == status


def test_too_many_requests_are_told_when_to_come_again() -> None:
    assert ask(per_minute=5, times=5).status_code == 200
    answer = ask(per_minute=5, times=6)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["type"].endswith(":too-many-requests")


def test_prometheus_is_answered_though_its_key_has_asked_too_often(keys: tuple[str, ApiKeys]) -> None:
    shown = {"Authorization": f"Bearer {keys[0]}"}
    assert ask(keys=keys[1], headers=shown, per_minute=5, times=6).status_code == 429
    assert ask(path="/metrics", keys=keys[1], headers=shown, per_minute=5, times=6).status_code == 200


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    answer = ask("POST", content=b"x" * 1001)
    assert answer.status_code == 413
    assert "1,000" in answer.json()["detail"]


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off() -> None:
    async def pieces() -> Any:
        for _ in range(5000):
            yield b"x" * 100

    assert ask("POST", content=pieces()).status_code == 413


def test_every_answer_says_how_it_may_be_used() -> None:
    for answer in (ask(), ask(base="http://evil.example"), ask(path="/broken"), ask(path="/nowhere")):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


def test_a_bug_is_a_plain_500_and_its_message_is_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = ask(path="/broken")
    assert answer.status_code == 500
    assert answer.json()["title"] == "Bug"
    assert "secret" not in answer.text
    assert "secret" not in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (PermissionError(13, "Permission denied", "/store/0f8b6a52/photo"), "PermissionError: Permission denied"),
        (FileNotFoundError("The bucket does not exist"), "FileNotFoundError: The bucket does not exist"),
        (FileNotFoundError("bucket/jobs/0f8b6a52/photo"), "FileNotFoundError"),
        (ValueError("0f8b6a52"), "ValueError"),
    ],
)
def test_the_log_says_why_the_store_did_not_answer_and_names_no_job(
    caplog: pytest.LogCaptureFixture, cause: Exception, said: str
) -> None:
    away = StoreAway("expected to store photo, got: /store/0f8b6a52/photo")
    away.__cause__ = cause
    assert problem_of(away)["status"] == 507
    assert f"StoreAway ({said})" in caplog.text
    assert "0f8b6a52" not in caplog.text


def test_the_log_has_a_line_for_each_answer_and_no_address_in_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="open_the_eyes.access"):
        ask(path="/who?name=Ada", headers={"User-Agent": "Ada's phone"})
    (record,) = [one for one in caplog.records if one.name == "open_the_eyes.access"]
    line = record.getMessage()
    assert line.startswith("GET - 200 ") or line.startswith("GET /who 200 ")
    assert "Ada" not in line
    assert "127.0.0.1" not in line


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "http://localhost:99999999999", ""])
def test_an_origin_that_is_none_is_another_site(origin: str) -> None:
    answer = ask("POST", headers={"origin": origin})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_length_that_is_no_number_is_none() -> None:
    assert ask("POST", headers=[(b"content-length", b"\xb2")]).status_code == 200


@pytest.mark.parametrize(("head", "seconds"), [(3, 60.0), (3, 0.01), (90, 0.01)], ids=["none", "bytes", "after much"])
def test_a_body_of_which_too_little_comes_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, head: int, seconds: float
) -> None:
    monkeypatch.setattr(middleware, "PACE_SECONDS", 0.05)
    monkeypatch.setattr(middleware, "PACE_BYTES", 100)

    async def slow() -> AsyncIterator[bytes]:
        yield b"half a pho" * head
        while True:
            await asyncio.sleep(seconds)
            yield b"t"

    answer = ask("POST", content=slow())
    assert answer.status_code == 408
    assert answer.json()["type"].endswith(":body-too-slow")
    assert "100 bytes more of the request" in answer.json()["detail"]


def test_a_body_that_keeps_coming_is_waited_for_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PACE_SECONDS", 0.3)
    monkeypatch.setattr(middleware, "PACE_BYTES", 20)

    async def steady() -> AsyncIterator[bytes]:
        for _ in range(40):
            await asyncio.sleep(0.01)
            yield b"a photo..."

    assert ask("POST", content=steady()).status_code == 200


def test_who_is_still_being_answered_when_the_service_ends_is_told_so_at_once() -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield b"half a ph"
        await asyncio.sleep(60)

    began = time.perf_counter()
    answer = ask("POST", path="/cut-short", content=stalled())
    assert time.perf_counter() - began < middleware.DRAINED_SECONDS
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "being stopped" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) >= 1
