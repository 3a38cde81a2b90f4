"""Where chosen blocks of a JPEG begin: all that has to be known before any of them can be replaced.

Nothing of it depends on what they are replaced by, so it is found out while that is still being painted.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..imaging.geometry import Box
from . import jpeg_segments as segments
from .jpeg_changes import as_stored
from .jpeg_layout import Layout, NotPatchable, layout_of
from .jpeg_locate import Interval, Ints, Reader
from .jpeg_stretches import ends_of, positions_of

_OTHER_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_RST0: Final = 0xD0
_MOST_MCUS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Coded:
    """The coded data of a file's only scan.

    Args:
        body: between the scan's header and the end marker.
        begin: of `body`, in the file.
    """

    layout: Layout
    body: bytes
    begin: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The data between two restart markers: from where to where in `Coded.body`, the same unstuffed and in bits, and
    where its last block ends, None where that is uncertain."""

    piece: tuple[int, int]
    interval: Interval
    end: int | None


@dataclass(frozen=True, slots=True)
class Places:
    """Some blocks of `coded`, by ascending number in the scan; the bit of the reader's data at which each begins;
    and the stretches that they lie in, one behind the other in that data."""

    coded: Coded
    blocks: Ints
    at: Ints
    reader: Reader
    stretches: tuple[Stretch, ...]

    def has(self, blocks: Ints) -> bool:
        return bool(np.isin(blocks, self.blocks, assume_unique=True).all())

    def of(self, blocks: Ints) -> Ints:
        """Where these begin; all must be there."""
        return np.asarray(self.at[np.searchsorted(self.blocks, blocks)])


def coded_of(file: bytes) -> Coded:
    """Raises:
    NotPatchable: progressive, arithmetic, several scans, damaged.
    """
    parts = segments.split(file)
    layout, begin = layout_of(parts)
    body = parts.scans[begin:-2]
    if _OTHER_MARKER.search(body):
        raise NotPatchable("markers within its coded data")
    return Coded(layout, body, len(file) - len(parts.after) - len(parts.scans) + begin)


def places_of(blocks: Ints, coded: Coded) -> Places:
    """Finds blocks, one or more, by their ascending numbers.

    Raises:
        NotPatchable: the data before them cannot be read.
    """
    layout = coded.layout
    pieces = _between_markers(coded.body, layout)
    length = (layout.restart or layout.mcus_wh[0] * layout.mcus_wh[1]) * len(layout.slots)
    touched = np.unique(blocks // length).tolist()
    plain = [coded.body[slice(*pieces[n])].replace(b"\xff\x00", b"\xff") for n in touched]
    ends = np.cumsum([0] + [8 * len(p) for p in plain]).tolist()
    intervals = [Interval(ends[i], ends[i + 1], n * length, (n + 1) * length) for i, n in enumerate(touched)]
    reader = Reader(b"".join(plain), layout)
    at = positions_of(blocks, reader, intervals)
    known = ends_of(reader, intervals)
    stretches = (Stretch(pieces[n], i, end) for n, i, end in zip(touched, intervals, known, strict=True))
    return Places(coded, blocks, at, reader, tuple(stretches))


def places_ahead(file: bytes, windows: Sequence[Box], orientation: int) -> Future[Places]:
    """Begins to find all blocks that can change when pixels of an upright photo change inside some windows.

    What goes wrong is raised by the result. A thread of its own: it works on whole arrays, during which Python lets
    others run, and one of a pool would be missing in a forked process.
    """
    found: Future[Places] = Future()

    def find() -> None:
        try:
            coded = coded_of(file)
            found.set_result(places_of(_blocks_in(windows, orientation, coded.layout), coded))
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            found.set_exception(error)

    threading.Thread(target=find, name="blocks of a JPEG").start()
    return found


def _blocks_in(windows: Sequence[Box], orientation: int, layout: Layout) -> Ints:
    """The blocks of all MCUs in the windows, and of the MCU behind each, whose DC is told as a difference to theirs."""
    (across, down), (columns, rows) = layout.mcu_wh, layout.mcus_wh
    wanted = np.zeros(columns * rows + 1, np.bool_)
    table = wanted[:-1].reshape(rows, columns)
    for box in windows:
        corners = np.array([[box.left, box.top], [box.right - 1, box.bottom - 1]], np.int64)
        x, y = as_stored(corners[:, 0], corners[:, 1], orientation, layout.size_wh)
        table[y.min() // down : y.max() // down + 1, x.min() // across : x.max() // across + 1] = True
    wanted[1:] |= wanted[:-1]
    mcus = np.flatnonzero(wanted[:-1])
    if not 0 < len(mcus) <= _MOST_MCUS:
        raise NotPatchable("most of the picture changed")
    return np.asarray((mcus[:, None] * len(layout.slots) + np.arange(len(layout.slots))).ravel())


def _between_markers(body: bytes, layout: Layout) -> list[tuple[int, int]]:
    """From where to where each restart interval's data goes."""
    marks = [found.start() for found in _RESTART.finditer(body)]
    mcus = layout.mcus_wh[0] * layout.mcus_wh[1]
    expected = -(-mcus // layout.restart) - 1 if layout.restart else 0
    if len(marks) != expected or any(body[at + 1] != _RST0 + n % 8 for n, at in enumerate(marks)):
        raise NotPatchable("restart markers out of order")
    return list(zip([0, *(at + 2 for at in marks)], [*marks, len(body)], strict=True))
