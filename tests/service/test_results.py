"""The file of a result on its way to a client."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from open_the_eyes.service.store import CHUNK
from tests.files.pictures import saved
from tests.service.running import RunningService


@pytest.fixture(scope="module")
def done(server: RunningService, shut: bytes) -> dict[str, Any]:
    """A job that has one result."""
    return server.ended(server.job(shut))


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/octet-stream", "application/octet-stream"),
        ("Application/Octet-Stream;q=0.9", "application/octet-stream"),
        ("application/octet-stream, , application/problem+json, */*;q=0", "application/octet-stream"),
        ("application/octet-stream,image/jpeg;level=1; Q=0.000,", "application/octet-stream"),
        ("application/octet-stream, image/jpeg;q=0.01", "image/jpeg"),
        ("application/octet-stream;q=0", "image/jpeg"),
        ("application/problem+json", "image/jpeg"),
        ("*/*", "image/jpeg"),
        ("image/*", "image/jpeg"),
        ("application/octet-stream, image/jpeg", "image/jpeg"),
        ("image/png", "image/jpeg"),
        ("", "image/jpeg"),
    ],
)
def test_a_result_is_called_what_it_is_or_bytes_where_nothing_else_is_asked_for(
    server: RunningService, done: dict[str, Any], accept: str, kind: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = server.http.request(method, done["links"]["result"], headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["vary"] == "Accept"
    answer = server.http.get(done["links"]["result"], headers={"Accept": accept})
    assert hashlib.sha256(answer.content).hexdigest() == done["results"][0]["sha256"]


def test_who_has_the_file_already_is_told_so_instead_of_getting_it_again(
    server: RunningService, done: dict[str, Any]
) -> None:
    (result,) = done["results"]
    whole, face = result["href"], result["faces"][0]["href"]
    tags = [server.http.get(path).headers["etag"] for path in (whole, face)]
    assert tags[0] == f'"{result["sha256"]}"' != tags[1]
    for path, tag, other in ((whole, *tags), (face, *reversed(tags))):
        for method in ("GET", "HEAD"):
            for known in (tag, f"W/{tag}", f'"a", {tag}', "*", "*,"):
                answer = server.http.request(method, path, headers={"If-None-Match": known})
                assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), known
                assert "content-type" not in answer.headers
            for unknown in (other, tag.strip('"'), '"*"', "", ","):
                answer = server.http.request(method, path, headers={"If-None-Match": unknown})
                assert (answer.status_code, answer.headers["etag"]) == (200, tag), unknown


def test_all_lines_of_if_none_match_count(server: RunningService, done: dict[str, Any]) -> None:
    tag = f'"{done["results"][0]["sha256"]}"'
    lines = [("If-None-Match", '"a"'), ("If-None-Match", tag)]
    assert server.http.get(done["links"]["result"], headers=lines).status_code == 304


def test_a_piece_of_a_result_is_not_to_be_had_which_is_said(server: RunningService, done: dict[str, Any]) -> None:
    answer = server.http.get(done["links"]["result"], headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "none")
    assert len(answer.content) == done["results"][0]["bytes"]


def test_the_file_is_closed_when_its_client_has_gone_in_the_middle_of_it(
    server: RunningService, done: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()

    def endless(*_: str) -> Iterator[bytes]:
        try:
            while True:
                yield bytes(CHUNK)
        finally:
            closed.set()

    monkeypatch.setattr(server.service.store, "stream", endless)
    monkeypatch.setattr(server.service.store, "size", lambda *_: 1 << 40)
    with server.http.stream("GET", done["links"]["result"]) as answer:
        assert len(next(answer.iter_raw())) > 0
        assert not closed.is_set()
    assert closed.wait(20)


@pytest.mark.parametrize(
    ("file_format", "kind", "brand"),
    [("HEIF", "image/heic", b"ftypheic"), ("AVIF", "image/avif", b"ftypavif")],
)
def test_photos_of_phones_come_back_as_what_they_were(
    server: RunningService, shut: bytes, file_format: str, kind: str, brand: bytes
) -> None:
    with Image.open(BytesIO(shut)) as picture:
        photo = saved(picture, file_format)
    files = {"photo": ("IMG_0001.HEIC", photo, "application/octet-stream")}
    (result,) = server.ended(server.http.post("/v1/jobs", files=files).json()["id"])["results"]
    answer = server.http.get(result["href"])
    assert answer.headers["content-type"] == result["media_type"] == kind
    assert answer.content[4:12] == photo[4:12] == brand
