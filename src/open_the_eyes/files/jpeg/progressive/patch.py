"""A progressive JPEG with some of its blocks replaced; every other coefficient stays what it was.

A block's bits are spread over all scans, and their codes depend on its neighbours and on earlier scans. So, other than
in a baseline file, everything is decoded and encoded again, without loss: the same scans in the same order,
with restart markers where they were. Only the Huffman tables are new.
"""

from __future__ import annotations

from typing import Final

from ....imaging.painting import Painting
from .. import segments
from ..changes import CoefficientChanges, changes
from ..frame import Frame, NotPatchable, check_components
from ..markers import DHT
from .bits import Coefficients
from .decoding import decoded_coefficients
from .encoding import encoded_scan
from .scans import interleaved_order, scans_of

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
    parts = segments.split_without_trailer(coded)
    frame, scans = scans_of(parts)
    if frame.size_wh[0] * frame.size_wh[1] > MOST_PIXELS:
        raise NotPatchable(f"progressive, of more than {MOST_PIXELS // 1_000_000} megapixels")
    check_components(frame)
    changed = changes(painting, orientation, frame, stored_rgb=stored_rgb)
    if not len(changed.blocks):
        return coded
    planes = decoded_coefficients(frame, scans)
    _add_changes(planes, changed, frame)
    header = b"".join(bytes(s) for s in parts.header if s.marker != DHT)
    return b"".join((coded[:2], header, *(encoded_scan(scan, frame, planes) for scan in scans), parts.scans[-2:]))


def _add_changes(planes: list[Coefficients], changed: CoefficientChanges, frame: Frame) -> None:
    """Adds to the blocks what changed in them."""
    order = interleaved_order(range(len(planes)), frame)
    component_of, block = order.component[changed.blocks], order.block[changed.blocks]
    for number, plane in enumerate(planes):
        plane[block[component_of == number]] += changed.coefficients[component_of == number].astype(plane.dtype)
