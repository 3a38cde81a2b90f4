"""TIFF: every tag that does not speak of the pixels carried over as it is, pixels encoded anew.

TIFF 6.0. The encoder is given pixels only; the tags are laid round its strips here, which is what lets EXIF directories
and compression live in one file.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

from PIL import Image, TiffImagePlugin

from ..errors import UnreadablePhoto
from ..photo import Encoding
from .ifd import BYTE, LONG, UNDEFINED, Directory, Entry, as_block, header, laid_out, read_directory, read_root
from .parcel import Blocks, Parcel, Unpacked, check_pixels, damaged, truncated

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIP_OFFSETS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_BYTES, _PLANAR, _PREDICTOR = 273, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = 322, 323, 324, 325
_SUBFILE, _SAMPLE_FORMAT, _YCBCR_SUBSAMPLING, _XMP, _ICC, _DNG = 254, 339, 530, 700, 34675, 50706
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_IFD0_OF_PIXELS: Final = frozenset(
    {_SUBFILE, 255, *range(256, 260), 262, 263, 264, 265, 266, 273, 277, 278, 279, 280, 281, 284, 288, 289, 290, 291}
    | {292, 293, 301, 317, 318, 319, 320, 321, *range(322, 331), 332, 333, 334, 336, 338, 339, 340, 341, 342, 347}
    | {*range(512, 522), *range(529, 533)}
)
"""Tags that say how the pixels are stored."""

NOTE_TAG: Final = 65123
"""From the range TIFF leaves to anybody; holds the edit record where XMP cannot."""

_NAMES: Final = {
    1: "raw",
    2: "tiff_ccitt",
    3: "group3",
    4: "group4",
    5: "tiff_lzw",
    7: "jpeg",
    8: "tiff_adobe_deflate",
    32946: "tiff_adobe_deflate",
    32773: "packbits",
    34925: "lzma",
    50000: "zstd",
}
_ONLY_1_BIT: Final = ("tiff_ccitt", "group3", "group4")
_WITH_PREDICTOR: Final = ("tiff_lzw", "tiff_adobe_deflate", "lzma", "zstd")
_FALLBACK: Final = "tiff_adobe_deflate"
_REDUCED: Final = 1


@dataclass(frozen=True, slots=True)
class _Stored:
    """The pixels as stored: tags that describe them, and the strips or tiles in order."""

    tags: Directory
    strips: tuple[bytes, ...]


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A TIFF taken apart; a reduced-size preview beside the picture is dropped, for it would show the old eyes.

    Raises:
        UnreadablePhoto, PhotoTooLarge: damaged, cut off, several pages, camera raw, more than 8 bits, too many pixels.
    """
    root = read_root(data)
    size_wh = root.number(_WIDTH, 0), root.number(_HEIGHT, 0)
    _check_single(data, root)
    check_pixels(size_wh, max_pixels)
    _check_kind(root)
    stored = _stored(data, root, max_pixels)
    kept = root.only({*root.entries, *root.children} - _IFD0_OF_PIXELS - {_XMP, _ICC, NOTE_TAG})
    note: Blocks = ((str(NOTE_TAG), root.entries[NOTE_TAG].raw),) if NOTE_TAG in root.entries else ()
    encoding = Encoding(
        dpi=_dpi(root), compression=_NAMES[root.number(_COMPRESSION, 1)], predictor=root.number(_PREDICTOR, 1)
    )
    return Unpacked(
        size_wh,
        _file(stored, stored.tags),
        as_block(kept) if kept.entries or kept.children else None,
        root.entries[_ICC].raw if _ICC in root.entries else None,
        root.entries[_XMP].raw if _XMP in root.entries else None,
        encoding,
        note,
    )


def decode(bare: bytes) -> Image.Image:
    return TiffImagePlugin.TiffImageFile(BytesIO(bare))


def pack(parcel: Parcel) -> bytes:
    """A TIFF in strips, in the byte order of its tags, compressed as the source was.

    Two kinds become Deflate: JPEG, because the file does not tell its quality and pixels would change, and bilevel
    compressions when the picture has more than two levels.
    """
    encoded = _encoded(parcel)
    root = read_root(encoded)
    stored = _stored(encoded, root, parcel.picture.width * parcel.picture.height)
    tags = root.only({_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT} if parcel.dpi else ())
    if parcel.exif is not None:
        with suppress(UnreadablePhoto):  # another format's EXIF block that is broken cannot become tags
            found = read_root(parcel.exif)
            found = found.only({*found.entries, *found.children} - _IFD0_OF_PIXELS)
            tags = replace(found, entries={**tags.in_order(found.order).entries, **found.entries})
    pixel_tags = stored.tags.in_order(tags.order)
    extra = [(_XMP, BYTE, parcel.xmp), (_ICC, UNDEFINED, parcel.icc)]
    extra += [(int(name), UNDEFINED, payload) for name, payload in parcel.blocks]
    entries = {tag: Entry(tag, kind, raw) for tag, kind, raw in extra if raw is not None}
    return _file(
        _Stored(pixel_tags, stored.strips), replace(tags, entries={**tags.entries, **pixel_tags.entries, **entries})
    )


