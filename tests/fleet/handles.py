"""A painter that is asked through a handle like Ray's, in this process."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from open_the_eyes.fleet.painters import Painter
from tests.batch.test_batching import Recording


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


def batches(painter: Painter) -> list[int]:
    recording = painter._engine.generator
    assert isinstance(recording, Recording)
    return recording.batches


def seeds(answer: Any) -> list[int]:
    return [patch.seed for _, patch in answer]
