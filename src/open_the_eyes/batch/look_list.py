"""The list of photos that a person should look at, which `batch` takes as an input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from .line_by_line import write_parts
from .plan import Plan
from .record import Record
from .sources import spelled_out

LOOK_LIST: Final = "look-at-these.txt"


def write_look_list(plan: Plan, records: Iterable[Record]) -> Path | None:
    """The photos of these records, with their full names, a line each; None, and no file, where there is none.

    Nor is there one of photos at an address, which lists cannot hold.

    Args:
        records: in the order of the plan; one at a time is in memory.

    Raises:
        PhotoNotWritten: it cannot be written; NoRoomOnDisk where the disk is full.
    """
    path = plan.folder / LOOK_LIST
    path.unlink(missing_ok=True)
    lines = iter(() if plan.address else _lines(plan, records))
    first = next(lines, None)
    if first is None:
        return None
    write_parts(path, _with(first, lines), "the list of photos to look at")
    return path


def _lines(plan: Plan, records: Iterable[Record]) -> Iterator[bytes]:
    items = iter(plan.items)
    for record in records:
        source = str(spelled_out(next(item for item in items if item.name == record.name).source))
        fits = source == source.strip() and len(source.splitlines()) == 1
        yield os.fsencode(f"{source}\n" if fits else f"# no line can name {source!r}\n")


def _with(first: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from lines
