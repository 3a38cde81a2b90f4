"""Which state of this program it is: between two releases many have one version."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]
MODEL_SUMS: Final = "models/SHA256SUMS"
"""File that stands for the model files, which would take longer to read."""
ROOMS: Final = ("files", "imaging", "models", "options", "residency", "stages", "system")
"""Folders which, with the modules beside them, decide the bytes of a result; front doors only ask for it."""


@cache
def state() -> str:
    """SHA-256 of the code and models that make pictures here; "" where there is no source, as in a package of bytecode.

    How lines end does not count: a clone on Windows and a wheel of the same commit are one state.
    """
    return state_of(PACKAGE)


def state_of(package: Path) -> str:
    """The same of the package in a folder."""
    sources = hashed_sources(package)
    if not sources:
        return ""
    digest = hashlib.sha256()
    for name in sorted([MODEL_SUMS, *(path.relative_to(package).as_posix() for path in sources)]):
        try:
            text = (package / name).read_bytes().replace(b"\r\n", b"\n")
        except OSError:
            return ""
        digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def hashed_sources(package: Path) -> list[Path]:
    """The files of the package in a folder that its state is made of, beside `MODEL_SUMS`."""
    return [*package.glob("*.py"), *(path for room in ROOMS for path in (package / room).rglob("*.py"))]
