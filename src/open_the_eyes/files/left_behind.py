"""What of a source file has no place in another format, in words for the report.

Told apart, and not here: a JPEG's trailer, layers, Content Credentials, colours.
"""

from __future__ import annotations

from typing import Final

from ..photo import FileFacts, FileFormat
from .credentials.manifest import MANIFEST_TAG, is_manifest
from .isobmff import LIGHT_LEVELS
from .jpeg.segments import EXTENDED_XMP, ICC, JFIF, MPF
from .metadata.edit_xmp import is_ours
from .metadata.exif import IPTC_TAG, private_tags, readable_exif, tag_numbers
from .metadata.photoshop import (
    IPTC_DIGEST_RESOURCE,
    IPTC_RESOURCE,
    LAYERS_TAG,
    RESOURCES_TAG,
    has_image_resources,
    joined_resources,
    resources_of_tags,
    without_resources,
)
from .metadata.resolution import is_resolution_lost
from .png import KNOWN_CHUNKS, TEXT_CHUNKS

_CAPTIONS: Final = "captions and settings of Photoshop"
_SETTINGS: Final = "settings of Photoshop"
_CARRIED: Final = frozenset({IPTC_RESOURCE, IPTC_DIGEST_RESOURCE})
_OF_A_MAKER: Final = "data of its maker's own"
_RESOLUTION: Final = "the resolution"
_OF_A_JPEG: Final = (JFIF, ICC, MPF, b"JFXX\0", b"FPXR\0", b"Ducky", b"Adobe")
"""Beginnings of segments that say how a JPEG is made, or which pictures it holds, or hold a small one."""


def left_behind(facts: FileFacts, file_format: FileFormat) -> str | None:
    """A sentence on what another format does not get; None where there is nothing."""
    found = {_kind(block) for block in facts.blocks} | (_kinds_of_tags(facts.exif) if facts.format == "TIFF" else set())
    found |= {_of_photoshop(facts, file_format)}
    exif = readable_exif(facts.exif, file_format)
    if facts.exif is not None and exif is None:
        found.add("EXIF that cannot be read")
    found |= {_RESOLUTION} if is_resolution_lost(exif, facts.encoding.dpi, file_format) else set()
    found.discard("")
    return f"Not taken over into this format: {', '.join(sorted(found))}." if found else None


def _kind(block: tuple[str, bytes]) -> str:
    """What a block is called; "" for one that is ours, told apart or of no use elsewhere."""
    name, payload = block
    if name in ("cLLI", "mDCV"):
        return LIGHT_LEVELS
    if name in ("IDAT", *KNOWN_CHUNKS) or is_ours(block) or is_manifest(block):
        return ""
    if name in (*TEXT_CHUNKS, "COM"):
        return "a comment" if name == "COM" else "texts"
    if has_image_resources(block):
        return ""
    if payload.startswith(EXTENDED_XMP):
        return "extended XMP"
    return "" if payload.startswith(_OF_A_JPEG) else _OF_A_MAKER


def _kinds_of_tags(tags: bytes | None) -> set[str]:
    own = private_tags(tags) - {MANIFEST_TAG, LAYERS_TAG, RESOURCES_TAG}
    return {_OF_A_MAKER} if own else set()


def _of_photoshop(facts: FileFacts, file_format: FileFormat) -> str:
    """What of Photoshop's resources stays behind: between JPEG and TIFF captions go along (`iptc`), and those of a
    TIFF's tag in EXIF."""
    resources = resources_of_tags(facts.exif) if facts.format == "TIFF" else joined_resources(facts.blocks)
    go_along = facts.format == "TIFF" and IPTC_TAG in tag_numbers(facts.exif)
    if go_along or {facts.format, file_format} == {"JPEG", "TIFF"}:
        return _SETTINGS if without_resources(resources, _CARRIED) else ""
    return _CAPTIONS if resources else ""
