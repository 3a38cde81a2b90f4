"""The page where a key is needed: who comes in, and what is promised there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from open_the_eyes.service.api_keys import make_key
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.web.cookie_auth import COOKIE
from open_the_eyes.web.site import create_site

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


@pytest.fixture
def locked(engine: Engine, tmp_path: Path) -> Iterator[tuple[TestClient, str]]:
    """A page that others can reach, whose jobs are not running, and its key."""
    config = ServiceSettings(folder=tmp_path)
    key = make_key(config.keys_file)
    app = create_site(engine, config, "0.0.0.0")
    yield TestClient(app, base_url="http://photos.example", follow_redirects=False), key
    app.state.service.close()


def test_where_a_key_is_needed_the_page_asks_for_it_once(locked: tuple[TestClient, str]) -> None:
    client, key = locked
    assert client.get("/").headers["location"] == "/login"
    assert list(client.get("/gradio_api/app_id").json()) == ["app_id"]  # by which an open page knows of a restart
    form = client.get("/login")
    assert 'type="password"' in form.text
    assert "script-src" not in form.headers["content-security-policy"]
    wrong = client.post("/login", data={"key": "ote_wrong<script>"})
    assert wrong.status_code == 401
    assert "<script>" not in wrong.text
    assert ("aria-invalid" in wrong.text, "aria-invalid" in form.text) == (True, False)
    assert COOKIE not in wrong.headers.get("set-cookie", "")
    assert client.get("/config").status_code == 401  # of the page that is behind the form
    for path in ("/v1/jobs/1", "/photos", "/gradio_api/run/predict", "/metrics"):
        assert client.post(path).status_code == 401
    assert client.post("/login", data={"key": key}).headers["location"] == "/"
    assert [client.get(path).status_code for path in ("/", "/config")] == [200, 200]
    assert client.get("/login").headers["location"] == "/"
    assert client.get("/readyz").status_code == 200
    assert client.get("/v1/jobs/11111111-1111-4111-8111-111111111111").status_code == 404  # known, and none there
    proxied = client.post("/login", data={"key": key}, headers={"Origin": "https://photos.example"})
    assert "; Secure" in proxied.headers["set-cookie"]


def test_the_way_in_takes_no_more_than_a_key(locked: tuple[TestClient, str]) -> None:
    client, _ = locked
    assert client.post("/login", content=b"key=" + b"x" * 100_000).status_code == 413
    assert client.post("/login", content=b"\xff\xfe").status_code == 401


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "never leave this computer"),
        ({"hosts": ("photos.example",)}, "stay on this server"),
        ({"store": "memory://jobs"}, "operator chose"),
        ({"store": "memory://jobs", "hosts": ("photos.example",)}, "operator chose"),
    ],
    ids=["alone", "behind a proxy", "in a bucket", "both"],
)
def test_the_page_promises_that_photos_stay_here_only_where_they_do(
    engine: Engine, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    app = create_site(engine, ServiceSettings(folder=tmp_path, **changed), "127.0.0.1")
    try:
        page = TestClient(app, base_url="http://127.0.0.1").get("/").text
    finally:
        app.state.service.close()
    assert said in page
    assert ("never leave" in page) is (not changed)
