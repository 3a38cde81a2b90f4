"""JPEG segments: lies about lengths end in an error, and every block that is not about coding is carried over."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import simplejpeg
from PIL import Image, ImageOps

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import encoded, read, read_record
from open_the_eyes.files.jpeg import segments
from open_the_eyes.files.jpeg.segments import split, split_without_trailer
from tests.files import pictures
from tests.files.jpeg.scenes import SETTINGS, coded
from tests.files.pictures import RECORD, facts

EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 5, 0) + b"<a/>\n"


def saved(**options: Any) -> bytes:
    return pictures.saved(pictures.picture(), options.pop("format", "JPEG"), **options)


def segment(marker: int, payload: bytes, length: int | None = None) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2 if length is None else length) + payload


def with_segments(*segments: bytes) -> bytes:
    data = saved()
    return data[:2] + b"".join(segments) + data[2:]


def names(data: bytes) -> list[str]:
    return [s.name for s in split(data).header if s.is_metadata]


HOSTILE = {
    "nothing after the start": (b"\xff\xd8\xff", "header"),
    "only fill bytes": (b"\xff\xd8" + b"\xff" * 50, "header"),
    "only stray bytes": (b"\xff\xd8\xff\xe0\0\x02" + b"\0" * 50, "header"),
    "length cut in two": (b"\xff\xd8\xff\xe1\x10", "length"),
    "length 0": (with_segments(segment(0xE1, b"", 0)), "impossible length 0"),
    "length 1": (with_segments(segment(0xE1, b"", 1)), "impossible length 1"),
    "length past the end": (b"\xff\xd8" + segment(0xE1, b"Exif\0\0", 0xFFFF), "inside a segment"),
    "no scan": (b"\xff\xd8" + segment(0xFE, b"hello") + b"\xff\xd9", "before its picture"),
    "a start inside": (with_segments(b"\xff\xd8"), "second picture"),
    "scan header past the end": (saved()[: saved().index(b"\xff\xda") + 4], "inside a segment"),
    "too many segments": (b"\xff\xd8" + segment(0xFE, b"") * 20_001 + saved()[2:], "more than 20,000"),
    "too many scans": (b"\xff\xd8" + segment(0xDA, b"") * 20_002, "more than 20,000"),
    "two frames": (with_segments(segment(0xC0, b"\x08\0\x08\0\x08\x01\x01\x11\0")), "2 usable"),
    "no frame": (with_segments().replace(b"\xff\xc0", b"\xff\xef"), "0 usable"),
    "frame too short": (with_segments().replace(b"\xff\xc0\0\x11", b"\xff\xc0\0\x05"), "usable frame"),
}


@pytest.mark.parametrize(("data", "says"), HOSTILE.values(), ids=HOSTILE.keys())
def test_lies_about_lengths_end_in_an_error(data: bytes, says: str) -> None:
    with pytest.raises(UnreadablePhoto, match=says):
        read(data, SETTINGS)


@pytest.mark.parametrize(
    ("scans", "size_wh"), [(200, (64, 48)), (80, (10_000, 5_000))], ids=["hundreds", "dozens of a large picture"]
)
def test_a_progressive_file_with_too_many_scans_is_refused(scans: int, size_wh: tuple[int, int]) -> None:
    data = saved(progressive=True)
    start, frame = data.rindex(b"\xff\xda"), data.index(b"\xff\xc2")
    data = data[: frame + 5] + struct.pack(">HH", *size_wh[::-1]) + data[frame + 9 :]
    scan = data[start:-2]

    with pytest.raises(UnreadablePhoto, match="absurd"):
        read(data[:start] + scan * scans + b"\xff\xd9", SETTINGS)


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
ADOBE = segment(0xEE, b"Adobe\0d\0\0\0\0\0")
COLOURS: dict[str, tuple[dict[str, Any], tuple[bytes, ...], bool]] = {
    "usual": ({}, (JFIF,), False),
    "without a word": ({}, (), False),
    "Adobe's word": ({}, (ADOBE,), True),
    "JFIF beats Adobe's word": ({}, (JFIF, ADOBE), False),
    "letters": ({"keep_rgb": True}, (), True),
    "JFIF beats letters": ({"keep_rgb": True}, (JFIF,), False),
    "Adobe's word beats letters": ({"keep_rgb": True}, (segment(0xEE, b"Adobe\0d\0\0\0\0\1"),), False),
}


@pytest.mark.parametrize(("options", "told", "stored_rgb"), COLOURS.values(), ids=COLOURS.keys())
def test_what_is_stored_is_told_as_the_decoder_tells_it(
    options: dict[str, Any], told: tuple[bytes, ...], stored_rgb: bool
) -> None:
    parts = split(saved(**options))
    data = b"\xff\xd8" + b"".join(told) + parts.tables_and_frame + parts.scans

    assert (simplejpeg.decode_jpeg_header(data)[2] == "RGB") == stored_rgb
    assert facts(read(data, SETTINGS)).encoding.rgb_stored == stored_rgb


@pytest.mark.parametrize(
    "payload",
    [b"ICC_PROFILE\0", b"ICC_PROFILE\0\x01", b"ICC_PROFILE\0\x02\x02half", b"ICC_PROFILE\0\0\0zero"],
    ids=["no numbers", "one number", "first piece missing", "piece 0 of 0"],
)
def test_a_profile_in_pieces_that_do_not_fit_is_no_profile_but_stays(payload: bytes) -> None:
    data = with_segments(segment(0xE2, payload))

    photo = read(data, SETTINGS)

    assert facts(photo).icc is None
    assert payload in encoded(photo, "JPEG", RECORD)


def test_a_profile_in_many_pieces_out_of_order_is_joined() -> None:
    profile = bytes(range(256)) * 700
    pieces = [bytes(s) for s in segments.icc_segments(profile)]
    assert len(pieces) == 3

    photo = read(with_segments(*reversed(pieces)), SETTINGS)

    assert facts(photo).icc == profile
    assert facts(read(encoded(photo, "JPEG", None), SETTINGS)).icc == profile


def test_every_block_survives_and_coding_is_the_files_own() -> None:
    carried = [
        segment(0xE1, EXTENDED_XMP),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x02ab"),
        segment(0xE2, b"FPXR\0flash"),
        segment(0xEB, b"JP\0\0anything"),
        segment(0xFE, b"first"),
        segment(0xFE, b"second"),
        segment(0xE5, b""),
    ]
    source = read(with_segments(*carried, segment(0xEE, b"Adobe\0d\0\0\0\0\x01")), SETTINGS)

    out = encoded(source, "JPEG", RECORD)

    assert all(block in out for block in carried)
    assert names(out) == ["APP0", "APP14", "APP1", "APP1", "APP13", "APP2", "APP11", "COM", "COM", "APP5"]
    assert read_record(read(out, SETTINGS)) == RECORD


def test_a_camera_file_without_jfif_gets_none() -> None:
    exif = Image.Exif()
    exif[271] = "A Camera"
    data = saved(exif=exif)
    start = data.index(b"\xff\xe0")
    source = read(data[:start] + data[start + 18 :], SETTINGS)

    out = encoded(source, "JPEG", None)

    assert names(out) == ["APP1"]
    assert np.abs(read(out, SETTINGS).pixels.astype(int) - source.pixels).mean() < 0.5


def test_exif_longer_than_a_segment_is_joined_and_cut_again() -> None:
    exif = b"II\x2a\0\x08\0\0\0\0\0" + bytes(100_000)

    source = read(with_segments(*(bytes(s) for s in segments.exif_segments(exif))), SETTINGS)

    assert facts(source).exif == exif
    assert facts(read(encoded(source, "JPEG", None), SETTINGS)).exif == exif


@pytest.mark.parametrize("before", [b"", b"no EXIF at all"])
def test_exif_begins_at_a_byte_order_mark(before: bytes) -> None:
    exif = b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"

    source = read(with_segments(*(segment(0xE1, b"Exif\0\0" + payload) for payload in (before, exif))), SETTINGS)

    assert (facts(source).exif, facts(source).orientation) == (exif, 6)
    assert facts(read(encoded(source, "JPEG", None), SETTINGS)).orientation == 6


def test_exif_bytes_are_the_very_same_maker_note_and_all() -> None:
    """The note's own offsets count from the block's beginning, so nothing in the block may move."""
    note = b"\0\0\x86\x92\x07\0\x40\x01\0\0" + bytes(range(256)) + b"odd ends"
    exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0" + note

    out = encoded(read(with_segments(segment(0xE1, b"Exif\0\0" + exif)), SETTINGS), "JPEG", RECORD)

    assert exif in out
    assert facts(read(out, SETTINGS)).orientation == 6


def test_several_pictures_in_one_file_keep_their_index() -> None:
    """What makes HDR shine on phones is a second picture behind the first, found by its position."""
    second = ImageOps.invert(pictures.picture())
    source = read(saved(format="MPO", save_all=True, append_images=[second]), SETTINGS)

    out = encoded(source, "JPEG", RECORD)

    with Image.open(BytesIO(out)) as image:
        assert image.format == "MPO"
        assert getattr(image, "n_frames", 1) == 2
        assert getattr(image, "mpinfo", {})[0xB002][0]["Size"] == len(out) - len(split(out).trailer)
        image.seek(1)
        assert np.abs(np.asarray(image).astype(int) - np.asarray(second)).mean() < 3
    again = read(out, SETTINGS)
    assert {name for name, _ in facts(source).blocks} <= {f"APP{number}" for number in range(16)}
    assert (facts(again).blocks, facts(again).trailer) == (facts(source).blocks, facts(source).trailer)


@pytest.mark.parametrize("index", [b"", b"II\x2a\0", b"II\x2a\0\xff\xff\xff\xff", b"II\x2a\0\x08\0\0\0\0\0"])
def test_a_broken_index_is_dropped(index: bytes) -> None:
    source = read(with_segments(segment(0xE2, b"MPF\0" + index)) + b"what follows", SETTINGS)

    out = encoded(source, "JPEG", None)

    assert b"MPF" not in out
    assert out.endswith(b"what follows")


def test_a_bare_file_comes_apart_without_a_look_for_its_end() -> None:
    data = coded()
    parts, bare = split(data), split_without_trailer(data)
    assert (bare.header, bare.scans, bare.trailer) == (parts.header, parts.scans, b"")


@pytest.mark.parametrize(("progressive", "count"), [(False, 1), (True, 10)])
def test_scans_are_counted(progressive: bool, count: int) -> None:
    assert split(coded(progressive=progressive)).scan_count == count
