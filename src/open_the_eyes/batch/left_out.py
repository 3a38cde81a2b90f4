"""What in the folders of a batch is not done: counted by what it is, the first of a kind by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from ..naming import is_result
from ..wording import counted

NAMED: Final = 100
"""Most paths of a kind that are kept."""
RESULT: Final = "result of ours"
OTHER: Final = "other file"
HIDDEN_PHOTO: Final = "hidden photo"
HIDDEN_FOLDER: Final = "hidden folder"
LINKED_FOLDER: Final = "linked folder"
_NAMED_ALONE: Final = (HIDDEN_FOLDER, LINKED_FOLDER)
"""Kinds of folders that are looked into all the same where somebody names one."""


@dataclass(slots=True)
class LeftOut:
    """How many files of each kind, and the paths of the first of them; there may be a million."""

    counts: Counter[str] = field(default_factory=Counter)
    paths: dict[str, list[str]] = field(default_factory=dict)

    def add(self, path: str, kind: str = "") -> None:
        """Counts a file or a folder; where its kind is not told, by its name."""
        kind = kind or _kind(path)
        self.counts[kind] += 1
        if self.counts[kind] <= NAMED:
            self.paths.setdefault(kind, []).append(path)

    @property
    def total(self) -> int:
        return self.counts.total()

    def to_json(self) -> dict[str, Any]:
        return {kind: {"files": self.counts[kind], "first": self.paths[kind]} for kind in _in_order(self.counts)}

    def __str__(self) -> str:
        """ "2 camera raw files: develop them to JPEG or TIFF first; 1 film; 1 other file"; "none" where none is."""
        return in_words({kind: {"files": number} for kind, number in self.counts.items()}) or "none"


def in_words(kinds: dict[str, Any]) -> str:
    """What `LeftOut.to_json` gives, for people."""
    return "; ".join(_part(kind, kinds[kind]["files"]) for kind in _in_order(kinds))


def _part(kind: str, number: int) -> str:
    from ..files.kinds import DEVELOP, RAW

    said = counted(number, kind, "results of ours" if kind == RESULT else "")
    them = "it" if number == 1 else "them"
    if kind in _NAMED_ALONE:
        return f"{said}: name {them} as IN, too, for the photos there"
    return f"{said}: {DEVELOP.format(them)}" if kind == _noun(RAW) else said


def _kind(path: str) -> str:
    from ..files.kinds import kind_by_name

    name = PurePath(path).name
    return RESULT if is_result(name) else _noun(kind_by_name(name)) or OTHER


def _noun(kind: str) -> str:
    """Without its article."""
    return kind.partition(" ")[2]


def _in_order(kinds: dict[str, Any]) -> Sequence[str]:
    """Photos that somebody may miss first."""
    from ..files.kinds import RAW

    return sorted(kinds, key=lambda kind: (kind == OTHER, kind == RESULT, kind != _noun(RAW), kind))
