"""The file of a result on its way to a client."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

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
