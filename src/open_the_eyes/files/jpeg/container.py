"""JPEG: what survives a rewrite besides the pixels, and an encoder that repeats the source's settings."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any, Final, cast

import simplejpeg
from PIL import Image, JpegImagePlugin

from ...errors import PhotoError, PhotoNotWritten, UnreadablePhoto
from ...imaging.arrays import Rgb
from ...photo import Encoding, FileFacts, Photo
from ..parcel import Blocks, Parcel, Unpacked, check_pixels, damaged, foreign_decoder, u16
from . import segments
from .damage_check import check_outside_painting
from .frame import NotPatchable
from .markers import DHT
from .mpf import with_offsets_moved
from .patch import patched_baseline
from .progressive import patched_progressive
from .save import saved_jpeg
from .segments import Segment, Segments, named_segment

NEW_QUALITY: Final = 95
"""Quality of pictures that were no JPEG before, at 4:4:4."""

_LOG: Final = logging.getLogger("open_the_eyes.files")
_MAX_SIDE: Final = 65_535
_MAX_SCANS: Final = 100
_MAX_SCAN_PIXELS: Final = 4_000_000_000
_STANDARD_HUFFMAN_BYTES: Final = (208, 416)
"""Bytes of the standard Huffman tables with their headers: the two that grey needs, or all four (ITU-T T.81, annex
K.3)."""


def unpack(data: bytes, max_pixels: int) -> Unpacked:
    """A JPEG taken apart; of several pictures in it (MPO, gain map) the first.

    Raises:
        UnreadablePhoto, PhotoTooLarge: damaged, cut off, not 8-bit, hierarchical, too many pixels.
    """
    parts = segments.split(data)
    frame_header = _frame_header(parts)
    size_wh = u16(frame_header.payload, 3), u16(frame_header.payload, 1)
    check_pixels(size_wh, max_pixels)
    if parts.scan_count > _MAX_SCANS or parts.scan_count * size_wh[0] * size_wh[1] > _MAX_SCAN_PIXELS:
        raise damaged("it goes over the picture an absurd number of times")
    colours = b"".join(bytes(s) for s in parts.header if s.defines_colours)
    bare = b"\xff\xd8" + colours + parts.tables_and_frame + parts.scans
    icc = segments.joined_icc(parts.header)
    exif = b"".join(parts.header[n].payload[len(segments.EXIF) :] for n in segments.first_exif(parts.header))
    xmp = next((s.payload[len(segments.XMP) :] for s in parts.header if segments.is_xmp(s)), None)
    blocks = _carried_blocks(data, parts, icc is not None, xmp)
    return Unpacked(size_wh, bare, exif or None, icc, xmp, _encoding(bare, parts), blocks, trailer=parts.trailer)


def decode(bare: bytes) -> Image.Image:
    return JpegImagePlugin.JpegImageFile(BytesIO(bare))


def decode_rgb(bare: bytes) -> Rgb | None:
    """The pixels of a colour picture, as stored, straight into an array: half the memory of the way through Pillow,
    which holds four bytes a pixel and copies them. None for what only Pillow can tell, damage included.
    """
    try:
        if simplejpeg.decode_jpeg_header(bare)[2] not in ("YCbCr", "RGB"):
            return None
        return cast("Rgb", simplejpeg.decode_jpeg(bare, "RGB"))
    except ValueError:
        return None


def decode_strictly(bare: bytes) -> Image.Image | None:
    """A picture in grey or of four colours, by the decoder that refuses what `decode_rgb` refuses: None for that."""
    try:
        if simplejpeg.decode_jpeg_header(bare)[2] == "Gray":
            return Image.fromarray(simplejpeg.decode_jpeg(bare, "GRAY")[:, :, 0])
        inks = simplejpeg.decode_jpeg(bare, "CMYK")
    except ValueError:
        return None
    return Image.frombytes("CMYK", inks.shape[1::-1], inks.data, "raw", "CMYK;I")  # upside down, as Adobe has them


def has_common_sampling(bare: bytes) -> bool:
    """Whether the strict decoder knows the sampling factors, so that what it refuses is damaged or unusual."""
    try:
        simplejpeg.decode_jpeg_header(bare)
    except ValueError:
        return False
    return True


def patched_jpeg(facts: FileFacts, photo: Photo) -> bytes:
    """The source's picture as the photo has it now, and no metadata: only blocks in which a pixel changed are new.

    Raises:
        NotPatchable: see `patch`; or there is no such source, or the photo is of another size; or the source is
            damaged in a way that pixels change beside what is painted; or memory ran out, or the patcher failed.
    """
    if facts.stored is None or facts.stored.pixels.shape[1::-1] != photo.size_wh:
        raise NotPatchable("a picture of another size")
    try:
        painting = photo.over(facts.stored.pixels)
        into = patched_progressive if facts.encoding.progressive else patched_baseline
        out = into(facts.stored.coded, painting, facts.orientation, stored_rgb=facts.encoding.rgb_stored)
        if not facts.stored.sound:
            check_outside_painting(facts.stored.coded, out, painting, facts.orientation)
        return out
    except PhotoError as error:
        raise NotPatchable("an unusual structure") from error
    except MemoryError as error:
        raise NotPatchable("too little memory to patch it") from error
    except (ArithmeticError, LookupError, ValueError) as error:  # ours to mend: no property of the file is named
        _LOG.warning("a JPEG could not be patched (%r) and is encoded anew; please report this", error)
        _LOG.info("where the patching failed", exc_info=error)
        raise NotPatchable("it could not be patched") from error


def pack(parcel: Parcel) -> bytes:
    """A JPEG with the source's tables, subsampling and form, and every block in its place.

    JFIF and Adobe segments describe the encoding: Adobe's is the encoder's, JFIF's (it holds the density) the source's.

    Raises:
        PhotoNotWritten: a side is too long, the XMP does not fit into a segment, or the profile not into all of them.
    """
    if max(parcel.picture.size) > _MAX_SIDE:
        raise PhotoNotWritten(f"expected sides of at most {_MAX_SIDE:,} pixels for a JPEG; choose .png or .tif.")
    if parcel.icc is not None and len(parcel.icc) > segments.MAX_ICC:
        raise PhotoNotWritten(
            f"expected a profile that fits into a JPEG, it has {len(parcel.icc):,} bytes; choose .png or .tif."
        )
    if parcel.xmp is not None and len(parcel.xmp) + len(segments.XMP) > segments.MAX_PAYLOAD:
        raise PhotoNotWritten(
            f"expected XMP that fits into a JPEG, it has {len(parcel.xmp):,} bytes; choose .png or .tif."
        )
    encoded = segments.split_without_trailer(_encoded_jpeg(parcel) if parcel.coded is None else parcel.coded)
    own = [s for s in encoded.header if s.defines_colours]
    stored_rgb = parcel.coded is None and any(s.payload.startswith(segments.ADOBE) for s in own)
    carried = [named_segment(name, payload) for name, payload in parcel.blocks]
    if parcel.encoding.qtables:
        own = [s for s in own if not s.payload.startswith(segments.JFIF)]
    head = [s for s in carried if s.defines_colours and not stored_rgb] + own
    head += segments.exif_segments(parcel.exif or b"")
    head += [segments.xmp_segment(parcel.xmp)] if parcel.xmp is not None else []
    head += segments.icc_segments(parcel.icc or b"")
    head += [s for s in carried if not s.defines_colours]
    return _with_mpf_index(head, (encoded.tables_and_frame, encoded.scans), parcel.trailer)


def _frame_header(parts: Segments) -> Segment:
    frame_headers = [s for s in parts.header if s.is_frame_header]
    if (
        len(frame_headers) != 1
        or len(frame_headers[0].payload) < 9
        or len(frame_headers[0].payload) != 6 + 3 * frame_headers[0].payload[5]
    ):
        raise damaged(f"it has {len(frame_headers)} usable frame headers, not one")
    if frame_headers[0].payload[0] != 8:
        raise UnreadablePhoto(
            f"expected 8 bits a colour, this JPEG has {frame_headers[0].payload[0]}; convert it to 8 bits."
        )
    return frame_headers[0]


def _encoding(bare: bytes, parts: Segments) -> Encoding:
    with foreign_decoder():
        header = JpegImagePlugin.JpegImageFile(BytesIO(bare))
        tables = tuple(tuple(header.quantization[table]) for *_, table in header.layer)
    huffman = sum(len(s.payload) for s in parts.header if s.marker == DHT)
    sampling_factors = [(across, down) for _, across, down, _ in header.layer]
    return Encoding(
        dpi=header.info.get("dpi"),
        qtables=tables,
        subsampling=_subsampling(sampling_factors),
        progressive="progressive" in header.info,
        optimized=huffman not in _STANDARD_HUFFMAN_BYTES,
        rgb_stored=_is_rgb_stored(header),
    )


def _subsampling(sampling_factors: list[tuple[int, int]]) -> int:
    """Pillow's number; what Pillow cannot write (4:4:0, 4:1:1) becomes 4:4:4, which loses nothing."""
    if len(sampling_factors) != 3 or sampling_factors[1] != sampling_factors[2] or 0 in sampling_factors[1]:
        return 0
    (luma_h, luma_v), (chroma_h, chroma_v) = sampling_factors[:2]
    return {(2, 1): 1, (2, 2): 2}.get((luma_h // chroma_h, luma_v // chroma_v), 0)


def _is_rgb_stored(header: JpegImagePlugin.JpegImageFile) -> bool:
    """As libjpeg decides it (jdapimin.c, default_decompress_parms)."""
    if header.layers != 3 or "jfif" in header.info:
        return False
    if "adobe_transform" in header.info:
        return bool(header.info["adobe_transform"] == 0)
    return [layer[0] for layer in header.layer] == [ord("R"), ord("G"), ord("B")]


def _carried_blocks(data: bytes, parts: Segments, has_icc: bool, xmp: bytes | None) -> Blocks:
    """Every block but the first EXIF, the profile, the first XMP packet and Adobe's.

    The index of a several-picture file (MPF) is kept where there is a trailer, see `mpf`.
    """
    kept: list[tuple[str, bytes]] = []
    indices: list[bytes] = []
    exif = set(segments.first_exif(parts.header))
    for number, segment in enumerate(parts.header):
        if not segment.is_metadata or number in exif or (has_icc and segments.is_icc(segment)):
            continue
        if segments.is_xmp(segment) and xmp is not None:
            xmp = None
            continue
        if segment.defines_colours and segment.payload.startswith(segments.ADOBE):
            continue
        if segments.is_mpf(segment):
            indices.append(segment.payload)
            continue
        kept.append((segment.name, segment.payload))
    if parts.trailer and indices:  # a file has one
        index = _index_from_trailer_on(data, indices[0], len(data) - len(parts.trailer))
        kept += [("APP2", segments.MPF + index)] if index is not None else []
    return tuple(kept)


def _index_from_trailer_on(data: bytes, payload: bytes, trailer_at: int) -> bytes | None:
    """An MP Index, its offsets counted from the end of the first picture."""
    index_at = data.index(payload) + len(segments.MPF)
    return with_offsets_moved(payload[len(segments.MPF) :], index_at - trailer_at, 0)


def _with_mpf_index(head: list[Segment], rest: tuple[bytes, ...], trailer: bytes) -> bytes:
    """The whole file; an MP Index gets the offsets that its pictures have now, or goes when that cannot be."""
    at, out = 2, [b"\xff\xd8"]
    size = at + sum(len(bytes(s)) for s in head) + sum(map(len, rest))
    for segment in head:
        if segments.is_mpf(segment):
            index_at = at + 4 + len(segments.MPF)
            index = with_offsets_moved(segment.payload[len(segments.MPF) :], size - index_at, size)
            if index is None:
                continue
            segment = Segment(segment.marker, segments.MPF + index)
        out.append(bytes(segment))
        at += len(out[-1])
    return b"".join((*out, *rest, trailer))


def _encoded_jpeg(parcel: Parcel) -> bytes:
    options: dict[str, Any] = {"quality": NEW_QUALITY, "subsampling": 0}
    encoding = parcel.encoding
    if encoding.qtables:
        components = len(parcel.picture.getbands())
        options = {"subsampling": encoding.subsampling, "progressive": encoding.progressive}
        options["optimize"] = encoding.optimized
        if parcel.quality is None:
            options["qtables"] = [list(table) for table in _without_repeated_tables(encoding.qtables[:components])]
        options["keep_rgb"] = encoding.rgb_stored and parcel.picture.mode == "RGB"
    if parcel.quality is not None:
        options["quality"] = parcel.quality
    if parcel.dpi is not None:
        options["dpi"] = parcel.dpi
    return saved_jpeg(parcel.picture, **options)


def _without_repeated_tables(tables: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """Cb and Cr usually share a table; the encoder gives the last one to every component that has none."""
    while len(tables) > 1 and tables[-1] == tables[-2]:
        tables = tables[:-1]
    return tables
