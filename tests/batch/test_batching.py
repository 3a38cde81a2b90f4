"""Crops of different photos in one batch: fewer and larger calls, and the same bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.batch.batching import BatchingGenerator
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.worker import WorkerConfig, WorkerSlot, make_processor
from open_the_eyes.engine import Engine
from open_the_eyes.errors import NoRoomOnGpu
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models.trimmed_patches import TrimmedPatches
from open_the_eyes.options import GenerateOptions, Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Crop, EyeGenerator, Patch, Request, Watch
from open_the_eyes.settings import Settings

PLAIN = GenerateOptions()


@dataclass
class Recording:
    """Fulfils `EyeGenerator`; `batches` are the sizes of its calls, `busy` how many calls ran at one time."""

    inner: EyeGenerator | None = None
    refuses: Callable[[Request], bool] = lambda _: False
    batches: list[int] = field(default_factory=list)
    busy: int = 0
    name: str = "recording"

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,
        watch: Watch = NO_WATCH,  # noqa: ARG002 -- the role has it
    ) -> Sequence[Patch]:
        self.busy += 1
        assert self.busy == 1, "two calls at once"
        self.batches.append(len(requests))
        try:
            if any(map(self.refuses, requests)):
                raise NoRoomOnGpu("expected room on the GPU, there is none")
            if self.inner is not None:
                return self.inner.generate(requests, options)
            return [Patch(np.zeros((1, 1, 3), np.float32), r.crop.mask, r.seed, 0.0) for r in requests]
        finally:
            self.busy -= 1


def ask(shared: BatchingGenerator, crop: Crop, seeds: Sequence[int], options: GenerateOptions = PLAIN) -> list[int]:
    """The seeds of the patches that a photo with these requests gets."""
    with shared.photo():
        return [patch.seed for patch in shared.generate([Request(crop, seed) for seed in seeds], options)]


def asked_together(shared: BatchingGenerator, crop: Crop, *photos: Sequence[int]) -> list[list[int]]:
    """The same for several photos that are all announced before the first asks."""
    ready = threading.Barrier(len(photos))

    def one(seeds: Sequence[int]) -> list[int]:
        with shared.photo():
            ready.wait()
            return [patch.seed for patch in shared.generate([Request(crop, seed) for seed in seeds], PLAIN)]

    with ThreadPoolExecutor(len(photos)) as pool:
        return list(pool.map(one, photos))


def test_requests_of_different_photos_share_one_call(closed_crop: Crop) -> None:
    inner = Recording()
    answers = asked_together(BatchingGenerator(inner, wait_seconds=30), closed_crop, [1, 2], [3], [4, 5, 6])
    assert answers == [[1, 2], [3], [4, 5, 6]]
    assert inner.batches == [6]


def test_what_comes_folded_stays_folded(engine: Engine, closed_crop: Crop) -> None:
    shared = BatchingGenerator(engine.generator)
    with shared.photo():
        patches = shared.generate([Request(closed_crop, seed) for seed in (1, 2)], PLAIN)
    assert isinstance(patches, TrimmedPatches)
    assert len(patches) == 2


def test_a_batch_is_never_larger_than_the_most(closed_crop: Crop) -> None:
    inner = Recording()
    asked_together(BatchingGenerator(inner, most=4, wait_seconds=30), closed_crop, [1, 2, 3], [4, 5], [6])
    assert sum(inner.batches) == 6
    assert max(inner.batches) <= 4


def test_a_photo_with_more_than_the_most_goes_alone(closed_crop: Crop) -> None:
    inner = Recording()
    shared = BatchingGenerator(inner, most=2)
    assert ask(shared, closed_crop, range(5)) == [0, 1, 2, 3, 4]
    assert inner.batches == [5]


def test_a_photo_alone_does_not_wait(closed_crop: Crop) -> None:
    assert ask(BatchingGenerator(Recording(), wait_seconds=600), closed_crop, [7]) == [7]


def test_who_is_still_looked_at_is_waited_for_no_longer_than_said(closed_crop: Crop) -> None:
    shared = BatchingGenerator(Recording(), wait_seconds=0.1)
    with shared.photo():  # another one, which never asks
        assert ask(shared, closed_crop, [7]) == [7]


def test_photos_of_other_options_are_no_company(closed_crop: Crop) -> None:
    inner = Recording()
    shared = BatchingGenerator(inner, wait_seconds=0.2)
    with ThreadPoolExecutor(2) as pool:
        both = [PLAIN, replace(PLAIN, eye_color="green")]
        assert list(pool.map(lambda options: ask(shared, closed_crop, [1], options), both)) == [[1], [1]]
    assert inner.batches == [1, 1]


def test_only_the_photo_that_does_not_fit_fails(closed_crop: Crop) -> None:
    inner = Recording(refuses=lambda request: request.seed == 13)
    shared = BatchingGenerator(inner, wait_seconds=30)
    ready = threading.Barrier(3)

    def one(seed: int) -> str:
        with shared.photo():
            ready.wait()
            try:
                return str(shared.generate([Request(closed_crop, seed)], PLAIN)[0].seed)
            except NoRoomOnGpu as error:
                return type(error).__name__

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(one, [1, 13, 2])) == ["1", "NoRoomOnGpu", "2"]


def test_photos_that_share_batches_come_out_as_they_do_alone(engine: Engine, blinked: Rgb, portrait: Rgb) -> None:
    photos = [Photo(blinked), Photo(np.ascontiguousarray(blinked[:, ::-1])), Photo(portrait)]
    options = Options.of(variations=2, seed=3)
    alone = [open_eyes(photo, options, engine=engine) for photo in photos]

    inner = Recording(engine.generator)
    shared = BatchingGenerator(inner, wait_seconds=5)
    sharing = replace(engine, generator=shared)
    ready = threading.Barrier(len(photos))

    def one(photo: Photo) -> list[bytes]:
        with shared.photo():
            ready.wait()
            return [v.pixels.tobytes() for v in open_eyes(photo, options, engine=sharing).variations]

    with ThreadPoolExecutor(len(photos)) as pool:
        together = list(pool.map(one, photos))
    assert together == [[v.pixels.tobytes() for v in opened.variations] for opened in alone]
    assert max(inner.batches) >= 4, "two photos or more met"


@pytest.mark.parametrize("references", [False, True], ids=["alone", "with references"])
def test_photos_of_one_worker_are_painted_together_and_in_its_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed_crop: Crop, references: bool
) -> None:
    inner, ready = Recording(), threading.Barrier(2)
    precisions: list[str] = []

    def painted(_: object, spec: BatchSpec, __: str, engine: Engine, *___: object) -> Sequence[Patch]:
        precisions.append(spec.options.generate.precision)
        ready.wait()
        generator = (engine.for_references() if references else engine).generator
        return generator.generate([Request(closed_crop, 1)], PLAIN)

    monkeypatch.setattr("open_the_eyes.models.sdxl.loading.load_sdxl", lambda *_: inner)
    monkeypatch.setattr("open_the_eyes.batch.process_item.process_item", painted)
    item = Item("a.jpg", tmp_path / "a.jpg", tmp_path / "a.opened.jpg", tmp_path / "copy.jpg", 1, 1)
    config = WorkerConfig(
        spec=BatchSpec(engine="sdxl", painter="sdxl"),
        fingerprint="",
        settings=Settings(),
        slot=WorkerSlot(at_once=2, precision="int8"),
        out=tmp_path,
        make=make_processor,
    )
    do = make_processor(config)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(do, [item] * 2))
    assert inner.batches == [2]
    assert precisions == ["int8"] * 2
