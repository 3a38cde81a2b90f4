"""The service on Ray Serve, piece by piece: frontends, and what is served. No cluster is started."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import UsageError
from open_the_eyes.fleet import ray_run, ray_serve
from open_the_eyes.fleet.painters import Painter, engine_of
from open_the_eyes.fleet.ray_serve import Frontend
from open_the_eyes.fleet.scaling import UNFINISHED, frontends_wanted
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import EngineName, Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.service.database.worker_lock import worker_lock
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.settings import Settings
from tests.fleet.handles import Handle, batches

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ray's, when it is imported


def test_eyes_painted_elsewhere_are_those_painted_here(
    painter: Painter, blinked: Rgb, opened_blink: Opened, engine: Engine
) -> None:
    there = engine_of(Handle(painter), "appearance", "asked for", engine.settings)
    opened = open_eyes(Photo(blinked), Options(), engine=replace(there, detector=engine.detector))
    assert opened.photo.pixels.tobytes() == opened_blink.photo.pixels.tobytes()
    assert opened.report.engine == "appearance"


def test_a_frontend_is_the_whole_service(
    painter: Painter, blink: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.testclient import TestClient

    monkeypatch.setattr(ray_serve, "_own_name", lambda given: f"{given}-1")
    frontend = Frontend(Handle(painter), Settings(device="cpu"), ServiceSettings(folder=tmp_path), "127.0.0.1")
    app = asyncio.run(frontend.__serve_build_asgi_app__())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        job = client.post("/v1/jobs", files={"photo": blink.read_bytes()}, data={"options": json.dumps({})}).json()
        while (view := client.get(f"/v1/jobs/{job['id']}").json())["state"] in ("queued", "running"):
            time.sleep(0.05)  # who asks all the time is told 429, and paints later
        assert view["state"] == "done"
        assert client.get(f"/v1/jobs/{job['id']}/result").content[:3] == b"\xff\xd8\xff"
        assert asyncio.run(frontend.record_autoscaling_stats()) == {UNFINISHED: 0.0}
    assert batches(painter)


def test_a_frontend_waits_for_the_one_before_it_to_leave(
    painter: Painter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_serve, "_own_name", lambda given: f"{given}-1")
    own = ServiceSettings(folder=tmp_path)
    before = worker_lock(own.database_url, "before")
    before.acquire()
    leaving = threading.Timer(0.5, before.close)
    leaving.start()
    monkeypatch.setattr("open_the_eyes.service.database.worker_lock.PATIENCE_SECONDS", 0.1)
    frontend = Frontend(Handle(painter), Settings(device="cpu"), own, "127.0.0.1")
    app = asyncio.run(frontend.__serve_build_asgi_app__())
    leaving.join()
    app.state.service.close()


@pytest.mark.parametrize("name", ["appearance", "reference"])
def test_the_engine_at_a_frontend_leaves_alone_what_the_painters_engine_would(
    painter: Painter, name: EngineName
) -> None:
    there = engine_of(Handle(painter), name, "asked for", Settings(device="cpu"))
    assert there.donors_only == load_engine(name, Settings(device="cpu")).donors_only


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"frontends": 2}, "postgresql", id="several frontends need a database that they share"),
        pytest.param({"frontends": 0}, "at least, got 1 and 0", id="nobody takes jobs"),
        pytest.param({"painters": 0}, "at least, got 0 and 1", id="nobody paints"),
        pytest.param({"gpus": 1.5}, "--gpus-each", id="one and a half GPUs"),
        pytest.param({"gpus": float("nan")}, "--gpus-each", id="no number"),
        pytest.param({"host": "0.0.0.0"}, "--new-key", id="open to others, and no key"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_starts(
    given: dict[str, Any], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray.serve", reason="the extra `ray` is not installed")
    monkeypatch.delenv("OTE_DATABASE", raising=False)
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    monkeypatch.setattr(ray_serve, "this_node", dict)  # no Ray is running
    with pytest.raises(UsageError, match=says):
        ray_serve.build({"host": "127.0.0.1"} | given)


def test_paths_are_those_of_the_folder_where_the_command_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = ServiceSettings(folder=Path("jobs"), keys=Path("keys"), store="photos", database="sqlite:///jobs.sqlite")
    whole = ray_serve.whole_paths(own)
    assert (whole.folder, whole.keys) == (tmp_path / "jobs", tmp_path / "keys")
    assert (whole.store, whole.database) == (str(tmp_path / "photos"), f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    assert ray_serve.whole_paths(Settings(weights=Path("weights"))).weights == tmp_path / "weights"


@pytest.mark.parametrize(
    "own",
    [
        pytest.param(ServiceSettings(store="s3://bucket/jobs", database="postgresql://u@h/n"), id="addresses"),
        pytest.param(ServiceSettings(database="sqlite:////var/jobs.sqlite"), id="a whole path"),
    ],
)
def test_what_is_whole_already_stays(own: ServiceSettings) -> None:
    assert ray_serve.whole_paths(own) == own


def test_a_port_of_its_own_is_needed() -> None:
    with pytest.raises(UsageError, match="--port"):
        ray_run.serve_on("local", "127.0.0.1", 0, {}, lambda *_: None, lambda _: None)


@pytest.mark.parametrize(
    ("depths", "requests", "wanted"),
    [
        pytest.param({}, 0, 1, id="nobody has reported yet"),
        pytest.param({"a": 0.0}, 0, 1, id="nothing to do"),
        pytest.param({"a": 8.0}, 0, 1, id="as much as one can do"),
        pytest.param({"a": 9.0}, 0, 2, id="a job more"),
        pytest.param({"a": 70.0, "b": 80.0}, 0, 10, id="all see one queue: not the sum"),
        pytest.param({"a": 1.0}, 33, 2, id="many uploads"),
    ],
)
def test_frontends_follow_the_queue_and_the_requests(depths: dict[str, float], requests: int, wanted: int) -> None:
    context = SimpleNamespace(aggregated_metrics={UNFINISHED: depths}, total_num_requests=requests)
    assert frontends_wanted(context) == (wanted, {})
