"""WebP: chunks carried over as they are, pixels encoded anew; what was lossless stays lossless.

RFC 9649, "WebP Image Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from PIL import Image, WebPImagePlugin

from ..errors import PhotoNotWritten, UnreadablePhoto
from ..photo import Encoding
from .metadata.exif import without_exif_prefix
from .parcel import Parcel, Unpacked, check_pixels, damaged, truncated, u16, u32

QUALITY: Final = 95
"""Quality of lossy files: a lossy WebP does not say its quality, and a second generation should not be seen."""

_MAX_SIDE: Final = 16_383
_MAX_CHUNKS: Final = 10_000
_IMAGE_CHUNKS: Final = ("VP8 ", "VP8L", "ALPH")
_ICC_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _XMP_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x08, 0x04, 0x02


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A WebP taken apart.

    Raises:
        UnreadablePhoto, PhotoTooLarge: damaged, cut off, animated, too many pixels.
    """
    chunks = list(_chunks(data))
    by_name = dict(reversed(chunks))
    vp8x = by_name.get("VP8X", b"")
    if "ANIM" in by_name or "ANMF" in by_name or (vp8x and vp8x[0] & _ANIMATION_FLAG):
        raise UnreadablePhoto("expected a still picture, this WebP is an animation; export one of its frames.")
    pixels = [(name, payload) for name, payload in chunks if name in _IMAGE_CHUNKS]
    bitstreams = [(name, payload) for name, payload in pixels if name != "ALPH"]
    if len(bitstreams) != 1 or len(pixels) > 2:
        raise damaged(f"it has {len(bitstreams)} pictures, not one")
    name, bitstream = bitstreams[0]
    size_wh = _size_wh(name, bitstream)
    check_pixels(size_wh, max_pixels)
    if vp8x and _canvas_wh(vp8x) != size_wh:
        raise damaged(f"it says it is {_canvas_wh(vp8x)}, its picture is {size_wh}")
    return Unpacked(
        size_wh,
        _riff_file(pixels, size_wh, {}),
        without_exif_prefix(by_name.get("EXIF")),
        by_name.get("ICCP") or None,
        by_name.get("XMP ") or None,
        Encoding(lossless=name == "VP8L"),
        tuple(chunk for chunk in chunks if chunk[0] not in (*_IMAGE_CHUNKS, "VP8X", "ICCP", "EXIF", "XMP ")),
    )


def decode(bare: bytes) -> Image.Image:
    return WebPImagePlugin.WebPImageFile(BytesIO(bare))


def pack(parcel: Parcel) -> bytes:
    """A WebP: lossless where the source was (a PNG or TIFF is), else of high quality.

    Raises:
        PhotoNotWritten: a side is too long.
    """
    if max(parcel.picture.size) > _MAX_SIDE:
        raise PhotoNotWritten(f"expected sides of at most {_MAX_SIDE:,} pixels for a WebP; choose .png or .tif.")
    lossless = parcel.encoding.lossless
    out = BytesIO()
    parcel.picture.save(
        out, "WEBP", lossless=lossless, quality=80 if lossless else parcel.quality or QUALITY, exact=lossless
    )
    pixels = [chunk for chunk in _chunks(out.getvalue()) if chunk[0] in _IMAGE_CHUNKS]
    return _riff_file(
        pixels, parcel.picture.size, {"ICCP": parcel.icc, "EXIF": parcel.exif, "XMP ": parcel.xmp}, parcel.blocks
    )


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    end = 8 + u32(data, 4, "<") if len(data) >= 12 else len(data) + 1
    if end > len(data):
        raise truncated("the picture")
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end:
            return
        length = u32(data, at + 4, "<")
        if at + 8 + length > end:
            raise truncated("a chunk")
        yield data[at : at + 4].decode("latin-1"), data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise damaged(f"it has more than {_MAX_CHUNKS:,} chunks")


def _size_wh(name: str, bitstream: bytes) -> tuple[int, int]:
    if name == "VP8 " and len(bitstream) >= 10 and bitstream[3:6] == b"\x9d\x01\x2a":
        return u16(bitstream, 6, "<") & 0x3FFF, u16(bitstream, 8, "<") & 0x3FFF
    if name == "VP8L" and len(bitstream) >= 5 and bitstream[0] == 0x2F:
        bits = u32(bitstream, 1, "<")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise damaged("its picture has no header")


def _canvas_wh(vp8x: bytes) -> tuple[int, int]:
    if len(vp8x) < 10:
        raise truncated("its header")
    return int.from_bytes(vp8x[4:7], "little") + 1, int.from_bytes(vp8x[7:10], "little") + 1


def _has_alpha(pixels: list[tuple[str, bytes]]) -> bool:
    return any(
        name == "ALPH" or (name == "VP8L" and len(bitstream) >= 5 and bitstream[4] & 0x10) for name, bitstream in pixels
    )


def _riff_file(
    pixels: list[tuple[str, bytes]],
    size_wh: tuple[int, int],
    metadata: dict[str, bytes | None],
    others: tuple[tuple[str, bytes], ...] = (),
) -> bytes:
    """The simple file format where it is enough, else the extended one: VP8X, ICCP, image data, EXIF, XMP, the rest."""
    present = {name: payload for name, payload in metadata.items() if payload is not None}
    chunks = list(pixels)
    if present or others or len(pixels) > 1:
        flags = _ALPHA_FLAG if _has_alpha(pixels) else 0
        for name, flag in (("ICCP", _ICC_FLAG), ("EXIF", _EXIF_FLAG), ("XMP ", _XMP_FLAG)):
            flags |= flag if name in present else 0
        sides = b"".join((side - 1).to_bytes(3, "little") for side in size_wh)
        chunks = [("VP8X", bytes([flags, 0, 0, 0]) + sides)]
        chunks += [("ICCP", present["ICCP"])] if "ICCP" in present else []
        chunks += pixels
        chunks += [(name, present[name]) for name in ("EXIF", "XMP ") if name in present]
        chunks += others
    body = b"WEBP" + b"".join(
        name.encode("latin-1") + len(payload).to_bytes(4, "little") + payload + b"\0" * (len(payload) % 2)
        for name, payload in chunks
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body
