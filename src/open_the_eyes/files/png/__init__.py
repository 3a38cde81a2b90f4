"""PNG: chunks carried over as they are, pixels encoded anew.

W3C, "Portable Network Graphics (PNG) Specification (Third Edition)"; XMP as iTXt "XML:com.adobe.xmp".
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Final

from PIL import Image, PngImagePlugin

from ...errors import PhotoTooLarge, UnreadablePhoto
from ...imaging.depth import Deep
from ...photo import Encoding
from ..metadata.exif import without_exif_prefix
from ..parcel import MAX_METADATA, Blocks, Parcel, Unpacked, check_pixels, damaged, truncated, u32
from . import deep as png_deep
from .colours import cicp_chunk, nclx_of

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD: Final = b"XML:com.adobe.xmp"
TEXT_CHUNKS: Final = ("tEXt", "zTXt", "iTXt")
_MAX_CHUNKS: Final = 200_000
_BIT_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PIXEL_CHUNKS: Final = ("IHDR", "PLTE", "tRNS", "IDAT")
_APNG_CHUNKS: Final = ("acTL", "fcTL", "fdAT")
_IDOT: Final = "iDOT"
"""Apple's chunk with offsets of rows in the file: of no use once these are coded anew."""
_MODE_CHUNKS: Final = ("bKGD", "sBIT")
KNOWN_CHUNKS: Final = ("cHRM", "cICP", "gAMA", "sRGB", "mDCV", "cLLI", "tIME", "pHYs", "sPLT", "iCCP", *_MODE_CHUNKS)
_INDEXED_COLOUR: Final = 3
_MAX_NAMED: Final = 8
_ADAM7_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Passes of Adam7 interlacing: first column, first row, column step, row step."""
_IDAT_BYTES: Final = 1 << 16
"""Bytes of an IDAT chunk; encoders cut by the size of their buffers, which other threads may change."""


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A PNG taken apart.

    Raises:
        UnreadablePhoto, PhotoTooLarge: damaged, cut off, animated, too many pixels or too much metadata.
    """
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != "IHDR" or len(chunks[0][1]) != 13:
        raise damaged("it does not begin with its header")
    ihdr = chunks[0][1]
    size_wh = u32(ihdr, 0), u32(ihdr, 4)
    check_pixels(size_wh, max_pixels)
    _check_colour_type(ihdr[8], ihdr[9])
    _check_still(chunks)
    _check_all_rows(size_wh, ihdr, [payload for name, payload in chunks if name == "IDAT"])
    bare = _png_file(_for_decoder(*chunk, ihdr) for chunk in chunks if chunk[0] in _PIXEL_CHUNKS)
    icc_name, icc = _profile(chunks)
    xmp_chunk, xmp = _xmp(chunks)
    exif = next((payload for name, payload in chunks if name == "eXIf"), None)
    taken_chunks = ("eXIf", "iCCP") if icc is not None else ("eXIf",)
    encoding = Encoding(dpi=_dpi(chunks), icc_name=icc_name, nclx=nclx_of(chunks), recast=_layout_changes(chunks))
    blocks = _carried_chunks(chunks, taken_chunks, xmp_chunk)
    deep, has_manifest = ihdr[8] == 16, any(name == "caBX" for name, _ in chunks)
    return Unpacked(
        size_wh,
        bare,
        without_exif_prefix(exif),
        icc,
        xmp,
        encoding,
        blocks,
        deep,
        _notes(chunks),
        manifest_lost=has_manifest,
    )


def decode(bare: bytes) -> Image.Image:
    return PngImagePlugin.PngImageFile(BytesIO(bare))


def decode_deep(bare: bytes) -> Deep:
    """16 bits a colour; see `png_deep`."""
    chunks = list(_chunks(bare))
    trns = next((payload for name, payload in chunks if name == "tRNS"), None)
    samples = png_deep.decode(_png_file(chunk for chunk in chunks if chunk[0] != "tRNS"))
    return samples if trns is None else png_deep.with_trns_alpha(samples, trns)


