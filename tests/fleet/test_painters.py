"""Painters of the service on Ray: whose asks share a call, what is sent, and what becomes of a painter that fails."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.errors import Cancelled, GpuFailed, NoCapacity, NoRoomOnGpu
from open_the_eyes.fleet import painters
from open_the_eyes.fleet.painters import Painter, RemoteGenerator
from open_the_eyes.imaging.arrays import to_tones
from open_the_eyes.options import GenerateOptions
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.residency import failures
from open_the_eyes.roles import Crop, Patch, Request, Watch
from open_the_eyes.stopwatch import Stopwatch
from tests.batch.test_batching import Recording
from tests.fleet.handles import Handle, batches, seeds

PLAIN = GenerateOptions()


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ray's, when it is imported


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

    def generate(self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH) -> list[Patch]:
        assert (watch is not NO_WATCH, options) == (True, PLAIN.of_painter())
        for step in range(self.steps):
            time.sleep(0.1)
            watch.tell("generate", step / self.steps)
        if self.hangs:
            self.released.wait(30)
        return [Patch(to_tones(r.crop.pixels), r.crop.mask, r.seed, 0.0) for r in requests]


def stepping(painter: Painter, generator: Stepping, *, painted: bool = True) -> Painter:
    """That paints with this one from now on; it has `painted` before."""
    painter._patience = painters.PATIENCE_SECONDS if painted else painters.FIRST_PATIENCE_SECONDS
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


def test_a_painter_that_reads_its_models_has_longer_and_only_then(
    painter: Painter, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painters, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(painters, "FIRST_PATIENCE_SECONDS", 30.0)
    reading, hanging = Stepping(1, hangs=True), Stepping(1, hangs=True)
    threading.Timer(0.6, reading.released.set).start()
    ask: Any = ([Request(closed_crop, 1)], PLAIN, False)
    (answer,) = asyncio.run(stepping(painter, reading, painted=False).paint([ask]))
    assert seeds(answer) == [1]
    painter.check_health()
    object.__setattr__(painter, "_engine", replace(painter._engine, generator=hanging))

    async def asked() -> Any:
        (answer,) = await painter.paint([ask])
        hanging.released.set()
        return answer

    assert isinstance(asyncio.run(asked()).error, NoCapacity)


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
    failures.mark_failed("cuda:0")
    with pytest.raises(GpuFailed, match="cuda:0"):
        painter.check_health()
