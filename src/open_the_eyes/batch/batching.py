"""Crops of different photos in one batch: several photos are on their way at once, and their requests meet here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from ..options import GenerateOptions
from ..progress import NO_WATCH
from ..roles import EyeGenerator, Patch, Request, Watch

MOST: Final = 32
"""Most requests of one call: a group of eight, four variations each. All of a call are in memory at once."""
WAIT_SECONDS: Final = 2.0
"""Longest wait of a batch for photos that are still being looked at."""


@dataclass(eq=False, slots=True)
class _PendingCall:
    """What one photo asks for, and what it gets."""

    requests: Sequence[Request]
    options: GenerateOptions
    patches: Sequence[Patch] = ()
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class BatchingGenerator:
    """Fulfils `EyeGenerator` for many threads, one photo each, and asks another generator for all of theirs together.

    A batch begins when every photo that was announced has asked, or has waited long enough, or `most` requests are
    there. What a photo gets is what it would get alone: a patch depends on its own request and the options. A batch
    that fails is tried again photo by photo, so that each gets its own error. Photos say how far they are at their
    other stages; while painting, nobody is told.

    Args:
        inner: is called by one thread at a time.
        most: requests that are put into one call; a photo with more goes alone.
    """

    def __init__(self, inner: EyeGenerator, most: int = MOST, wait_seconds: float = WAIT_SECONDS) -> None:
        self._inner: Final = inner
        self._most: Final = most
        self._wait: Final = wait_seconds
        self._changed: Final = threading.Condition()
        self._waiting: list[_PendingCall] = []
        self._first_call = 0.0
        self._announced = 0
        self._running = False

    @property
    def name(self) -> str:
        return self._inner.name

    @contextmanager
    def photo(self) -> Iterator[None]:
        """Announces a photo: until the block ends, batches wait a moment for what it may ask."""
        with self._changed:
            self._announced += 1
        try:
            yield
        finally:
            with self._changed:
                self._announced -= 1
                self._changed.notify_all()

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,
        watch: Watch = NO_WATCH,  # noqa: ARG002 -- a batch belongs to several photos
    ) -> Sequence[Patch]:
        """One patch a request, in order; raises what the inner generator raises for these requests."""
        call = _PendingCall(requests, options)
        with self._changed:
            if not self._waiting:
                self._first_call = time.monotonic()
            self._waiting.append(call)
            self._changed.notify_all()
        while not call.done.is_set():
            batch = self._next_batch(call)
            if batch:
                self._run(batch)
        if call.error is not None:
            raise call.error
        return call.patches

    def _next_batch(self, call: _PendingCall) -> list[_PendingCall]:
        """Waits until a batch can begin, and takes it; or until another thread has done this call."""
        with self._changed:
            while not call.done.is_set():
                if not self._running and self._waiting and self._is_ready():
                    self._running = True
                    return self._take_batch()
                self._changed.wait(0.05)
        return []

    def _is_ready(self) -> bool:
        everybody = len(self._waiting) >= self._announced
        full = sum(len(call.requests) for call in self._waiting) >= self._most
        return everybody or full or time.monotonic() - self._first_call >= self._wait

    def _take_batch(self) -> list[_PendingCall]:
        """Those with the same options, in the order they came, while there is room."""
        options, room = self._waiting[0].options, self._most
        batch: list[_PendingCall] = []
        for call in list(self._waiting):
            if call.options == options and (not batch or len(call.requests) <= room):
                batch.append(call)
                self._waiting.remove(call)
                room -= len(call.requests)
        self._first_call = time.monotonic()
        return batch

    def _run(self, batch: list[_PendingCall]) -> None:
        try:
            self._answer(batch)
        finally:
            with self._changed:
                self._running = False
                for call in batch:
                    call.done.set()
                self._changed.notify_all()

    def _answer(self, batch: list[_PendingCall]) -> None:
        requests = [request for call in batch for request in call.requests]
        try:
            patches, done = self._inner.generate(requests, batch[0].options), 0
            for call in batch:
                call.patches = patches[done : done + len(call.requests)]  # a part, for they may be trimmed ones
                done += len(call.requests)
        except BaseException as error:  # noqa: BLE001 -- handed to the photo that it belongs to
            if len(batch) == 1:
                batch[0].error = error
                return
            for call in batch:
                self._answer([call])
