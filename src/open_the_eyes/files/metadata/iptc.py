"""The IPTC's captions and keywords, which a TIFF keeps in a tag and a JPEG among Photoshop's resources: the same bytes.

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
from .ifd import LONG, read_root

_START: Final = b"\x1c"
"""First byte of every piece of the model."""


def carried(facts: FileFacts, file_format: FileFormat) -> Blocks:
    """A file's captions as blocks of another format; none where that has no place of their own for them.

    A TIFF's tag, which the EXIF of a file made of one may have, too, leaves EXIF on the way into a JPEG
    (`exif.from_tiff`, `exif.without_captions`): there, nobody looks for it.
    """
    if file_format == "JPEG" and facts.format != "JPEG":
        captions = _of_tags(facts.exif or b"")
        return photoshop.segments_of(photoshop.resource(photoshop.CAPTIONS, captions)) if captions else ()
    if (facts.format, file_format) == ("JPEG", "TIFF"):
        captions = photoshop.content_of(photoshop.joined(facts.blocks), photoshop.CAPTIONS)
        return ((str(IPTC_TAG), captions),) if captions else ()
    return ()


def _of_tags(tags: bytes) -> bytes:
    """From the tag, or from Photoshop's resources, which a TIFF may have as well; b"" where there are none."""
    with suppress(UnreadablePhoto):
        entry = read_root(tags, depth=1).entries.get(IPTC_TAG)
        if entry is None:
            return photoshop.content_of(photoshop.tagged(tags), photoshop.CAPTIONS)
        # some writers call them whole numbers and turn these round, others call them so and do not
        turned = entry.in_order("<", ">").raw if entry.kind == LONG else entry.raw
        return turned if turned.startswith(_START) and not entry.raw.startswith(_START) else entry.raw
    return b""