def pack(parcel: Parcel) -> bytes:
    """A PNG, not interlaced, with every chunk on its side of the pixels; those that speak of palette or bit depth only
    where these stayed the same."""
    encoded = _with_even_idat([chunk for chunk in _chunks(_encoded_png(parcel)) if chunk[0] in _PIXEL_CHUNKS])
    chunks = encoded[:1]
    if all(name != "cICP" for name, _ in parcel.blocks):
        chunks += cicp_chunk(parcel)
    if parcel.icc is not None:
        chunks.append(("iCCP", parcel.encoding.icc_name + b"\0\0" + zlib.compress(parcel.icc)))
    if parcel.exif is not None:
        chunks.append(("eXIf", parcel.exif))
    if parcel.xmp is not None:
        chunks.append(("iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + parcel.xmp))
    if parcel.dpi is not None:
        chunks.append(("pHYs", b"".join(round(dots / 0.0254).to_bytes(4, "big") for dots in parcel.dpi) + b"\1"))
    blocks = parcel.blocks if ("IDAT", b"") in parcel.blocks else (*parcel.blocks, ("IDAT", b""))
    for name, payload in blocks:
        if name == "IDAT":
            chunks += encoded[1:]
        elif parcel.same_mode or name not in _MODE_CHUNKS:
            chunks.append((name, payload))
    return _png_file(chunks)


def _encoded_png(parcel: Parcel) -> bytes:
    if parcel.deep is not None:
        return png_deep.encode(parcel.deep)
    out = BytesIO()
    parcel.picture.save(out, "PNG")
    return out.getvalue()


def _with_even_idat(chunks: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The chunks with IDAT, which comes last, cut into chunks of one size."""
    pixels = b"".join(payload for name, payload in chunks if name == "IDAT")
    idat = [("IDAT", pixels[at : at + _IDAT_BYTES]) for at in range(0, len(pixels), _IDAT_BYTES)]
    return [chunk for chunk in chunks if chunk[0] != "IDAT"] + idat


def _png_file(chunks: Iterable[tuple[str, bytes]]) -> bytes:
    return SIGNATURE + b"".join(_chunk(name, payload) for name, payload in chunks) + _chunk("IEND", b"")


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Type and data of every chunk before IEND, CRCs verified."""
    at = len(SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(data):
            raise truncated("the picture")
        length, name = u32(data, at), data[at + 4 : at + 8]
        end = at + 12 + length
        if not name.isalpha():
            raise damaged("a chunk without a name")
        if end > len(data):
            raise truncated(f"its {name.decode()} chunk")
        if zlib.crc32(memoryview(data)[at + 4 : end - 4]) != u32(data, end - 4):
            raise damaged(f"the checksum of its {name.decode()} chunk is wrong")
        if name == b"IEND":
            return
        yield name.decode(), data[at + 8 : end - 4]
        at = end
    raise damaged(f"it has more than {_MAX_CHUNKS:,} chunks")


def _chunk(name: str, payload: bytes) -> bytes:
    body = name.encode() + payload
    return len(payload).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _for_decoder(name: str, payload: bytes, ihdr: bytes) -> tuple[str, bytes]:
    """A chunk as the decoder needs it: it scales greyscale of 2 and 4 bits to 0..255, but not the tRNS level.

    That level's low bits count (section 11.3.1.1).
    """
    bit_depth, colour_type = ihdr[8], ihdr[9]
    if name != "tRNS" or colour_type != 0 or bit_depth not in (2, 4) or len(payload) != 2:
        return name, payload
    top = (1 << bit_depth) - 1
    return name, bytes([0, (payload[1] & top) * (255 // top)])


def _check_colour_type(bit_depth: int, colour_type: int) -> None:
    if bit_depth not in _BIT_DEPTHS.get(colour_type, ()):
        raise damaged(f"colour type {colour_type} with {bit_depth} bits")


def _check_still(chunks: list[tuple[str, bytes]]) -> None:
    frames = next((u32(payload, 0) for name, payload in chunks if name == "acTL" and len(payload) == 8), 1)
    if frames != 1:
        raise UnreadablePhoto(
            f"expected a still picture, this PNG is an animation of {frames} frames; export one of them."
        )


def _check_all_rows(size_wh: tuple[int, int], ihdr: bytes, parts: list[bytes]) -> None:
    """Checks that the compressed rows are all there; a decoder would leave missing ones black."""
    bits = ihdr[8] * _CHANNELS[ihdr[9]]
    passes = _ADAM7_PASSES if ihdr[12] else ((0, 0, 1, 1),)
    expected = 0
    for left, top, step_x, step_y in passes:
        columns, rows = -(-(size_wh[0] - left) // step_x), -(-(size_wh[1] - top) // step_y)
        if columns > 0 and rows > 0:
            expected += rows * (1 + (columns * bits + 7) // 8)
    inflater = zlib.decompressobj()
    found = 0
    try:
        for part in parts:
            while part and found < expected:
                found += len(inflater.decompress(part, 1 << 20))
                part = inflater.unconsumed_tail
    except zlib.error as error:
        raise damaged(f"its pixels cannot be unpacked ({error})") from error
    if found < expected:
        raise truncated("the picture")


def _profile(chunks: list[tuple[str, bytes]]) -> tuple[bytes, bytes | None]:
    """The profile's name and bytes; None for one that cannot be unpacked, which is then carried as it is."""
    for name, payload in chunks:
        if name == "iCCP":
            title, _, rest = payload.partition(b"\0")
            return title, _inflated(rest[1:])
    return Encoding().icc_name, None


def _xmp(chunks: list[tuple[str, bytes]]) -> tuple[bytes | None, bytes | None]:
    """The chunk that holds the XMP packet, and the packet; a second one does not count, a broken first is none."""
    for name, payload in chunks:
        if name == "iTXt" and payload.startswith(XMP_KEYWORD + b"\0") and len(payload) > len(XMP_KEYWORD) + 3:
            compressed, rest = payload[len(XMP_KEYWORD) + 1], payload[len(XMP_KEYWORD) + 3 :]
            text = rest.split(b"\0", 2)[-1]
            packet = _inflated(text) if compressed else text
            return (None, None) if packet is None else (payload, packet)
    return None, None


def _layout_changes(chunks: list[tuple[str, bytes]]) -> tuple[str, ...]:
    """What of the storage layout a rewrite does not have, in words."""
    ihdr = chunks[0][1]
    trns = ihdr[9] != _INDEXED_COLOUR and any(name == "tRNS" for name, _ in chunks)
    changes = {"rows in order in place of interlaced ones": ihdr[12], "alpha in place of a see-through colour": trns}
    return tuple(words for words, changed in changes.items() if changed)


def _notes(chunks: list[tuple[str, bytes]]) -> tuple[str, ...]:
    mended = {*_PIXEL_CHUNKS, *_APNG_CHUNKS, *KNOWN_CHUNKS, "caBX", "eXIf", _IDOT}
    dropped = sorted({name for name, _ in chunks if not name[3].islower()} - mended)
    if not dropped:
        return ()
    named = ", ".join(dropped[:_MAX_NAMED]) + (" and more" if len(dropped) > _MAX_NAMED else "")
    return (f"Left out, as their names ask for once a picture changes: the PNG's chunks {named}.",)


def _inflated(data: bytes) -> bytes | None:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, MAX_METADATA)
    except zlib.error:
        return None
    if inflater.unconsumed_tail:
        raise PhotoTooLarge(f"expected metadata of at most {MAX_METADATA:,} bytes, it swells to more; remove it first.")
    return plain


def _dpi(chunks: list[tuple[str, bytes]]) -> tuple[float, float] | None:
    for name, payload in chunks:
        if name == "pHYs" and len(payload) == 9 and payload[8] == 1:
            return u32(payload, 0) * 0.0254, u32(payload, 4) * 0.0254
    return None


def _carried_chunks(chunks: list[tuple[str, bytes]], taken_chunks: tuple[str, ...], xmp_chunk: bytes | None) -> Blocks:
    """Every other chunk, with one "IDAT" to mark the pixels' place.

    Chunks that nobody here knows go along when their name says that they may be copied into an edited file. sBIT, which
    counts channels, goes where a see-through colour becomes one more.
    """
    kept: list[tuple[str, bytes]] = []
    marked = False
    whole_bytes = chunks[0][1][8] >= 8 and chunks[0][1][9] != 3
    stays = {"bKGD": whole_bytes, "sBIT": whole_bytes and all(name != "tRNS" for name, _ in chunks)}
    for name, payload in chunks[1:]:
        if name == "IDAT":
            kept += [] if marked else [("IDAT", b"")]
            marked = True
        elif name in taken_chunks or name in _PIXEL_CHUNKS or name in _APNG_CHUNKS or payload is xmp_chunk:
            continue
        elif name[3].islower() or (name in KNOWN_CHUNKS and stays.get(name, True)):
            kept.append((name, payload))
    return tuple(kept)
