"""IPTC-IIM captions and keywords, which a TIFF keeps in a tag and a JPEG among Photoshop's image resources.

IPTC-NAA Information Interchange Model 4; Adobe, "XMP Specification Part 3", "Native metadata in digital image formats".
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from ...errors import UnreadablePhoto
from ...photo import FileFacts, FileFormat
from ..parcel import Blocks
from . import photoshop
from .exif import IPTC_TAG
from .ifd import LONG, read_first_ifd

_TAG_MARKER: Final = b"\x1c"
"""Tag marker, the first byte of every IIM data set."""


def iptc_blocks(facts: FileFacts, file_format: FileFormat) -> Blocks:
    """A file's IPTC data as blocks of another format; none where that has no place of its own for it.

    A TIFF's tag, which the EXIF of a file made of one may have, too, leaves EXIF on the way into a JPEG
    (`exif.from_tiff`, `exif.without_iptc`): there, nobody looks for it.
    """
    if file_format == "JPEG" and facts.format != "JPEG":
        iptc = _iptc_in_tags(facts.exif or b"")
        return photoshop.segments_of(photoshop.image_resource(photoshop.IPTC_RESOURCE, iptc)) if iptc else ()
    if (facts.format, file_format) == ("JPEG", "TIFF"):
        iptc = photoshop.resource_data(photoshop.joined_resources(facts.blocks), photoshop.IPTC_RESOURCE)
        return ((str(IPTC_TAG), iptc),) if iptc else ()
    return ()


def _iptc_in_tags(tags: bytes) -> bytes:
    """IPTC data of the tag, or of Photoshop's resources, which a TIFF may have as well; b"" where there is none."""
    with suppress(UnreadablePhoto):
        entry = read_first_ifd(tags, depth=1).entries.get(IPTC_TAG)
        if entry is None:
            return photoshop.resource_data(photoshop.resources_of_tags(tags), photoshop.IPTC_RESOURCE)
        # some writers call them whole numbers and turn these round, others call them so and do not
        turned = entry.in_order("<", ">").raw if entry.field_type == LONG else entry.raw
        return turned if turned.startswith(_TAG_MARKER) and not entry.raw.startswith(_TAG_MARKER) else entry.raw
    return b""
