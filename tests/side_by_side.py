"""Which tests one process runs, and in which order they begin, where several processes share them (pytest-xdist)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

TOGETHER: Final = {
    "tests/web/": "a browser",
    "tests/models/sdxl/": "SDXL",
    "tests/residency/test_sizes.py": "SDXL",
    "tests/fleet/": "Ray",
}
"""Rooms and files that run in one process, by what they need: it takes a process many seconds to start or to import."""

LONGEST: Final = (
    "tests/web/",
    "tests/models/sdxl/",
    "tests/residency/test_sizes.py",
    "tests/fleet/",
    "tests/service/",
    "tests/batch/",
    "tests/bench/",
    "tests/test_readme.py",
    "tests/test_pipeline.py",
    "tests/test_promises.py",
    "tests/files/test_made_here.py",
    "tests/training/",
    "tests/cli/",
)
"""What takes minutes, and files of ten seconds and more, in the order in which they begin: what comes last is short, so
that no process waits for another at the end."""


def place(item: pytest.Item) -> int:
    """Of a test in the order of beginning."""
    return next((n for n, part in enumerate(LONGEST) if item.nodeid.startswith(part)), len(LONGEST))
