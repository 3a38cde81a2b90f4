"""The service on Ray Serve, piece by piece: painters, frontends, what travels between them. No cluster is started."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import Cancelled, GpuFailed, NoCapacity, NoRoomOnGpu, UsageError
from open_the_eyes.fleet import painters, ray_run, ray_serve
from open_the_eyes.fleet.painters import Painter, RemoteGenerator, engine_of
from open_the_eyes.fleet.ray_serve import Frontend
from open_the_eyes.fleet.scaling import UNFINISHED, frontends_wanted
from open_the_eyes.imaging.arrays import Rgb, to_tones
from open_the_eyes.options import EngineName, GenerateOptions, Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.residency import failures
from open_the_eyes.results import Opened
from open_the_eyes.roles import Crop, Patch, Request, Watch
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.service.worker_lock import worker_lock
from open_the_eyes.settings import Settings
from open_the_eyes.stopwatch import Stopwatch
from tests.batch.test_batching import Recording

PLAIN = GenerateOptions()
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ray's, when it is imported


@dataclass
class Handle:
    """What Ray's handle does, here: `handle.method.remote(...)`, then `.result(...)`, or `await` in an event loop."""

    painter: Painter
    waits: int = 0
    deaths: int = 0
    cancelled: int = 0
    sent: int = 0

    def __getattr__(self, method: str) -> Any:
        return type("Method", (), {"remote": staticmethod(lambda *given: Answer(self, method, given))})


@dataclass
class Answer:
    handle: Handle
    method: str
    given: Sequence[Any]

    def __await__(self) -> Generator[None, None, Any]:
        yield
        return self._come()

    def result(self, timeout_s: float) -> Any:
        assert timeout_s > 0
        with pytest.raises(RuntimeError):  # else Ray refuses
            asyncio.get_running_loop()
        return self._come()

    def cancel(self) -> None:
        self.handle.cancelled += 1

    def _come(self) -> Any:
        if self.handle.waits:
            self.handle.waits -= 1
            raise TimeoutError
        if self.handle.deaths:
            from ray.exceptions import RayActorError

            self.handle.deaths -= 1
            raise RayActorError
        if self.method == "paint":
            answer = pickle.dumps(asyncio.run(self.handle.painter.paint([self.given[0]]))[0])
            self.handle.sent += len(answer)
            return pickle.loads(answer)
        return getattr(self.handle.painter, self.method)(*self.given)


@pytest.fixture
def painter(engine: Engine) -> Painter:
    painter = Painter("appearance", Settings(device="cpu"))
    object.__setattr__(painter, "_engine", replace(engine, generator=Recording(engine.generator)))
    return painter


def batches(painter: Painter) -> list[int]:
    recording = painter._engine.generator
    assert isinstance(recording, Recording)
    return recording.batches


def seeds(answer: Any) -> list[int]:
    return [patch.seed for _, patch in answer]


def test_asks_of_several_frontends_are_one_call(painter: Painter, closed_crop: Crop) -> None:
    asks = [
        ([Request(closed_crop, 1), Request(closed_crop, 2)], PLAIN, False),
        ([Request(closed_crop, 3)], PLAIN, False),
    ]
    first, second = asyncio.run(painter.paint(asks))  # type: ignore[arg-type]
    assert (seeds(first), seeds(second), batches(painter)) == ([1, 2], [3], [3])


def test_asks_of_different_options_are_different_calls_and_keep_their_places(
    painter: Painter, closed_crop: Crop
) -> None:
    fast = GenerateOptions(mode="fast")
    asks = [([Request(closed_crop, n)], fast if n % 2 else PLAIN, False) for n in range(4)]
    answers = asyncio.run(painter.paint(asks))  # type: ignore[arg-type]
    assert [seeds(answer) for answer in answers] == [[0], [1], [2], [3]]
    assert batches(painter) == [2, 2]


