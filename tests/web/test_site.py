"""The page's doors, asked without a browser: what is answered to whom, and what never is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from open_the_eyes.cli import main
from open_the_eyes.version import __version__
from open_the_eyes.web.app_manifest import ICONS
from open_the_eyes.web.page_middleware import ACT_BYTES
from open_the_eyes.web.site import capabilities_of
from open_the_eyes.web.tab_memory import MOST_NAMES, TabMemory
from tests.web.sites import Site, handed_in

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def test_the_page_may_load_nothing_from_elsewhere_and_names_no_other_host(site: Site) -> None:
    with site.visitor() as ada:
        page = ada.get("/")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        style = ada.get("/theme.css").text
        assert "@import" not in style
        assert "//" not in style.replace("http://www.w3.org/2000/svg", "")
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/info",
        "/gradio_api/queue/join",
        "/gradio_api/component_server",
        "/monitoring",
        "/docs",
        "/nowhere",
    ],
)
def test_what_the_page_does_not_need_of_gradio_is_not_there(site: Site, path: str) -> None:
    with site.visitor() as ada:
        for method in ("GET", "POST"):
            answer = ada.request(method, path)
            assert answer.status_code in (404, 405), path


@pytest.mark.parametrize("pieces", [1, 8], ids=["its length is told", "it comes piece by piece"])
def test_more_than_a_page_ever_sends_is_not_taken_in(site: Site, pieces: int) -> None:
    body = b'{"data":[' + b"[]," * 100_000 + b'[]],"fn_index":0,"session_hash":"x"}'
    parts = [body[at : at + len(body) // pieces + 1] for at in range(0, len(body), len(body) // pieces + 1)]
    with site.visitor() as ada:
        headers = {"Content-Type": "application/json"}
        refused = ada.post("/gradio_api/run/x", content=body if pieces == 1 else iter(parts), headers=headers)
        assert refused.status_code == 413
        assert "load it again" in refused.json()["detail"]


def test_what_a_page_remembers_of_thousands_of_faces_can_be_told() -> None:
    faces = tuple(range(1, 3001))
    same = tuple((face, 8, face) for face in faces)
    names = ("n" * 120,) * MOST_NAMES
    memory = TabMemory(
        job="j" * 36, names=names, chosen=faces, picks=dict.fromkeys(faces, 64), matches=same, strangers=same
    )
    assert len(json.dumps({"event_data": {"act": "toggle", "memory": memory.to_json()}})) < ACT_BYTES


def test_the_api_answers_as_ever(site: Site) -> None:
    with httpx.Client(base_url=site.address) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.head("/healthz").status_code == 200
        for method, path, status, allowed in (
            ("PUT", "/v1/jobs", 405, "GET, HEAD, POST"),
            ("GET", "/v1/nope", 404, None),
            ("POST", "/openapi.json", 405, "GET, HEAD"),
            ("HEAD", "/login", 405, "GET, POST"),
            ("DELETE", "/login", 405, "GET, POST"),
            ("PUT", "/photos", 405, "POST"),
            ("POST", "/nope", 404, None),
        ):
            refused = client.request(method, path)
            assert (refused.status_code, refused.headers.get("allow")) == (status, allowed), path
        assert client.get("/openapi.json").json()["info"]["version"] == __version__
        assert not [
            path for path in client.get("/openapi.json").json()["paths"] if path.startswith(("/pict", "/photo"))
        ]


def test_another_sites_page_cannot_send_photos(site: Site, photos: Path) -> None:
    with site.visitor() as ada:
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert handed_in(ada, photos / "group.jpg", headers=headers).status_code == 403
        assert ada.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_it_can_be_installed_as_an_app(site: Site) -> None:
    with site.visitor() as ada:
        manifest = ada.get("/manifest.json")
        assert manifest.headers["content-type"].startswith("application/manifest+json")
        told = manifest.json()
        assert told["display"] == "standalone"
        assert {icon["sizes"] for icon in told["icons"]} >= {"192x192", "512x512"}
        for icon in told["icons"]:
            assert ada.get(icon["src"]).headers["content-type"] == icon["type"]
        assert ada.get("/icons/../page.css").status_code == 404
        assert len(told["icons"]) == len(ICONS)


@pytest.mark.parametrize("command", ["serve", "ui"])
def test_an_engine_that_never_was_is_refused_by_its_flag(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--engine", "magic"]) == 2
    assert "open-the-eyes: --engine: expected one of" in capsys.readouterr().err


def test_the_page_promises_what_its_engine_can(engine: Engine) -> None:
    assert capabilities_of(engine).patient is False
    assert json.dumps(capabilities_of(engine).restorer) in ("null", '"gfpgan"')
