"""Where a photo was taken, taken out; nothing else of the metadata moves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ..photo import Photo
from . import photoshop
from .c2pa_manifest import has_manifest, without_manifest
from .exif import telling
from .exif_place import without_place
from .jpeg_segments import EXIF, EXTENDED_XMP, XMP
from .parcel import Blocks, u32
from .png import TEXT_CHUNKS, XMP_KEYWORD
from .xmp import BrokenXmp, without

_PLACE: Final = re.compile(
    r"(?i:\S+ (gps\S*|\S*latitude\S*|\S*long(i|ti)tude\S*|\S*altitude\S*))"
    r"|http://www\.w3\.org/2003/01/geo/wgs84_pos# (lat|long|alt|lat_long|location|Point)"
)
"""Properties of XMP, in whatever namespace: drones have their own, and one maker's firmware spells it "Longtitude"."""
_EXTENDED: Final = "http://ns.adobe.com/xmp/note/ HasExtendedXMP"
_EXTENSION_HEAD: Final = len(EXTENDED_XMP) + 32 + 4 + 4
"""Then come the name of the whole, its length, the place of this piece in it, and the piece."""
_PACKETS_AS_TEXT: Final = tuple(b"Raw profile type %s\0" % kind for kind in (b"exif", b"APP1", b"xmp"))
"""How ImageMagick keeps EXIF and XMP in a PNG's text chunks."""
_TEXT_OF_PLACE: Final = re.compile(rb"(?i)[^\0]*(gps|latitude|longitude)")
"""The beginning of a text chunk that is named for the place."""
_MORE_THAN_PLACE: Final = "Extended XMP, such as a depth map, was taken out with the place: it held that, too."
_UNSEARCHED: Final = "{} in which the place cannot be searched for was taken out whole."
_CREDENTIALS: Final = "The source's Content Credentials were taken out with the place: they may tell it, too."


def without_gps(photo: Photo) -> Photo:
    """The photo without GPS in EXIF and XMP; a block of either that cannot be read is taken out, for it may hold some.

    Of such EXIF the orientation stays, for the pixels are stored by it; a further EXIF block never takes its place.
    So are Content Credentials, for cameras put it there, and a JPEG's extended XMP when it tells of the place. The
    report says what was taken out whole. A film or another picture behind a JPEG stays as it is, see `notes`.
    """
    if photo.file is None:
        return photo
    facts = without_manifest(photo.file)
    extended = any(_tells(packet) for packet in _extended_packets(facts.blocks))
    found = None if facts.exif is None else without_place(facts.exif)
    xmp = None if facts.xmp is None else _xmp_without(facts.xmp, extended=extended)
    placed = [(block, _block_without(block, extended=extended)) for block in facts.blocks]
    whole = {_kind(block) for block, kept in placed if kept is None} - {""}
    whole |= {kind for kind, had, has in (("EXIF", facts.exif, found), ("XMP", facts.xmp, xmp)) if had and not has}
    notes = [_CREDENTIALS] if has_manifest(photo.file) else []
    notes += [_UNSEARCHED.format(" and ".join(sorted(whole)))] if whole else []
    notes += [_MORE_THAN_PLACE] if extended else []
    blocks = tuple(kept for _, kept in placed if kept is not None)
    exif = telling(facts.orientation, found)
    if exif is None:
        blocks = tuple(block for block in blocks if not _is_exif(block))
    return replace(
        photo,
        file=replace(
            facts,
            exif=photoshop.tags_without(exif, photoshop.EXIF_AND_XMP) if facts.format == "TIFF" else exif,
            xmp=xmp,
            blocks=photoshop.segments_without(blocks, photoshop.EXIF_AND_XMP),
            notes=(*facts.notes, *notes),
            placeless=True,
        ),
    )


def _block_without(block: tuple[str, bytes], *, extended: bool) -> tuple[str, bytes] | None:
    """A block as it is, further EXIF or XMP without the place, or None for what goes altogether."""
    name, payload = block
    if _is_exif(block):
        exif = without_place(payload[len(EXIF) :])
        return None if exif is None else (name, EXIF + exif)
    if name == "APP1" and payload.startswith(XMP):
        packet = _xmp_without(payload[len(XMP) :], extended=extended)
        return None if packet is None else (name, XMP + packet)
    gone = (
        (name == "APP1" and payload.startswith(EXTENDED_XMP) and extended)
        or (name == "iTXt" and payload.startswith(XMP_KEYWORD + b"\0"))
        or (name in TEXT_CHUNKS and (payload.startswith(_PACKETS_AS_TEXT) or _TEXT_OF_PLACE.match(payload)))
    )
    return None if gone else block


def _kind(block: tuple[str, bytes]) -> str:
    """Which of "EXIF" and "XMP" a block holds, in whatever form; "" for neither."""
    payload = block[1]
    if _is_exif(block) or payload.startswith(_PACKETS_AS_TEXT[:2]):
        return "EXIF"
    return "XMP" if payload.startswith((XMP, XMP_KEYWORD + b"\0", _PACKETS_AS_TEXT[2])) else ""


def _is_exif(block: tuple[str, bytes]) -> bool:
    name, payload = block
    return name == "APP1" and payload.startswith(EXIF)


def _extended_packets(blocks: Blocks) -> list[bytes]:
    """The packets that a JPEG keeps in pieces beside the first one, put together (XMP part 3, 1.1.3.1)."""
    pieces: dict[bytes, list[tuple[int, bytes]]] = {}
    for name, payload in blocks:
        if name == "APP1" and payload.startswith(EXTENDED_XMP) and len(payload) >= _EXTENSION_HEAD:
            whole, place = payload[len(EXTENDED_XMP) : _EXTENSION_HEAD - 8], u32(payload, _EXTENSION_HEAD - 4)
            pieces.setdefault(whole, []).append((place, payload[_EXTENSION_HEAD:]))
    return [b"".join(piece for _, piece in sorted(found)) for found in pieces.values()]


def _tells(packet: bytes) -> bool:
    return _xmp_without(packet, extended=False) != packet


def _xmp_without(packet: bytes, *, extended: bool) -> bytes | None:
    """The packet without the place, and without a word of an extended one that goes; None if it cannot be read."""
    try:
        return without(packet, lambda name: _PLACE.fullmatch(name) is not None or (extended and name == _EXTENDED))
    except BrokenXmp:
        return None
