"""One photo or several: a bad photo among several is told and counted, and never stops the rest.

Ctrl-C does, and a full disk: photo by photo would fail over it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import NoRoomOnDisk, SomePhotosFailed, as_known
from ..wording import counted
from . import interrupts, speech
from .exits import explain

if TYPE_CHECKING:
    from ..report import Report


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo that did not succeed, its one line, and the exit code of its error."""

    path: Path
    error: str
    code: int


@dataclass(frozen=True, slots=True)
class Results:
    """What became of the photos, in the order given; not all had a turn where `interrupted`, or the disk was `full`."""

    photos: int
    reports: tuple[Report, ...]
    failures: tuple[Failure, ...]
    interrupted: bool = False
    full: bool = False

    def to_json(self) -> dict[str, Any]:
        """The report itself for one photo that succeeded; else `reports`, and `failed` with a line for each other."""
        if self.photos == len(self.reports) == 1:
            return self.reports[0].to_json()
        failed = [{"path": str(failure.path), "error": failure.error} for failure in self.failures]
        return {"reports": [report.to_json() for report in self.reports], "failed": failed}

    def raise_if_incomplete(self) -> None:
        """Ends the command as it deserves where a photo failed.

        Raises:
            KeyboardInterrupt: Ctrl-C came before the end.
            Exit: the one photo did; with the code of its error, which has been told.
            NoRoomOnDisk: the disk was full for one of several, which has been told.
            SomePhotosFailed: one or more of several failed.
        """
        if self.interrupted:
            raise KeyboardInterrupt
        if self.photos == 1 and self.failures:
            raise typer.Exit(self.failures[0].code)
        if self.full:
            done = f"{len(self.reports):,} of {counted(self.photos, 'photo')}"
            raise NoRoomOnDisk(
                f"stopped, the disk is full. Done so far: {done}; once there is room, name the others again."
            )
        if self.failures:
            rest = "" if len(self.failures) == self.photos else "; the rest is done"
            some = f"{len(self.failures):,} of {counted(self.photos, 'photo')}"
            raise SomePhotosFailed(f"{some} failed, named above{rest}.")


def each(photos: Sequence[Path], work: Callable[[Path, int], Report], *, debug: bool) -> Results:
    """Calls `work(photo, number)` for every photo; the error of each is told at once, and becomes a failure.

    After Ctrl-C, or where the disk is full, no other photo is begun, and what is done by then comes back.

    Raises:
        KeyboardInterrupt: nothing is.
    """
    reports: list[Report] = []
    failures: list[Failure] = []
    interrupted = full = False
    for number, photo in enumerate(photos, start=1):
        try:
            reports.append(work(photo, number))
            interrupted = interrupts.was_heard()
        except KeyboardInterrupt:
            interrupted = True
        except Exception as error:  # noqa: BLE001 -- whatever one photo does, the next ones get their turn
            interrupted = interrupts.was_heard()
            if not interrupted:
                code = explain(error, debug=debug, photo=str(photo) if len(photos) > 1 else "")
                failures.append(Failure(photo, speech.one_line(as_known(error)), code))
                full = isinstance(error, NoRoomOnDisk)
        if interrupted or full:
            break
    if interrupted and not reports and not failures:
        raise KeyboardInterrupt
    return Results(len(photos), tuple(reports), tuple(failures), interrupted, full)


def as_text(results: Results) -> str:
    """The JSON that `--json` prints and `--report` writes; in ASCII, which every encoding of stdout carries."""
    return json.dumps(results.to_json(), indent=2)
