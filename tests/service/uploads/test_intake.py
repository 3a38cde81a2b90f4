"""How many photos come in at one moment, and how many wait for their turn."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.requests import Request

from open_the_eyes.errors import OpenTheEyesError, WeightsMissing
from open_the_eyes.service.concurrency import MAX_WAITING
from open_the_eyes.service.database.repository import JobRepository
from open_the_eyes.service.errors import OwnQueueFull, StoreAway, TooManyUploads
from open_the_eyes.service.http import middleware
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.service.uploads import intake as uploads
from open_the_eyes.service.uploads.intake import MAX_RECEIVING, Upload, UploadHandler
from open_the_eyes.settings import Settings
from tests.service.running import RunningService, running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

NO_PLACE = (StoreAway("nobody answers"), FileNotFoundError("a bucket"), ValueError("what nobody thought of"))
FORM = (b"content-type", b"multipart/form-data; boundary=x")
SCOPE = {"type": "http", "method": "POST", "headers": [FORM, (b"content-length", b"73")]}
HALF = (
    b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
)
NO_PHOTO = b'--x\r\nContent-Disposition: form-data; name="options"\r\n\r\n{}\r\n--x--\r\n'


@pytest.mark.parametrize("door", ["create_job", "inspection"])
def test_of_many_uploads_at_once_some_are_read_some_wait_unread_and_the_others_are_refused(door: str) -> None:
    roomy: Any = SimpleNamespace(check_room=lambda *_: None)
    handler = UploadHandler(roomy, roomy, roomy, SimpleNamespace(settings=Settings()), ServiceSettings())  # type: ignore[arg-type]
    reading = most = 0

    async def upload(slow: asyncio.Event) -> str:
        async def receive() -> dict[str, Any]:
            nonlocal reading, most
            reading += 1
            most = max(most, reading)
            await slow.wait()
            reading -= 1
            return {"type": "http.request", "body": NO_PHOTO, "more_body": False}

        request = Request(dict(SCOPE), receive)
        try:
            if door == "create_job":
                await handler.create_job(request, "local", None)
            else:
                async with handler.inspection(request, "local"):
                    pass
        except OpenTheEyesError as error:
            return type(error).__name__
        return "accepted"

    async def go() -> Counter[str]:
        slow = asyncio.Event()
        tasks = [asyncio.create_task(upload(slow)) for _ in range(MAX_RECEIVING + MAX_WAITING + 3)]
        while sum(task.done() for task in tasks) < 3:
            await asyncio.sleep(0.01)
        assert (reading, [task.result() for task in tasks if task.done()]) == (MAX_RECEIVING, ["TooManyUploads"] * 3)
        slow.set()
        return Counter(await asyncio.gather(*tasks))

    answers = asyncio.run(asyncio.wait_for(go(), 30))
    assert most == MAX_RECEIVING
    assert answers["UsageError"] >= MAX_RECEIVING  # there was no photo in them: they have been read
    assert answers["UsageError"] + answers["TooManyUploads"] == MAX_RECEIVING + MAX_WAITING + 3


@pytest.mark.parametrize("door", ["create_job", "inspection"])
def test_one_key_that_sends_slowly_leaves_places_for_another(door: str) -> None:
    roomy: Any = SimpleNamespace(check_room=lambda *_: None)
    handler = UploadHandler(roomy, roomy, roomy, SimpleNamespace(settings=Settings()), ServiceSettings())  # type: ignore[arg-type]
    reading: list[str] = []

    async def upload(owner: str) -> None:
        async def receive() -> dict[str, Any]:
            reading.append(owner)
            await asyncio.sleep(60)
            return {}

        request = Request(dict(SCOPE), receive)
        if door == "create_job":
            await handler.create_job(request, owner, None)
        else:
            async with handler.inspection(request, owner):
                pass

    async def go() -> None:
        slow = [asyncio.create_task(upload("key-1")) for _ in range(MAX_RECEIVING)]
        other = asyncio.create_task(upload("key-2"))
        while len(reading) + sum(task.done() for task in slow) < MAX_RECEIVING + 1:
            await asyncio.sleep(0.01)
        refused = [type(task.exception()) for task in slow if task.done()]
        assert (refused, reading.count("key-2")) == ([TooManyUploads] * (MAX_RECEIVING * 3 // 4), 1)
        for task in (*slow, other):
            task.cancel()

    asyncio.run(asyncio.wait_for(go(), 10))


@pytest.mark.parametrize(
    "length",
    [
        pytest.param([(b"content-length", b"482000000")], id="told"),
        pytest.param([(b"transfer-encoding", b"chunked")], id="not told"),
        pytest.param([(b"content-length", b"1"), (b"transfer-encoding", b"chunked")], id="told wrong"),
    ],
)
def test_large_uploads_at_once_are_let_in_as_long_as_there_is_room_for_their_files(
    length: list[tuple[bytes, bytes]],
) -> None:
    roomy: Any = SimpleNamespace(check_room=lambda *_: None)
    handler = UploadHandler(roomy, roomy, roomy, SimpleNamespace(settings=Settings()), ServiceSettings())  # type: ignore[arg-type]
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(60)
        return {}

    async def go() -> None:
        request = Request({**SCOPE, "headers": [FORM, *length]}, receive)
        uploads = [asyncio.create_task(handler.create_job(request, "local", None)) for _ in range(12)]
        while asked + sum(task.done() for task in uploads) < 12:
            await asyncio.sleep(0.01)
        refused = [type(task.exception()) for task in uploads if task.done()]
        assert (refused, asked) == ([TooManyUploads] * 6, 6)
        for task in uploads:
            task.cancel()

    asyncio.run(asyncio.wait_for(go(), 10))


def test_uploads_that_fall_silent_make_room_for_those_that_wait(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "PACE_SECONDS", 0.3)
    monkeypatch.setattr(uploads, "MAX_RECEIVING", 2)
    with running_service(remembering, tmp_path) as server, ExitStack() as stack:
        assert server.http.get("/healthz").status_code == 200  # it has started
        place = httpx.URL(server.address)
        silent = [stack.enter_context(socket.create_connection((place.host, place.port or 0), 30)) for _ in range(2)]
        for one in silent:
            one.sendall(HALF)
        assert server.hand_in(shut).status_code == 202
        assert [one.recv(12) for one in silent] == [b"HTTP/1.1 408"] * 2


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ('{"lcm": true}', 422, "lcm: expected engine sdxl"),
        ('{"precision": "int8"}', 422, "precision"),
        ('{"restorer": "gfpgan"}', 503, "open-the-eyes doctor"),
        ('{"match": [[1, 1, 1]]}', 422, "match: expected references"),
    ],
)
def test_what_this_engine_cannot_do_is_refused_before_a_job_is_accepted_or_a_photo_looked_at(
    engine: Engine, server: RunningService, shut: bytes, options: str, status: int, said: str
) -> None:
    if "gfpgan" in options:
        with suppress(WeightsMissing):
            engine.restorer("gfpgan")
            pytest.skip("the weights of GFPGAN are on this machine")
    before = server.service.repository.unfinished_count()
    answer = server.hand_in(shut, options)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert server.service.repository.unfinished_count() == before
    looked = server.http.post("/v1/inspect", files={"photo": shut}, data={"options": options})
    assert (looked.status_code, looked.json()) == (status, answer.json())


def test_an_option_that_is_null_is_the_same_request_as_without_it() -> None:
    assert (
        Upload(b"a", (), {"seed": None, "mode": "fast"}).fingerprint == Upload(b"a", (), {"mode": "fast"}).fingerprint
    )
    assert Upload(b"a", (), {"seed": 0}).fingerprint != Upload(b"a", (), {}).fingerprint


def test_a_match_with_a_reference_that_did_not_come_is_refused_before_a_job_is_accepted(
    server: RunningService, shut: bytes, awake: bytes
) -> None:
    files, options = {"photo": shut, "references": awake}, {"options": '{"match": [[1, 1, 1], [1, 2, 1]]}'}
    for path in ("/v1/jobs", "/v1/inspect"):
        answer = server.http.post(path, files=files, data=options)
        assert answer.status_code == 422
        assert "match: expected one of 1 reference, got reference 2" in answer.json()["detail"]


def test_a_key_that_has_used_up_its_part_of_the_queue_leaves_room_for_another(tmp_path: Path) -> None:
    anything: Any = SimpleNamespace(put=lambda *_: None, enqueue=lambda _: None, settings=Settings())
    repository = JobRepository(f"sqlite:///{tmp_path}/jobs.sqlite")
    handler = UploadHandler(repository, anything, anything, anything, ServiceSettings(max_queue_per_key=1))
    photo = Upload(b"a", (), {})
    handler.submit(photo, "key-1")
    with pytest.raises(OwnQueueFull):
        handler.check_room("key-1")
    with pytest.raises(OwnQueueFull):
        handler.submit(photo, "key-1")
    for owner in ("key-2", "local", "local"):
        handler.check_room(owner)
        handler.submit(photo, owner)
    repository.close()


@pytest.mark.parametrize("trouble", NO_PLACE, ids=lambda trouble: type(trouble).__name__)
def test_an_upload_that_could_not_be_stored_takes_up_no_place_in_the_queue(
    remembering: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    def away(*_: object) -> None:
        raise StoreAway("nobody answers")

    with running_service(remembering, tmp_path, max_queue=1) as server:
        with monkeypatch.context() as broken:
            broken.setattr(server.service.store, "put", fail)
            broken.setattr(server.service.store, "forget", away)
            for once in ("0f8b6a52", ""):
                headers = {"Idempotency-Key": once} if once else {}
                assert server.hand_in(shut, **headers).status_code in (500, 507)
        assert server.hand_in(shut).status_code == 202