def _check_single(data: bytes, root: Directory) -> None:
    if _DNG in root.entries or root.number(_SUBFILE, 0) & _REDUCED:
        raise UnreadablePhoto("expected a finished photo, this is a camera raw file; develop it to JPEG or TIFF first.")
    seen, at = 1, root.next
    while at:
        page = read_directory(data, at, root.order, depth=1)
        seen += 1
        if not page.number(_SUBFILE, 0) & _REDUCED or seen > 8:
            raise UnreadablePhoto("expected a TIFF of one page, this has several; save the page you want by itself.")
        at = page.next


def _check_kind(root: Directory) -> None:
    bits = root.numbers(_BITS, (1,))
    if max(bits, default=0) > 8 or set(root.numbers(_SAMPLE_FORMAT, (1,))) - {1, 4}:
        raise UnreadablePhoto(f"expected 8 bits a colour, this TIFF has {max(bits)}; save it with 8 bits.")
    compression = root.number(_COMPRESSION, 1)
    if compression not in _NAMES:
        raise UnreadablePhoto(
            f"expected a TIFF compression in common use, this has number {compression}; save it as LZW."
        )
    if root.number(_PHOTOMETRIC, 1) == 6 and compression == 1 and root.numbers(_YCBCR_SUBSAMPLING, (2, 2)) != (1, 1):
        raise UnreadablePhoto("expected RGB, this TIFF stores subsampled YCbCr uncompressed; save it as RGB.")


def _stored(data: bytes, root: Directory, max_pixels: int) -> _Stored:
    """Every strip or tile that the size calls for.

    Raises:
        UnreadablePhoto: one is missing, too short or reaches past the end.
    """
    tiled = _TILE_OFFSETS in root.entries
    width, height = root.number(_WIDTH, 0), root.number(_HEIGHT, 0)
    piece_w = root.number(_TILE_WIDTH, 0) if tiled else width
    piece_h = root.number(_TILE_HEIGHT, 0) if tiled else min(root.number(_ROWS_PER_STRIP, height), height)
    if piece_w < 1 or piece_h < 1:
        raise damaged("strips or tiles of no size")
    if tiled:
        check_pixels((piece_w, piece_h), max(max_pixels, 1 << 20))
    bits, samples = max(root.numbers(_BITS, (1,))), root.number(_SAMPLES, 1)
    planes = samples if root.number(_PLANAR, 1) == 2 else 1
    expected = -(-width // piece_w) * -(-height // piece_h) * planes
    offsets = root.numbers(_TILE_OFFSETS if tiled else _STRIP_OFFSETS)
    counts = root.numbers(_TILE_BYTES if tiled else _STRIP_BYTES)
    row_bytes = (piece_w * bits * (samples // planes) + 7) // 8
    raw = root.number(_COMPRESSION, 1) == 1
    if not counts and raw and expected == 1:
        counts = (row_bytes * height,)
    if len(offsets) < expected or len(counts) < expected:
        raise truncated("its list of strips")
    strips = []
    for i, (offset, count) in enumerate(zip(offsets[:expected], counts[:expected], strict=True)):
        rows = piece_h if tiled else min(piece_h, height - i % (expected // planes) * piece_h)
        if offset + count > len(data) or count < (row_bytes * rows if raw else 1):
            raise truncated("the picture")
        strips.append(data[offset : offset + count])
    if sum(map(len, strips)) > 2 * len(data):
        raise damaged("strips that claim the same bytes over and over")
    return _Stored(root.only(_IFD0_OF_PIXELS - {_SUBFILE, 330}), tuple(strips))


def _file(stored: _Stored, tags: Directory) -> bytes:
    """Header, strips, then the directory of all tags with the strips' new places."""
    tiled = _TILE_OFFSETS in stored.tags.entries
    body, offsets = bytearray(), []
    for strip in stored.strips:
        offsets.append(8 + len(body))
        body += strip + b"\0" * (len(strip) % 2)
    where, sizes = (_TILE_OFFSETS, _TILE_BYTES) if tiled else (_STRIP_OFFSETS, _STRIP_BYTES)
    lists = {where: offsets, sizes: [len(strip) for strip in stored.strips]}
    longs = {tag: Entry(tag, LONG, struct.pack(f"{tags.order}{len(v)}I", *v)) for tag, v in lists.items()}
    end = 8 + len(body)
    return header(tags.order, end) + bytes(body) + laid_out(replace(tags, entries={**tags.entries, **longs}), end)


def _encoded(parcel: Parcel) -> bytes:
    compression = parcel.encoding.compression
    if compression == "jpeg" or (compression in _ONLY_1_BIT and parcel.picture.mode != "1"):
        compression = _FALLBACK
    options: dict[str, Any] = {"compression": compression}
    if compression in _WITH_PREDICTOR and parcel.encoding.predictor == 2 and parcel.picture.mode != "1":
        options["tiffinfo"] = {_PREDICTOR: 2}
    if parcel.dpi is not None:
        options["dpi"] = parcel.dpi
    out = BytesIO()
    parcel.picture.save(out, "TIFF", **options)
    return out.getvalue()


def _dpi(root: Directory) -> tuple[float, float] | None:
    across, down = root.entries.get(_X_RESOLUTION), root.entries.get(_Y_RESOLUTION)
    unit = {2: 1.0, 3: 2.54}.get(root.number(_RESOLUTION_UNIT, 2))
    if across is None or down is None or unit is None or across.kind != 5 or down.kind != 5:
        return None
    (x, x_of), (y, y_of) = (struct.unpack(root.order + "2I", entry.raw[:8]) for entry in (across, down))
    return (x / x_of * unit, y / y_of * unit) if x_of and y_of else None
