"""Which format bytes are in: by what they say, never by what the file is called."""

from __future__ import annotations

import codecs
from typing import Final

from ..errors import UnreadablePhoto
from ..photo import FileFormat
from .isobmff import brand_of
from .kinds import BMP, FILM, GIF, JPEG_2000, JPEG_XL, PDF, PHOTOSHOP, RAW, what_to_do

HEAD_BYTES: Final = 4096
"""Bytes at a file's beginning that tell its format."""
READABLE: Final = "a JPEG, PNG, WebP, TIFF, HEIC or AVIF photo"

_OTHERS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"GIF8", GIF),
    (0, b"BM", BMP),
    (0, b"8BPS", PHOTOSHOP),
    (0, b"%PDF", PDF),
    (0, b"\x00\x00\x00\x0cJXL ", JPEG_XL),
    (0, b"\xff\x0a", JPEG_XL),
    (0, b"\x00\x00\x00\x0cjP  ", JPEG_2000),
    (0, b"\xff\x4f\xff\x51", JPEG_2000),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"FUJIFILM", RAW),
    (0, b"IIRO", RAW),
    (0, b"IIU\x00", RAW),
    (8, b"CR\x02\x00", RAW),
    (0, b"II\x2b\x00", "a BigTIFF"),
    (0, b"MM\x00\x2b", "a BigTIFF"),
)
_BRANDS: Final = {
    b"crx ": RAW,
    b"qt  ": FILM,
    b"isom": FILM,
}


def sniff(data: bytes) -> FileFormat:
    """The format of a file.

    Raises:
        UnreadablePhoto: none of ours; the message names what came instead.
    """
    other = _other(data)
    if other is not None:
        raise UnreadablePhoto(f"expected {READABLE}, this is {other}; {what_to_do(other)}.")
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"II\x2a\x00", b"MM\x00\x2a")):
        return "TIFF"
    boxed = brand_of(data)
    if boxed is not None:
        return boxed
    came = "text" if _is_text(data[:512]) else "something else"
    raise UnreadablePhoto(f"expected {READABLE}, this is {came}; check that it is the right file.")


def _other(data: bytes) -> str | None:
    if not data:
        raise UnreadablePhoto(f"expected {READABLE}, the file is empty; copy or download it again.")
    for at, magic, name in _OTHERS:
        if data.startswith(magic, at):
            return name
    if data[4:8] == b"ftyp":
        return None if brand_of(data) else _BRANDS.get(data[8:12], FILM)
    if data[:512].lstrip()[:5].lower() in (b"<svg ", b"<?xml"):
        return "an SVG drawing or XML text"
    return None


def _is_text(start: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text) and bool(text)