def test_a_call_has_no_more_requests_than_a_batch_takes_and_a_larger_photo_is_alone(
    painter: Painter, closed_crop: Crop
) -> None:
    recording = painter._engine.generator
    assert isinstance(recording, Recording)
    recording.inner = None  # to paint them all would take long, and show no more
    wanted = (12, 12, 12, 40, 3, 0, 2)
    asks = [([Request(closed_crop, 100 * n + k) for k in range(count)], PLAIN, False) for n, count in enumerate(wanted)]
    answers = asyncio.run(painter.paint(asks))  # type: ignore[arg-type]
    assert [len(answer) for answer in answers] == list(wanted)  # type: ignore[arg-type]
    assert [seeds(answer)[0] for answer in answers if answer] == [0, 100, 200, 300, 400, 600]
    assert batches(painter) == [24, 12, 40, 5]


def test_whose_eyes_look_how_divides_no_call(painter: Painter, closed_crop: Crop) -> None:
    wishes = (PLAIN, GenerateOptions(seed=3), GenerateOptions(eye_color="green", variations=2))
    asks = [([Request(closed_crop, n)], wish, False) for n, wish in enumerate(wishes)]
    asyncio.run(painter.paint(asks))  # type: ignore[arg-type]
    assert batches(painter) == [3]


def test_an_ask_that_cannot_be_painted_is_refused_alone(painter: Painter, closed_crop: Crop) -> None:
    recording = painter._engine.generator
    assert isinstance(recording, Recording)
    recording.refuses = lambda request: request.seed == 13
    asks = [([Request(closed_crop, n)], PLAIN, False) for n in (1, 13, 2)]
    first, bad, last = asyncio.run(painter.paint(asks))  # type: ignore[arg-type]
    assert (seeds(first), seeds(last)) == ([1], [2])
    assert isinstance(bad, painters.Refused)
    assert isinstance(bad.error, NoRoomOnGpu)


def test_what_a_painter_refuses_is_raised_at_the_frontend(painter: Painter, closed_crop: Crop) -> None:
    recording = painter._engine.generator
    assert isinstance(recording, Recording)
    recording.refuses = lambda _: True
    with pytest.raises(NoRoomOnGpu, match="there is none"):
        RemoteGenerator(Handle(painter), "sdxl").generate([Request(closed_crop, 1)], PLAIN)


class Stepping:
    """Fulfils `EyeGenerator`; tells of so many steps, each as long, and then hangs if it is told to."""

    name = "stepping"

    def __init__(self, steps: int, hangs: bool = False) -> None:
        self.steps, self.hangs, self.released = steps, hangs, threading.Event()

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch | None = None
    ) -> list[Patch]:
        assert (watch is not None, options) == (True, PLAIN.of_painter())
        for step in range(self.steps):
            time.sleep(0.1)
            watch.tell("generate", step / self.steps)  # type: ignore[union-attr]
        if self.hangs:
            self.released.wait(30)
        return [Patch(to_tones(r.crop.pixels), r.crop.mask, r.seed, 0.0) for r in requests]


def stepping(painter: Painter, generator: Stepping) -> Painter:
    object.__setattr__(painter, "_engine", replace(painter._engine, generator=generator))
    return painter


def test_a_painter_that_gets_no_further_is_given_up_with_the_photos_in_its_hands(
    painter: Painter, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painters, "PATIENCE_SECONDS", 0.3)
    hanging = Stepping(1, hangs=True)
    stepping(painter, hanging).check_health()

    async def asked(*seeds: int) -> list[Any]:
        answers: list[Any] = await painter.paint([([Request(closed_crop, n)], PLAIN, False) for n in seeds])
        hanging.released.set()
        return [answer.error for answer in answers]

    first = asyncio.run(asked(1, 2))
    assert all(isinstance(error, NoCapacity) and "did not for" in str(error) for error in first)
    with pytest.raises(GpuFailed, match="hangs"):
        painter.check_health()
    assert [type(error) for error in asyncio.run(asked(3))] == [GpuFailed]  # which the next painter paints


