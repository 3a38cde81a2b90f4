"""Linear algebra has one thread wherever photos are worked on, and the caller's number of threads comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import ThreadpoolController, threadpool_limits

from open_the_eyes import files
from open_the_eyes.engine import Engine
from open_the_eyes.errors import Cancelled
from open_the_eyes.files.colour.decoded import to_picture
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import GenerateOptions
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import EyeGenerator, Patch, Request, Watch
from open_the_eyes.system.arithmetic import one_blas_thread

CONTROLLER: Final = ThreadpoolController().select(user_api="blas")


def threads() -> int:
    """That numpy's linear algebra has."""
    return max(int(one["num_threads"]) for one in CONTROLLER.info() if "numpy" in one["filepath"])


class Somebody:
    """A thread that does one thing after the other, as it is told."""

    def __init__(self) -> None:
        self._blocks = ExitStack()
        self._wanted: list[Callable[[], object]] = []
        self._call, self._done = threading.Semaphore(0), threading.Semaphore(0)
        threading.Thread(target=self._work, daemon=True).start()

    def enters(self, block: Callable[[], Any]) -> None:
        self._do(lambda: self._blocks.enter_context(block()))

    def leaves(self) -> None:
        self._do(self._blocks.close)

    def _do(self, deed: Callable[[], object]) -> None:
        self._wanted.append(deed)
        self._call.release()
        assert self._done.acquire(timeout=10)

    def _work(self) -> None:
        while self._call.acquire():
            self._wanted.pop()()
            self._done.release()


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """What a caller has, whatever this machine has."""
    with threadpool_limits(2, user_api="blas"):
        yield


class Listening:
    """The real painter, and what it painted with how many threads."""

    name = "appearance"

    def __init__(self, painter: EyeGenerator) -> None:
        self._painter = painter
        self.painted: list[bytes] = []
        self.threads: set[int] = set()

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH
    ) -> Sequence[Patch]:
        self.threads.add(threads())
        patches = self._painter.generate(requests, options, watch)
        self.painted += [patch.pixels.tobytes() for patch in patches]
        return patches


def test_eyes_are_the_same_to_the_last_bit_however_many_threads_the_caller_has(engine: Engine, blinked: Rgb) -> None:
    painters = []
    for count in (1, 2):
        painters += [Listening(engine.generator)]
        with threadpool_limits(count, user_api="blas"):
            open_eyes(Photo(blinked), engine=replace(engine, generator=painters[-1]))
            assert threads() == count
    assert painters[0].painted == painters[1].painted
    assert painters[0].threads == painters[1].threads == {1}


def test_a_photo_that_is_stopped_gives_the_threads_back(engine: Engine, blinked: Rgb) -> None:
    def stop(stage: str, _: float) -> None:
        if stage == "generate":
            assert threads() == 1
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        open_eyes(Photo(blinked), engine=engine, progress=stop)
    assert threads() == 2


def test_saving_has_one_thread_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def seeing(*given: Any) -> Image.Image:
        seen.append(threads())
        return to_picture(*given)

    monkeypatch.setattr("open_the_eyes.files.packing.to_picture", seeing)
    files.encoded(Photo(np.zeros((8, 8, 3), np.uint8)), "PNG", None)
    assert seen == [1]
    assert threads() == 2


@pytest.mark.parametrize("first_out", [0, 1], ids=["the first in", "the last in"])
def test_photos_in_several_threads_do_not_undo_one_anothers_limit(first_out: int) -> None:
    both = [Somebody(), Somebody()]
    for one in both:
        one.enters(one_blas_thread)
        assert threads() == 1
    both[first_out].leaves()
    assert threads() == 1
    both[1 - first_out].leaves()
    assert threads() == 2


def test_another_thread_that_has_set_threads_does_not_keep_them_from_being_one() -> None:
    host = Somebody()
    host.enters(lambda: threadpool_limits(2, user_api="blas"))
    with one_blas_thread():
        assert threads() == 1
    assert threads() == 2
    host.leaves()
    assert threads() == 2
