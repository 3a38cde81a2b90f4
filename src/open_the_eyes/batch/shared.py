"""Crops of different photos in one batch: several photos are on their way at once, and their requests meet here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from ..options import GenerateOptions
from ..roles import EyeGenerator, Patch, Request, Watch

WAIT_SECONDS: Final = 2.0
"""How long a batch waits, at most, for photos that are still being looked at."""


@dataclass(eq=False, slots=True)
class _Asked:
    """What one photo asks for, and what it gets."""

    requests: Sequence[Request]
    options: GenerateOptions
    patches: list[Patch] | None = None
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class SharedGenerator:
    """Fulfils `EyeGenerator` for many threads, one photo each, and asks another generator for all of theirs together.

    A batch begins when every photo that was announced has asked, or has waited long enough, or `most` requests are
    there. What a photo gets is what it would get alone: a patch depends on its own request and the options. A batch
    that fails is tried again photo by photo, so that each gets its own error. Photos say how far they are at their
    other stages; while painting, nobody is told.

    Args:
        inner: is called by one thread at a time.
        most: requests that are put into one call; a photo with more goes alone.
    """

    def __init__(self, inner: EyeGenerator, most: int = 32, wait_seconds: float = WAIT_SECONDS) -> None:
        self._inner: Final = inner
        self._most: Final = most
        self._wait: Final = wait_seconds
        self._changed: Final = threading.Condition()
        self._waiting: list[_Asked] = []
        self._first_asked = 0.0
        self._on_their_way = 0
        self._painting = False

    @property
    def name(self) -> str:
        return self._inner.name

    @contextmanager
    def photo(self) -> Iterator[None]:
        """Announces a photo: until the block ends, batches wait a moment for what it may ask."""
        with self._changed:
            self._on_their_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._on_their_way -= 1
                self._changed.notify_all()

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,
        watch: Watch | None = None,  # noqa: ARG002 -- a batch belongs to several photos
    ) -> list[Patch]:
        """One patch a request, in order; raises what the inner generator raises for these requests."""
        asked = _Asked(requests, options)
        with self._changed:
            if not self._waiting:
                self._first_asked = time.monotonic()
            self._waiting.append(asked)
            self._changed.notify_all()
        while not asked.done.is_set():
            batch = self._next_batch(asked)
            if batch:
                self._paint(batch)
        if asked.error is not None:
            raise asked.error
        return asked.patches or []

    def _next_batch(self, asked: _Asked) -> list[_Asked]:
        """Waits until a batch can begin, and takes it; or until somebody else has painted what was asked."""
        with self._changed:
            while not asked.done.is_set():
                if not self._painting and self._waiting and self._ripe():
                    self._painting = True
                    return self._taken()
                self._changed.wait(0.05)
        return []

    def _ripe(self) -> bool:
        everybody = len(self._waiting) >= self._on_their_way
        full = sum(len(one.requests) for one in self._waiting) >= self._most
        return everybody or full or time.monotonic() - self._first_asked >= self._wait

    def _taken(self) -> list[_Asked]:
        """Those of one wish, in the order they came, while there is room."""
        options, room = self._waiting[0].options, self._most
        batch: list[_Asked] = []
        for one in list(self._waiting):
            if one.options == options and (not batch or len(one.requests) <= room):
                batch.append(one)
                self._waiting.remove(one)
                room -= len(one.requests)
        self._first_asked = time.monotonic()
        return batch

    def _paint(self, batch: list[_Asked]) -> None:
        try:
            self._answer(batch)
        finally:
            with self._changed:
                self._painting = False
                for one in batch:
                    one.done.set()
                self._changed.notify_all()

    def _answer(self, batch: list[_Asked]) -> None:
        requests = [request for one in batch for request in one.requests]
        try:
            patches = iter(self._inner.generate(requests, batch[0].options))
            for one in batch:
                one.patches = [next(patches) for _ in one.requests]
        except BaseException as error:  # noqa: BLE001 -- handed to the photo that it belongs to
            if len(batch) == 1:
                batch[0].error = error
                return
            for one in batch:
                self._answer([one])
