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
from ..metadata.ifd import BYTE, UNDEFINED, Entry, Ifd, read_first_ifd, read_ifd, tiff_block
from ..metadata.maker_note import maker_note_of
from ..parcel import Blocks, Parcel, Unpacked, check_pixels
from . import deep as tiff_deep
from . import strips

RECORD_TAG: Final = 65123
"""Tag of the edit record where XMP cannot hold it, from the range that TIFF leaves to anybody."""

_COMPRESSIONS: Final = {
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
_BILEVEL: Final = ("tiff_ccitt", "group3", "group4")
_COMPRESSIONS_WITH_PREDICTOR: Final = ("tiff_lzw", "tiff_adobe_deflate", "lzma", "zstd")
_FALLBACK_COMPRESSION: Final = "tiff_adobe_deflate"
_REDUCED_RESOLUTION: Final = 1
_NAMES_IN_REPORT: Final = {"jpeg": "JPEG", **dict.fromkeys(_BILEVEL, "fax coding")}
"""Names in reports of compressions that may have to give way."""
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A TIFF taken apart; a reduced-size preview beside the picture is dropped, for it would show the old eyes.

    Raises:
        UnreadablePhoto, PhotoTooLarge: damaged, cut off, several pages, camera raw, too many pixels, neither 8 nor
            16 bits.
    """
    root = read_first_ifd(data)
    size_wh = root.number(strips.IMAGE_WIDTH, 0), root.number(strips.IMAGE_LENGTH, 0)
    _check_single(data, root)
    check_pixels(size_wh, max_pixels)
    _check_kind(root)
    stored = strips.read_strips(data, root, max_pixels)
    kept = root.only({*root.entries, *root.sub_ifds} - strips.PIXEL_TAGS - {strips.XMP, strips.ICC_PROFILE, RECORD_TAG})
    note: Blocks = ((str(RECORD_TAG), root.entries[RECORD_TAG].raw),) if RECORD_TAG in root.entries else ()
    maker_note = maker_note_of(root)
    encoding = Encoding(
        dpi=_dpi(root),
        compression=_COMPRESSIONS[root.number(strips.COMPRESSION, 1)],
        predictor=root.number(strips.PREDICTOR, 1),
        recast=_layout_changes(root),
        note_at=0 if maker_note is None else maker_note.at,
    )
    return Unpacked(
        size_wh,
        strips.tiff_file(stored, stored.tags),
        tiff_block(kept) if kept.entries or kept.sub_ifds else None,
        root.entries[strips.ICC_PROFILE].raw if strips.ICC_PROFILE in root.entries else None,
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
    found = _tags_for_tiff(parcel.exif)
    maker_note = maker_note_of(found)
    note_at = parcel.encoding.note_at or (0 if maker_note is None else maker_note.at)
    encoded = _encoded_tiff(parcel, found.order)
    root = read_first_ifd(encoded)
    stored = strips.read_strips(encoded, root, 2**62)
    tags = root.only({_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT} if parcel.dpi else ())
    tags = replace(found, entries={**tags.in_order(found.order).entries, **found.entries})
    pixel_tags = stored.tags.in_order(tags.order)
    if parcel.deep is not None:
        pixel_tags = tiff_deep.deep_tags(pixel_tags, parcel.deep, _predictor(parcel))
    extra = [(strips.XMP, BYTE, parcel.xmp), (strips.ICC_PROFILE, UNDEFINED, parcel.icc)]
    extra += [(int(name), BYTE if int(name) == IPTC_TAG else UNDEFINED, payload) for name, payload in parcel.blocks]
    entries = {tag: Entry(tag, field_type, raw) for tag, field_type, raw in extra if raw is not None}
    return strips.tiff_file(
        strips.StoredPixels(pixel_tags, stored.strips),
        replace(tags, entries={**tags.entries, **pixel_tags.entries, **entries}),
        note_at,
    )


def replaced_compression(parcel: Parcel) -> tuple[str, ...]:
    """Which compression the source TIFF's gives way to in its rewrite, in words; none where it does not."""
    before = parcel.encoding.compression
    return () if _compression(parcel) == before else (f"Deflate in place of {_NAMES_IN_REPORT[before]}",)


def _check_single(data: bytes, root: Ifd) -> None:
    if strips.DNG_VERSION in root.entries or root.number(strips.NEW_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION:
        raise UnreadablePhoto(f"expected a finished photo, this is {RAW}; {what_to_do(RAW)}.")
    seen, at = 1, root.next_ifd
    while at:
        page = read_ifd(data, at, root.order, depth=1)
        seen += 1
        if not page.number(strips.NEW_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION or seen > 8:
            raise UnreadablePhoto("expected a TIFF of one page, this has several; save the page you want by itself.")
        at = page.next_ifd


def _check_kind(root: Ifd) -> None:
    bits, deep = root.numbers(strips.BITS_PER_SAMPLE, (1,)), tiff_deep.is_deep(root)
    unlike = bool(set(root.numbers(strips.SAMPLE_FORMAT, (1,))) - {1, 4})
    if not deep and (unlike or max(bits, default=0) > 8):
        came = f"{max(bits)}{', with a sign or a floating point' if unlike else ''}"
        raise UnreadablePhoto(
            f"expected 8 or 16 bits a colour, this TIFF has {came}; save it with 16 bits, as whole numbers."
        )
    compression = root.number(strips.COMPRESSION, 1)
    if compression not in _COMPRESSIONS or (deep and _COMPRESSIONS[compression] in (*_BILEVEL, "jpeg")):
        raise UnreadablePhoto(
            f"expected a TIFF compression in common use, this has number {compression}; save it as LZW."
        )
    if root.number(strips.PHOTOMETRIC, 1) == 6 and compression == 1:  # not every Pillow of ours can read its own
        raise UnreadablePhoto("expected RGB, this TIFF stores YCbCr uncompressed; save it as RGB, or compressed.")


def _layout_changes(root: Ifd) -> tuple[str, ...]:
    """What of the storage layout a rewrite in the same format does not have, in words."""
    of_levels = _COMPRESSIONS[root.number(strips.COMPRESSION, 1)] not in _BILEVEL
    moves = "" if tiff_deep.is_deep(root) else " (where pixels are see-through, colours may move by a level)"
    changes = {
        "strips in place of tiles": strips.TILE_OFFSETS in root.entries,
        "whole pixels in place of planes": root.number(strips.PLANAR_CONFIGURATION, 1) == 2
        and root.number(strips.SAMPLES_PER_PIXEL, 1) > 1,
        "black as zero in place of white": of_levels and root.number(strips.PHOTOMETRIC, 1) == 0,
        f"straight alpha in place of premultiplied{moves}": strips.ASSOCIATED_ALPHA
        in root.numbers(strips.EXTRA_SAMPLES),
    }
    return tuple(words for words, changed in changes.items() if changed)


def _notes(root: Ifd) -> tuple[str, ...]:
    extra = strips.UNSPECIFIED in root.numbers(strips.EXTRA_SAMPLES)
    notes = ["The source's extra channels, such as saved selections, cannot go along."] if extra else []
    if root.next_ifd or strips.SUB_IFDS in root.entries:
        notes.append("The source's smaller or further pictures are left out: they show the old one.")
    return tuple(notes)


def _tags_for_tiff(exif: bytes | None) -> Ifd:
    """The tags of an EXIF block that can stand in a TIFF."""
    found = Ifd("<", {}) if exif is None else read_first_ifd(exif)
    return found.only({*found.entries, *found.sub_ifds} - strips.PIXEL_TAGS)


def _encoded_tiff(parcel: Parcel, order: str) -> bytes:
    picture = parcel.picture
    options: dict[str, Any] = {"compression": _compression(parcel)}
    if parcel.deep is not None:
        picture = tiff_deep.as_byte_picture(parcel.deep, order, _predictor(parcel))
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
    return _FALLBACK_COMPRESSION if compression == "jpeg" or (compression in _BILEVEL and not bilevel) else compression


def _predictor(parcel: Parcel) -> int:
    able = _compression(parcel) in _COMPRESSIONS_WITH_PREDICTOR and (
        parcel.picture.mode != "1" or parcel.deep is not None
    )
    return 2 if able and parcel.encoding.predictor == 2 else 1


def _dpi(root: Ifd) -> tuple[float, float] | None:
    across, down = root.entries.get(_X_RESOLUTION), root.entries.get(_Y_RESOLUTION)
    unit = {2: 1.0, 3: 2.54}.get(root.number(_RESOLUTION_UNIT, 2))
    if across is None or down is None or unit is None or any(e.field_type != 5 or not e.raw for e in (across, down)):
        return None
    (x, x_of), (y, y_of) = (struct.unpack(root.order + "2I", entry.raw[:8]) for entry in (across, down))
    return (x / x_of * unit, y / y_of * unit) if x_of and y_of else None
