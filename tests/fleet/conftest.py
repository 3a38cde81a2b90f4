"""A store that the tests of a batch on several machines share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def store() -> Iterator[type[Any]]:
    """A store with three photos, and the kind of file system it is."""
    from fsspec.implementations.memory import MemoryFileSystem

    MemoryFileSystem.store.clear()
    for name in ("a", "b", "c"):
        MemoryFileSystem().pipe_file(f"/shoot/{name}.jpg", b"blink")
    yield MemoryFileSystem
    MemoryFileSystem.store.clear()
