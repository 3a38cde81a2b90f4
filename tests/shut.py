"""A folder that may not be entered: root, who may enter everything, as somebody else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def shut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the folder may be looked at."""
    stat, iterdir = os.stat, Path.iterdir

    def refuse(path: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    def status(path: Any, **options: Any) -> os.stat_result:
        if isinstance(path, str | Path) and folder.absolute() in Path(path).absolute().parents:
            refuse(path)
        return stat(path, **options)

    def names(path: Path) -> Iterator[Path]:
        if folder.absolute() in (path.absolute(), *path.absolute().parents):
            refuse(path)
        return iterdir(path)

    monkeypatch.setattr(os, "stat", status)
    monkeypatch.setattr(Path, "stat", lambda path, **options: status(path, **options))  # which keeps one in 3.10
    monkeypatch.setattr(Path, "iterdir", names)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).absolute() != folder.absolute())
