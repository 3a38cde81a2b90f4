"""A progressive JPEG with some of its blocks replaced; every other coefficient stays what it was.

A block's bits are spread over all scans, and what a scan says of it depends on its neighbours and on earlier scans. So,
other than in a baseline file, everything is read and written again, without loss: the same scans in the same order,
with restart markers where they were. Only the Huffman tables are new.
"""

from __future__ import annotations

from typing import Final

from ....imaging.painting import Painting
from .. import segments
from ..changes import Changes, changes
from ..layout import Grid, NotPatchable, check_colours
from ..markers import DHT
from .bits import Coefficients
from .reading import coefficients
from .scans import order_of_mcus, scans_of
from .writing import written

MOST_PIXELS: Final = 36_000_000
"""Largest progressive picture that is patched, pixels: an 8K one takes 30 times as long, and twice the memory, as a
baseline one."""


def patched_progressive(coded: bytes, painting: Painting, orientation: int, *, stored_rgb: bool) -> bytes:
    """A progressive JPEG file with other pixels where the painting differs from its base.

    Args:
        coded: the file that the base was decoded from; it ends with its picture.
        painting: upright.
        orientation: the EXIF orientation that made the pixels upright.
        stored_rgb: three components are red, green and blue.

    Raises:
        NotPatchable: of another form, damaged, CMYK, too large; grey that got colour; too much changed.
    """
    parts = segments.split_bare(coded)
    grid, scans = scans_of(parts)
    if grid.size_wh[0] * grid.size_wh[1] > MOST_PIXELS:
        raise NotPatchable(f"progressive, of more than {MOST_PIXELS // 1_000_000} megapixels")
    check_colours(grid)
    wanted = changes(painting, orientation, grid, stored_rgb=stored_rgb)
    if not len(wanted.blocks):
        return coded
    planes = coefficients(grid, scans)
    _add(planes, wanted, grid)
    head = b"".join(bytes(s) for s in parts.head if s.marker != DHT)
    return b"".join((coded[:2], head, *(written(scan, grid, planes) for scan in scans), parts.scans[-2:]))


def _add(planes: list[Coefficients], wanted: Changes, grid: Grid) -> None:
    order = order_of_mcus(range(len(planes)), grid)
    slot, block = order.slot[wanted.blocks], order.block[wanted.blocks]
    for number, plane in enumerate(planes):
        plane[block[slot == number]] += wanted.steps[slot == number].astype(plane.dtype)
