"""The people whose pictures the refiner never sees while it learns: `held_out.txt`, a name a line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ..faces import pictures_in

NEVER_LEARNT: Final = Path(__file__).with_name("held_out.txt")


def to_learn_from(folders: Iterable[Path]) -> list[Path]:
    """Pictures of folders, but for those people's."""
    return [path for folder in folders for path in pictures_in(folder) if not _is_held_out(path)]


def held_out(folders: Iterable[Path]) -> list[Path]:
    """Pictures of folders that the refiner never saw: of one that holds such people, theirs alone."""
    chosen: list[Path] = []
    for folder in folders:
        paths = pictures_in(folder)
        chosen += [path for path in paths if _is_held_out(path)] or paths
    return chosen


def _is_held_out(path: Path) -> bool:
    never = {line for line in NEVER_LEARNT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    return path.stem.split("_")[0] in never