def test_a_painter_that_gets_on_may_take_as_long_as_it_needs(
    painter: Painter, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painters, "PATIENCE_SECONDS", 0.4)
    (answer,) = asyncio.run(stepping(painter, Stepping(8)).paint([([Request(closed_crop, 1)], PLAIN, False)]))
    assert seeds(answer) == [1]
    painter.check_health()


def test_a_job_waits_for_its_turn_and_its_watch_is_told(painter: Painter, closed_crop: Crop) -> None:
    watch = Stopwatch(lambda name, done: steps.append((name, done)))
    steps: list[tuple[str, float]] = []
    handle = Handle(painter, waits=400)  # longer than anything may take
    (patch,) = RemoteGenerator(handle, "sdxl").generate([Request(closed_crop, 1)], PLAIN, watch)
    assert (patch.seed, handle.cancelled, len(steps)) == (1, 0, 400)


def test_a_job_that_is_cancelled_while_it_waits_is_not_painted(painter: Painter, closed_crop: Crop) -> None:
    def cancelled(*_: object) -> None:
        raise Cancelled("enough")

    handle = Handle(painter, waits=1)
    with pytest.raises(Cancelled):
        RemoteGenerator(handle, "sdxl").generate([Request(closed_crop, 1)], PLAIN, Stopwatch(cancelled))
    assert (handle.cancelled, batches(painter)) == (1, [])


def test_only_what_changes_of_a_crop_is_sent_back(painter: Painter, closed_crop: Crop, engine: Engine) -> None:
    requests, handle = [Request(closed_crop, n) for n in (1, 2)], Handle(painter)
    there = RemoteGenerator(handle, "appearance").generate(requests, PLAIN)
    here = engine.generator.generate(requests, PLAIN)
    for one, same in zip(there, here, strict=True):
        assert np.array_equal(one.pixels, same.pixels)
        assert np.array_equal(one.mask, same.mask)
    whole = sum(patch.pixels.nbytes + patch.mask.nbytes for patch in here)
    assert handle.sent < 0.8 * whole


@pytest.mark.parametrize(("deaths", "painted"), [(2, True), (9, False)])
def test_a_painter_that_dies_is_followed_by_the_next_but_not_for_ever(
    painter: Painter, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch, deaths: int, painted: bool
) -> None:
    pytest.importorskip("ray.serve", reason="the extra `ray` is not installed")
    monkeypatch.setattr(painters, "WAITS_SECONDS", (0.0, 0.0, 0.0))
    generator = RemoteGenerator(Handle(painter, deaths=deaths), "sdxl")
    if painted:
        assert [patch.seed for patch in generator.generate([Request(closed_crop, 5)], PLAIN)] == [5]
    else:
        with pytest.raises(NoCapacity, match="4 painters ended over it"):
            generator.generate([Request(closed_crop, 5)], PLAIN)


def test_a_painter_whose_gpu_failed_says_so_and_its_photo_is_the_next_ones(
    painter: Painter, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "_FAILED", set())
    monkeypatch.setattr(painters, "WAITS_SECONDS", (0.0, 0.0))
    painter.check_health()
    answers: list[Any] = [GpuFailed("expected the GPU to run it"), GpuFailed("expected a GPU that works")]
    generate = painter._engine.generator.generate

    def failing_twice(*given: Any) -> Any:
        if answers:
            raise answers.pop()
        return generate(*given)

    monkeypatch.setattr(painter._engine.generator, "generate", failing_twice)
    (patch,) = RemoteGenerator(Handle(painter), "sdxl").generate([Request(closed_crop, 5)], PLAIN)
    assert patch.seed == 5
    failures.remember("cuda:0")
    with pytest.raises(GpuFailed, match="cuda:0"):
        painter.check_health()


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
    monkeypatch.setattr("open_the_eyes.service.worker_lock.PATIENCE_SECONDS", 0.1)
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
