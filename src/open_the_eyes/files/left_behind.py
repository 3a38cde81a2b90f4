"""What of a source file has no place in another format, in words for the report.

Told apart, and not here: what stands behind a JPEG's picture, layers, Content Credentials, colours.
"""

from __future__ import annotations

from typing import Final

from ..photo import FileFacts, FileFormat
from .c2pa_manifest import MANIFEST_TAG, is_manifest
from .edit_xmp import is_ours
from .exif import fitting, of_tiff_alone
from .isobmff import LIGHT_LEVELS
from .jpeg.segments import EXTENDED_XMP, ICC, JFIF
from .photoshop import LAYERS_TAG, RESOURCES_TAG, is_photoshops
from .png import KNOWN, TEXT_CHUNKS
from .resolution import is_lost

_CAPTIONS: Final = "captions and settings of Photoshop"
_OF_A_MAKER: Final = "data of its maker's own"
_RESOLUTION: Final = "the resolution"
_OF_A_JPEG: Final = (JFIF, ICC, b"JFXX\0", b"FPXR\0", b"Ducky", b"Adobe")
"""Beginnings of segments that tell how a JPEG is made, or hold a small picture."""
_TOLD_APART: Final = ("IDAT", "MPF", "after")


def left_behind(facts: FileFacts, file_format: FileFormat) -> str | None:
    """A sentence on what another format does not get; None where there is nothing."""
    found = {_kind(block) for block in facts.blocks} | (_kinds_of_tags(facts.exif) if facts.format == "TIFF" else set())
    exif = fitting(facts.exif, file_format)
    if facts.exif is not None and exif is None:
        found.add("EXIF that cannot be read")
    found |= {_RESOLUTION} if is_lost(exif, facts.encoding.dpi, file_format) else set()
    found.discard("")
    return f"Not taken over into this format: {', '.join(sorted(found))}." if found else None


def _kind(block: tuple[str, bytes]) -> str:
    """What a block is called; "" for one that is ours, told apart or of no use elsewhere."""
    name, payload = block
    if name in ("cLLI", "mDCV"):
        return LIGHT_LEVELS
    if name in (*_TOLD_APART, *KNOWN) or is_ours(block) or is_manifest(block):
        return ""
    if name in (*TEXT_CHUNKS, "COM"):
        return "a comment" if name == "COM" else "texts"
    if is_photoshops(block):
        return _CAPTIONS
    if payload.startswith(EXTENDED_XMP):
        return "extended XMP"
    return "" if payload.startswith(_OF_A_JPEG) else _OF_A_MAKER


def _kinds_of_tags(tags: bytes | None) -> set[str]:
    own = of_tiff_alone(tags) - {MANIFEST_TAG, LAYERS_TAG}
    return {_CAPTIONS if tag == RESOURCES_TAG else _OF_A_MAKER for tag in own}
