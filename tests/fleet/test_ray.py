"""Batches and the service on a small local Ray, started once for all of these tests and ended by them."""

from __future__ import annotations

import gc
import os
import random
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
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
from open_the_eyes.batch.worker import Processor, WorkerConfig, WorkerSlot, make_processor
from open_the_eyes.engine import Engine
from open_the_eyes.fleet import ray_serve
from open_the_eyes.fleet.cluster import Cluster, connected
from open_the_eyes.fleet.painters import Painter, RemoteGenerator
from open_the_eyes.fleet.ray_batch import on_ray
from open_the_eyes.fleet.ray_serve import APPLICATION
from open_the_eyes.fleet.remote import RemoteFolders, plan_remote
from open_the_eyes.fleet.remote_store import send_tree, size_at
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.settings import Settings
from open_the_eyes.system.arithmetic import one_blas_thread
from tests.batch.conftest import by_open, shoot  # noqa: F401 -- fixtures
from tests.batch.processors import SPEC, acting, photos, unwatched

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HERE = Cluster(address="local", actors=2)
BATCHES = "batches"
"""A file in the folder of weights, which is what a painter knows of the test's folder."""


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


def slow_real(config: WorkerConfig) -> Processor:
    """The real doer, which leaves its process's number where the test can find it."""
    do = make_processor(config)
    (config.out / f"{os.getpid()}.pid").touch()
    return do


def test_a_batch_on_ray_with_an_actor_killed_comes_out_as_without(
    shoot: Path,  # noqa: F811
    by_open: Mapping[str, bytes],  # noqa: F811
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    planned = plan([str(shoot)], out)
    spec = BatchSpec(engine="appearance", painter="appearance")
    killed: list[int] = []
    remote_processor = threading.Event()

    def kill_one() -> None:
        while not remote_processor.is_set() and not killed:
            if len(list(out.rglob("*.opened.*"))) >= 2:
                killed.append(int(next(out.glob("*.pid")).stem))
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.02)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with Manifest(planned.folder) as manifest:
        each = on_ray(config(planned, slow_real, spec), HERE)
        try:
            run_batch(planned, spec, manifest, each, watch=unwatched)
        finally:
            remote_processor.set()
            killer.join()
        states = {item.name: manifest.state_of(item, spec.fingerprint) for item in planned.items}
    assert killed
    assert states.pop("day2/broken.jpg") == "failed"
    assert states.pop("day2/open.jpg") == "unchanged"
    assert set(states.values()) == {"opened"}
    results = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.opened.*")}
    assert results == by_open


def test_photos_at_an_address_come_and_go_and_one_that_kills_its_actor_fails_alone(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", a="blink", b="open", c="broken", d="kill")
    remote = RemoteFolders(f"file://{folder}", f"file://{tmp_path / 'bucket'}")
    planned = plan_remote(remote, tmp_path / "state")
    assert [item.name for item in planned.items] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    connected(HERE.address)  # there is one already
    with Manifest(planned.folder, lambda name: size_at(remote.out, name)) as manifest:
        each = on_ray(config(planned), HERE, remote)
        run_batch(planned, SPEC, manifest, each, watch=unwatched)
        records = {record.name: record for record in manifest.latest(planned.items, SPEC.fingerprint)}
        assert [records[name].state for name in sorted(records)] == ["opened", "unchanged", "failed", "failed"]
        assert "actors ended over it" in records["d.jpg"].error
        assert (tmp_path / "bucket/a.opened.jpg").read_text().startswith("result")
        assert manifest.state_of(planned.items[0], SPEC.fingerprint) == "opened"
        (tmp_path / "bucket/a.opened.jpg").unlink()
        assert manifest.state_of(planned.items[0], SPEC.fingerprint) is None
    send_tree(planned.folder, f"{remote.out}/open-the-eyes.batch")
    assert (tmp_path / "bucket/open-the-eyes.batch/manifest.jsonl").stat().st_size > 0


def test_a_photo_that_hangs_costs_neither_the_batch_nor_the_photos_behind_it(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", a="hang", **{f"p{n}": "blink" for n in range(6)})
    planned = plan([str(folder)], tmp_path / "out")
    (tmp_path / "out").mkdir()
    each = on_ray(config(planned), Cluster(address="local", actors=1), patience=0.5)
    records = {record.name: record for record in each(planned.items, lambda: False)}
    assert "--patience" in records.pop("a.jpg").error
    assert {record.state for record in records.values()} == {"opened"}
    assert len(records) == 6


class Telling(Painter):
    """A painter that also says how many asks it was given at once, in its process."""

    def _painted(self, asks: Any, watch: Any) -> Any:
        (self._engine.settings.weights / BATCHES).open("a").write(f"{len(asks)} {os.getpid()}\n")
        return super()._painted(asks, watch)


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
