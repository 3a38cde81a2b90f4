"""SHA-256 of files, however large."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.system.digest import sha256_of


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (3 << 20) + 5])
def test_it_is_that_of_the_bytes(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "photo").write_bytes(data[:size])
    assert sha256_of(tmp_path / "photo") == hashlib.sha256(data[:size]).hexdigest()


def test_a_large_file_is_never_in_memory_at_once(tmp_path: Path) -> None:
    large = tmp_path / "reference.tif"
    with large.open("wb") as file:
        file.truncate(32 << 20)
    tracemalloc.start()
    try:
        assert BatchSpec(engine="auto", painter="appearance", references=(large,)).fingerprint
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
