"""Batches and the service on a small local Ray, started once for all of these tests and ended by them."""

from __future__ import annotations

import gc
import os
import random
import shutil
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ray_rig import kill_one
from benchmarks.service_crash import crash
from benchmarks.service_rig import Service, free_port
from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Plan, plan
from open_the_eyes.batch.run import run_batch
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.worker import WorkerConfig, WorkerSlot
from open_the_eyes.cli import main
from open_the_eyes.engine import Engine
from open_the_eyes.fleet import ray_serve
from open_the_eyes.fleet.cluster import Cluster, connected
from open_the_eyes.fleet.painters import RemoteGenerator
from open_the_eyes.fleet.ray_batch import on_ray
from open_the_eyes.fleet.ray_serve import APPLICATION
from open_the_eyes.fleet.remote import RemoteFolders, plan_remote
from open_the_eyes.fleet.remote_store import send_tree, size_at
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.settings import Settings
from open_the_eyes.system.arithmetic import one_blas_thread
from tests.batch.conftest import shoot  # noqa: F401 -- a fixture
from tests.batch.processors import SPEC, acting, photos, unwatched
from tests.fleet.on_ray import BATCHES, Telling, real

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HERE = Cluster(address="local", actors=2)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # not above: it takes seconds, and a process of the tests may not need it
    ray = pytest.importorskip("ray", reason="the extra `ray` is not installed", exc_type=ImportError)
    pytest.importorskip(
        "ray.data", reason="ray.data does not import: pyarrow from 26 on needs numpy 2", exc_type=ImportError
    )
    root = str(Path(__file__).parents[2])
    try:
        ray.init(
            num_cpus=2,
            include_dashboard=False,
            log_to_driver=False,
            object_store_memory=100 * 2**20,
            runtime_env={
                "env_vars": {
                    "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]),
                    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",  # 5 kill one that starts on a busy machine
                }
            },
        )
    except Exception as error:
        if "timed out during startup" not in str(error):
            raise
        ray.shutdown()
        pytest.skip("Ray did not start within its own 30 seconds: this machine is too busy")
    yield
    ray.shutdown()
    with warnings.catch_warnings():  # Ray does not wait for its processes, for which a later test would get the blame
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def config(plan: Plan, make: Any = acting, spec: BatchSpec = SPEC) -> WorkerConfig:
    return WorkerConfig(
        spec=spec,
        fingerprint=spec.fingerprint,
        settings=Settings(),
        slot=WorkerSlot(device="cpu"),
        out=plan.out,
        make=make,
    )


def test_a_batch_on_ray_with_an_actor_killed_comes_out_as_without(
    shoot: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    few, out, by_open = (tmp_path / name for name in ("few", "out", "by-open"))
    shutil.copytree(shoot, few, ignore=shutil.ignore_patterns("blink[234]*"))
    blinks = sorted(few.glob("day1/*"))
    assert main(["open", *map(str, blinks), "-o", str(by_open)]) == 0
    wanted = {f"day1/{path.name}": path.read_bytes() for path in by_open.iterdir()}
    assert len(wanted) == len(blinks) == 4
    out.mkdir()
    planned = plan([str(few)], out)
    spec = BatchSpec(engine="appearance", painter="appearance")
    killed: list[int] = []
    over = threading.Event()

    def kill_one() -> None:
        while not over.is_set() and not killed:
            if any(out.rglob("*.opened.*")):
                killed.append(int(next(out.glob("*.pid")).stem))
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.02)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with Manifest(planned.folder) as manifest:
        each = on_ray(config(planned, real, spec), HERE)
        try:
            run_batch(planned, spec, manifest, each, watch=unwatched)
        finally:
            over.set()
            killer.join()
        states = {item.name: manifest.state_of(item, spec.fingerprint) for item in planned.items}
    assert killed
    assert states.pop("day2/broken.jpg") == "failed"
    assert states.pop("day2/open.jpg") == "unchanged"
    assert set(states.values()) == {"opened"}
    results = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.opened.*")}
    assert results == wanted


