"""What tests of work on several machines share: a store, and a painter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.fleet.painters import Painter
from open_the_eyes.settings import Settings
from tests.batch.test_batching import Recording


@pytest.fixture
def store() -> Iterator[type[Any]]:
    """A store with three photos, and the kind of file system it is."""
    from fsspec.implementations.memory import MemoryFileSystem

    MemoryFileSystem.store.clear()
    for name in ("a", "b", "c"):
        MemoryFileSystem().pipe_file(f"/shoot/{name}.jpg", b"blink")
    yield MemoryFileSystem
    MemoryFileSystem.store.clear()


@pytest.fixture
def painter(engine: Engine) -> Painter:
    """Of Ray's service, that records how many requests each of its calls had."""
    painter = Painter("appearance", Settings(device="cpu"))
    object.__setattr__(painter, "_engine", replace(engine, generator=Recording(engine.generator)))
    return painter
