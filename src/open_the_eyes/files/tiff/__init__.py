"""TIFF: every tag that does not speak of the pixels carried over as it is, pixels encoded anew.

TIFF 6.0. The encoder is given pixels only; the tags are laid round its strips here, which is what lets EXIF directories
and compression live in one file.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

from PIL import Image, TiffImagePlugin

from ...errors import UnreadablePhoto
from ...imaging.depth import Deep
from ...photo import Encoding
from ..kinds import RAW, what_to_do
from ..metadata.exif import IPTC_TAG
from ..metadata.ifd import BYTE, UNDEFINED, Directory, Entry, as_block, read_directory, read_root
from ..metadata.maker_note import note_of
from ..parcel import Blocks, Parcel, Unpacked, check_pixels
from . import deep as tiff_deep
from . import strips

NOTE_TAG: Final = 65123
"""Tag of the edit record where XMP cannot hold it, from the range that TIFF leaves to anybody."""

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
_SPOKEN: Final = {"jpeg": "JPEG", **dict.fromkeys(_ONLY_1_BIT, "fax coding")}
"""Names, as people say them, of compressions that may have to give way."""
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A TIFF taken apart; a reduced-size preview beside the picture is dropped, for it would show the old eyes.

    Raises:
        UnreadablePhoto, PhotoTooLarge: damaged, cut off, several pages, camera raw, too many pixels, neither 8 nor
            16 bits.
    """
    root = read_root(data)
    size_wh = root.number(strips.WIDTH, 0), root.number(strips.HEIGHT, 0)
    _check_single(data, root)
    check_pixels(size_wh, max_pixels)
    _check_kind(root)
    stored = strips.cut_out(data, root, max_pixels)
    kept = root.only({*root.entries, *root.children} - strips.OF_PIXELS - {strips.XMP, strips.ICC, NOTE_TAG})
    note: Blocks = ((str(NOTE_TAG), root.entries[NOTE_TAG].raw),) if NOTE_TAG in root.entries else ()
    maker_note = note_of(root)
    encoding = Encoding(
        dpi=_dpi(root),
        compression=_NAMES[root.number(strips.COMPRESSION, 1)],
        predictor=root.number(strips.PREDICTOR, 1),
        recast=_recast(root),
        note_at=0 if maker_note is None else maker_note.at,
    )
    return Unpacked(
        size_wh,
        strips.laid_round(stored, stored.tags),
        as_block(kept) if kept.entries or kept.children else None,
        root.entries[strips.ICC].raw if strips.ICC in root.entries else None,
        root.entries[strips.XMP].raw if strips.XMP in root.entries else None,
        encoding,
        note,
        tiff_deep.is_deep(root),
        _notes(root),
    )


def decode(bare: bytes) -> Image.Image:
    return TiffImagePlugin.TiffImageFile(BytesIO(bare))


def decode_deep(bare: bytes) -> Deep:
    """16 bits a colour; see `tiff_deep`."""
    return tiff_deep.decode(bare)


def pack(parcel: Parcel) -> bytes:
    """A TIFF in strips, in the byte order of its tags, compressed as the source was.

    Two kinds become Deflate: JPEG, because the file does not tell its quality and pixels would change, and bilevel
    compressions when the picture has more than two levels.
    """
    found = _carried_tags(parcel.exif)
    maker_note = note_of(found)
    note_at = parcel.encoding.note_at or (0 if maker_note is None else maker_note.at)
    encoded = _encoded(parcel, found.order)
    root = read_root(encoded)
    stored = strips.cut_out(encoded, root, 2**62)
    tags = root.only({_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT} if parcel.dpi else ())
    tags = replace(found, entries={**tags.in_order(found.order).entries, **found.entries})
    pixel_tags = stored.tags.in_order(tags.order)
    if parcel.deep is not None:
        pixel_tags = tiff_deep.retagged(pixel_tags, parcel.deep, _predictor(parcel))
    extra = [(strips.XMP, BYTE, parcel.xmp), (strips.ICC, UNDEFINED, parcel.icc)]
    extra += [(int(name), BYTE if int(name) == IPTC_TAG else UNDEFINED, payload) for name, payload in parcel.blocks]
    entries = {tag: Entry(tag, kind, raw) for tag, kind, raw in extra if raw is not None}
    return strips.laid_round(
        strips.Stored(pixel_tags, stored.strips),
        replace(tags, entries={**tags.entries, **pixel_tags.entries, **entries}),
        note_at,
    )


def compressed_anew(parcel: Parcel) -> tuple[str, ...]:
    """Which compression the source TIFF's gives way to in its rewrite, in words; none where it does not."""
    before = parcel.encoding.compression
    return () if _compression(parcel) == before else (f"Deflate in place of {_SPOKEN[before]}",)