def test_photos_at_an_address_come_and_go_and_of_those_that_hang_or_kill_each_fails_alone(tmp_path: Path) -> None:
    folder = photos(
        tmp_path / "in", a="hang", b="blink", c="open", d="broken", e="blink", f="kill", g="blink", h="blink"
    )
    remote = RemoteFolders(f"file://{folder}", f"file://{tmp_path / 'bucket'}")
    planned = plan_remote(remote, tmp_path / "state")
    assert [item.name for item in planned.items] == [f"{letter}.jpg" for letter in "abcdefgh"]
    connected(HERE.address)  # there is one already
    with Manifest(planned.folder, lambda name: size_at(remote.out, name)) as manifest:
        each = on_ray(config(planned), Cluster(address="local", actors=1), remote, patience=3)
        run_batch(planned, SPEC, manifest, each, watch=unwatched)
        records = {record.name.partition(".")[0]: record for record in manifest.latest(planned.items, SPEC.fingerprint)}
        states = {"c": "unchanged", **dict.fromkeys("begh", "opened"), **dict.fromkeys("adf", "failed")}
        assert {name: record.state for name, record in records.items()} == states
        assert "--patience" in records["a"].error
        assert "expected a photo" in records["d"].error
        assert "actors ended over it" in records["f"].error
        assert (tmp_path / "bucket/b.opened.jpg").read_text().startswith("result")
        opened = planned.items[1]
        assert manifest.state_of(opened, SPEC.fingerprint) == "opened"
        (tmp_path / "bucket/b.opened.jpg").unlink()
        assert manifest.state_of(opened, SPEC.fingerprint) is None
    send_tree(planned.folder, f"{remote.out}/open-the-eyes.batch")
    assert (tmp_path / "bucket/open-the-eyes.batch/manifest.jsonl").stat().st_size > 0


class OnThisRay(Service):
    """The service on the Ray of these tests; each stroke takes the next of its processes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._victims = iter(("frontend", "painter"))
        self.painter: Any = None
        self.at_end: Callable[[], object] = lambda: None

    def start(self) -> None:
        from ray import serve

        if not self.address:
            port = free_port()
            serve.start(http_options={"host": "127.0.0.1", "port": port})
            serve.run(ray_serve.build({"host": "127.0.0.1", "engine": "appearance"}), name=APPLICATION)
            self.painter = serve.get_deployment_handle("painter", APPLICATION)
            self.painter.facts.remote().result()  # asked by several threads first, it would open a line for each
            self.address = f"http://127.0.0.1:{port}"

    def strike(self, dice: random.Random) -> str:
        victim = next(self._victims)
        kill_one(os.getpid(), victim, dice)
        return victim

    def kill(self) -> None:
        from ray import serve

        self.at_end()
        self.painter.shutdown()  # else its thread logs failures all through the tests behind this one
        serve.shutdown()  # type: ignore[no-untyped-call]


def test_the_service_on_ray_shares_batches_and_loses_no_job_with_a_frontend_or_a_painter(
    closed_crop: Crop, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_serve, "Painter", Telling)
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path / "jobs"))
    service = OnThisRay(tmp_path)
    service.start()
    generator = RemoteGenerator(service.painter, "appearance")

    def ask(seed: int) -> bytes:
        (patch,) = generator.generate([Request(closed_crop, seed)], GenerateOptions())
        return patch.pixels.tobytes()

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, range(4)))
    service.at_end = lambda: ask(4)  # the jobs may have been done before the painter was killed
    tally = crash(service, jobs=4, kills=2)
    assert (tally.complaints, tally.killed) == ([], ["frontend", "painter"])
    with one_blas_thread():
        alone = engine.generator.generate([Request(closed_crop, n) for n in range(4)], GenerateOptions())
    assert together == [patch.pixels.tobytes() for patch in alone]
    lines = [line.split() for line in (tmp_path / BATCHES).read_text().splitlines()]
    assert max(int(size) for size, _ in lines) > 1, "no two shared a batch"
    assert len({process for _, process in lines}) == 2, "another painter followed"