def _check_single(data: bytes, root: Directory) -> None:
    if strips.DNG in root.entries or root.number(strips.SUBFILE, 0) & _REDUCED:
        raise UnreadablePhoto(f"expected a finished photo, this is {RAW}; {what_to_do(RAW)}.")
    seen, at = 1, root.next
    while at:
        page = read_directory(data, at, root.order, depth=1)
        seen += 1
        if not page.number(strips.SUBFILE, 0) & _REDUCED or seen > 8:
            raise UnreadablePhoto("expected a TIFF of one page, this has several; save the page you want by itself.")
        at = page.next


def _check_kind(root: Directory) -> None:
    bits, deep = root.numbers(strips.BITS, (1,)), tiff_deep.is_deep(root)
    unlike = bool(set(root.numbers(strips.SAMPLE_FORMAT, (1,))) - {1, 4})
    if not deep and (unlike or max(bits, default=0) > 8):
        came = f"{max(bits)}{', with a sign or a floating point' if unlike else ''}"
        raise UnreadablePhoto(
            f"expected 8 or 16 bits a colour, this TIFF has {came}; save it with 16 bits, as whole numbers."
        )
    compression = root.number(strips.COMPRESSION, 1)
    if compression not in _NAMES or (deep and _NAMES[compression] in (*_ONLY_1_BIT, "jpeg")):
        raise UnreadablePhoto(
            f"expected a TIFF compression in common use, this has number {compression}; save it as LZW."
        )
    if root.number(strips.PHOTOMETRIC, 1) == 6 and compression == 1:  # not every Pillow of ours can read its own
        raise UnreadablePhoto("expected RGB, this TIFF stores YCbCr uncompressed; save it as RGB, or compressed.")


def _recast(root: Directory) -> tuple[str, ...]:
    """What of the layout a rewrite in the same format does not have, in words."""
    of_levels = _NAMES[root.number(strips.COMPRESSION, 1)] not in _ONLY_1_BIT
    moves = "" if tiff_deep.is_deep(root) else " (where pixels are see-through, colours may move by a level)"
    changes = {
        "strips in place of tiles": strips.TILE_OFFSETS in root.entries,
        "whole pixels in place of planes": root.number(strips.PLANAR, 1) == 2 and root.number(strips.SAMPLES, 1) > 1,
        "black as zero in place of white": of_levels and root.number(strips.PHOTOMETRIC, 1) == 0,
        f"straight alpha in place of premultiplied{moves}": strips.PREMULTIPLIED in root.numbers(strips.EXTRA_SAMPLES),
    }
    return tuple(words for words, changed in changes.items() if changed)


def _notes(root: Directory) -> tuple[str, ...]:
    extra = strips.UNSPECIFIED in root.numbers(strips.EXTRA_SAMPLES)
    notes = ["The source's extra channels, such as saved selections, cannot go along."] if extra else []
    if root.next or strips.SUB_DIRECTORIES in root.entries:
        notes.append("The source's smaller or further pictures are left out: they show the old one.")
    return tuple(notes)


def _carried_tags(exif: bytes | None) -> Directory:
    """The tags of an EXIF block that can stand in a TIFF."""
    found = Directory("<", {}) if exif is None else read_root(exif)
    return found.only({*found.entries, *found.children} - strips.OF_PIXELS)


def _encoded(parcel: Parcel, order: str) -> bytes:
    picture = parcel.picture
    options: dict[str, Any] = {"compression": _compression(parcel)}
    if parcel.deep is not None:
        picture = tiff_deep.to_bytes_picture(parcel.deep, order, _predictor(parcel))
    elif _predictor(parcel) == 2:
        options["tiffinfo"] = {strips.PREDICTOR: 2}
    if parcel.dpi is not None:
        options["dpi"] = parcel.dpi
    out = BytesIO()
    picture.save(out, "TIFF", **options)
    return out.getvalue()


def _compression(parcel: Parcel) -> str:
    compression = parcel.encoding.compression
    bilevel = parcel.picture.mode == "1" and parcel.deep is None
    return _FALLBACK if compression == "jpeg" or (compression in _ONLY_1_BIT and not bilevel) else compression


def _predictor(parcel: Parcel) -> int:
    able = _compression(parcel) in _WITH_PREDICTOR and (parcel.picture.mode != "1" or parcel.deep is not None)
    return 2 if able and parcel.encoding.predictor == 2 else 1


def _dpi(root: Directory) -> tuple[float, float] | None:
    across, down = root.entries.get(_X_RESOLUTION), root.entries.get(_Y_RESOLUTION)
    unit = {2: 1.0, 3: 2.54}.get(root.number(_RESOLUTION_UNIT, 2))
    if across is None or down is None or unit is None or any(e.kind != 5 or not e.raw for e in (across, down)):
        return None
    (x, x_of), (y, y_of) = (struct.unpack(root.order + "2I", entry.raw[:8]) for entry in (across, down))
    return (x / x_of * unit, y / y_of * unit) if x_of and y_of else None
