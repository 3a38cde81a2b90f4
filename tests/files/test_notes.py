"""What a file loses, or keeps of the old picture, is said in the report."""

from __future__ import annotations

import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import tifffile
from PIL import Image

from open_the_eyes.files import encoded, read, write
from open_the_eyes.files.jpeg.segments import EXTENDED_XMP
from open_the_eyes.files.metadata.ifd import EXIF_IFD, GPS_IFD, read_first_ifd
from open_the_eyes.photo import Encoding, FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import (
    RECORD,
    besides_loss,
    facts,
    image_resource,
    picture,
    png_with,
    saved,
    with_segments,
)

FILM = b"\0\0\0\x18ftypmp42" + b"\0" * 40
GAIN_MAP = saved(picture("L"), "JPEG", xmp=b"<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'/>")
BEHIND = {
    "a film": (FILM, "a film"),
    "a gain map": (GAIN_MAP, "a gain map for bright screens"),
    "a gain map and a film": (GAIN_MAP + FILM, "a gain map for bright screens and a film"),
    "a preview": (saved(picture(), "JPEG"), "another picture"),
    "previews": (saved(picture(), "JPEG") * 2, "2 further pictures"),
    "a preview behind bytes": (b"notes" + saved(picture(), "JPEG"), "another picture"),
    "a gain map and a preview": (
        GAIN_MAP + saved(picture(), "JPEG"),
        "a gain map for bright screens and another picture",
    ),
    "previews, a gain map and a film": (
        saved(picture(), "JPEG") * 2 + GAIN_MAP + FILM,
        "a gain map for bright screens, 2 further pictures and a film",
    ),
    "bytes": (b"SAMSUNG notes", "13 bytes"),
}


@pytest.mark.parametrize(("behind", "says"), BEHIND.values(), ids=BEHIND)
def test_what_is_behind_the_picture_stays_byte_for_byte_and_is_told_of(
    behind: bytes, says: str, tmp_path: Path
) -> None:
    source = read(saved(picture(), "JPEG") + behind, Settings())

    same = write(source, tmp_path / "same.jpg", record=RECORD)
    other = write(source, tmp_path / "other.png", record=RECORD)

    assert (tmp_path / "same.jpg").read_bytes().endswith(behind)
    assert same.notes == (f"Behind the picture the file keeps {says}, byte for byte: the eyes there are the old ones.",)
    assert other.notes == (f"The source holds {says} behind its picture; this format does not.",)


def test_an_ordinary_file_has_nothing_to_tell(tmp_path: Path) -> None:
    assert write(read(saved(picture(), "JPEG"), Settings()), tmp_path / "out.jpg", record=RECORD).notes == ()


SOURCES: Final[dict[str, tuple[FileFormat, dict[str, Any]]]] = {
    "JPEG": ("JPEG", {}),
    "PNG": ("PNG", {}),
    "TIFF": ("TIFF", {}),
    "WebP": ("WEBP", {"quality": 80}),
    "lossless WebP": ("WEBP", {"lossless": True}),
    "HEIC": ("HEIF", {"quality": 80}),
    "lossless HEIC": ("HEIF", {"quality": -1, "chroma": 444, "matrix_coefficients": 0}),
    "AVIF": ("AVIF", {"quality": 80}),
}
TARGETS: Final = {".jpg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WebP", ".heic": "HEIC", ".avif": "AVIF"}


@pytest.mark.parametrize("suffix", TARGETS)
@pytest.mark.parametrize(("file_format", "options"), SOURCES.values(), ids=SOURCES)
def test_pixels_that_nobody_painted_move_where_the_report_says_so(
    file_format: FileFormat, options: dict[str, Any], suffix: str, tmp_path: Path
) -> None:
    source = read(saved(picture(), file_format, **options), Settings())

    notes = write(source, tmp_path / f"out{suffix}", record=RECORD).notes

    moved = not np.array_equal(read(tmp_path / f"out{suffix}", Settings()).pixels, source.pixels)
    assert [TARGETS[suffix] in note and "pixels everywhere move" in note for note in notes] == [True] * moved


@pytest.mark.parametrize("suffix", [".webp", ".heic", ".avif", "10 bits.avif"])
def test_how_see_through_pixels_are_stays_or_is_told_of(suffix: str, tmp_path: Path) -> None:
    alpha = np.random.default_rng(1).integers(0, 256, (40, 64), np.uint8)
    deep = np.dstack([np.full((40, 64, 3), 30_000, np.uint16), alpha * np.uint16(257)]) if " " in suffix else None
    facts_told = FileFacts("AVIF", encoding=Encoding(bits=8 if deep is None else 10, subsampling=2))
    source = Photo(np.full((40, 64, 3), 117, np.uint8), alpha, facts_told, deep)

    notes = write(source, tmp_path / f"out{suffix}", record=RECORD).notes

    back = read(tmp_path / f"out{suffix}", Settings()).alpha
    assert back is not None
    assert ("how see-through they are" in " ".join(notes)) == (not np.array_equal(back, alpha))


@pytest.mark.parametrize(
    ("file_format", "options", "suffix", "says"),
    [
        ("WEBP", {}, ".webp", "A lossy WebP is encoded anew"),
        ("AVIF", {}, ".avif", "A lossy AVIF is encoded anew"),
        ("JPEG", {}, ".heic", "This file is a lossy HEIC"),
        ("PNG", {}, ".jpg", "This file is a lossy JPEG"),
        ("PNG", {}, ".avif", "This file is an AVIF of 8 bits"),
    ],
)
def test_loss_is_told_of_in_a_sentence(
    file_format: str, options: dict[str, Any], suffix: str, says: str, tmp_path: Path
) -> None:
    source = read(saved(picture(), file_format, **options), Settings())
    notes = write(source, tmp_path / f"out{suffix}", record=RECORD).notes
    assert notes == (f"{says}: pixels everywhere move by a few levels.",)


def laid_out(**options: Any) -> bytes:
    """A TIFF with a layout of its own."""
    out = BytesIO()
    pixels = options.pop("pixels", np.asarray(picture()))
    planar = options.get("planarconfig") == "separate"
    options = {"photometric": "rgb", "metadata": None, **options}
    tifffile.imwrite(out, pixels.transpose(2, 0, 1) if planar else pixels, **options)
    return out.getvalue()


def interlaced() -> bytes:
    """A PNG of one pixel, which is the first pass of Adam7."""
    data = saved(picture(size_wh=(1, 1)), "PNG")
    return data[:28] + b"\1" + zlib.crc32(data[12:28] + b"\1").to_bytes(4, "big") + data[33:]


LAYOUTS: Final = {
    "strips": (laid_out(rowsperstrip=9), ""),
    "tiles": (laid_out(tile=(16, 16)), "strips in place of tiles"),
    "planes of tiles": (
        laid_out(planarconfig="separate", tile=(16, 16)),
        "strips in place of tiles, whole pixels in place of planes",
    ),
    "JPEG": (saved(picture(), "TIFF", compression="jpeg"), "Deflate in place of JPEG"),
    "LZW": (saved(picture(), "TIFF", compression="tiff_lzw"), ""),
    "fax": (saved(picture("1"), "TIFF", compression="group4"), "Deflate in place of fax coding"),
    "white as zero": (
        laid_out(pixels=np.asarray(picture("L")), photometric="miniswhite"),
        "black as zero in place of white",
    ),
    "premultiplied": (
        laid_out(pixels=np.asarray(picture("RGBA")), extrasamples=["assocalpha"]),
        "straight alpha in place of premultiplied (where pixels are see-through, colours may move by a level)",
    ),
    "premultiplied, 16 bits": (
        laid_out(pixels=np.asarray(picture("RGBA")).astype(np.uint16), extrasamples=["assocalpha"]),
        "straight alpha in place of premultiplied",
    ),
    "straight": (laid_out(pixels=np.asarray(picture("RGBA")), extrasamples=["unassalpha"]), ""),
    "interlaced": (interlaced(), "rows in order in place of interlaced ones"),
    "see-through colour": (saved(picture(), "PNG", transparency=(1, 2, 3)), "alpha in place of a see-through colour"),
    "PNG": (saved(picture("RGBA"), "PNG"), ""),
}


@pytest.mark.parametrize(("data", "changed"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_file_that_is_laid_out_anew_says_so(data: bytes, changed: str, tmp_path: Path) -> None:
    source = read(data, Settings())
    pixels = source.pixels.copy()
    pixels[-1, -1] = (200, 120, 90)
    edited = source.with_pixels(pixels)
    kind = facts(source).format

    notes = [write(edited, tmp_path / f"out{suffix}", record=RECORD).notes for suffix in (".tif", ".png")]

    of_layout = [tuple(said for said in one if "two levels" not in said) for one in notes]
    said = [(f"This {kind} is laid out anew, with {changed}.",) if changed else (), ()]
    assert of_layout == (said if kind == "TIFF" else said[::-1])


def with_smaller(*, inside: bool) -> bytes:
    """A TIFF with a smaller copy, as a directory inside the picture's or the next one."""
    out, pixels = BytesIO(), np.asarray(picture())
    with tifffile.TiffWriter(out) as file:
        file.write(pixels, photometric="rgb", metadata=None, subifds=1 if inside else None)
        file.write(pixels[::4, ::4], photometric="rgb", metadata=None, subfiletype=1)
    return out.getvalue()


@pytest.mark.parametrize("suffix", [".tif", ".png"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "next"])
def test_smaller_pictures_in_a_tiff_are_left_out_and_told_of(inside: bool, suffix: str, tmp_path: Path) -> None:
    notes = write(read(with_smaller(inside=inside), Settings()), tmp_path / f"out{suffix}", record=RECORD).notes
    assert notes == ("The source's smaller or further pictures are left out: they show the old one.",)


def test_chunks_of_a_png_that_an_edit_must_not_copy_are_left_out_by_name(tmp_path: Path) -> None:
    data = png_with((b"ruZZ", b"a hash of the pixels"), (b"ruZz", b"any"), (b"iDOT", bytes(28)), (b"sBIT", b"\5\6\5"))

    notes = write(read(data, Settings()), tmp_path / "out.png", record=RECORD).notes

    assert notes == ("Left out, as their names ask for once a picture changes: the PNG's chunks ruZZ.",)
    written = (tmp_path / "out.png").read_bytes()
    assert [name in written for name in (b"ruZZ", b"ruZz", b"iDOT", b"sBIT")] == [False, True, False, True]


def test_of_very_many_such_chunks_some_are_named() -> None:
    data = png_with(*((bytes([97 + n, 97, 90, 90]), b"") for n in range(20)))
    (note,) = facts(read(data, Settings())).notes
    assert note.endswith("aaZZ, baZZ, caZZ, daZZ, eaZZ, faZZ, gaZZ, haZZ and more.")


@pytest.mark.parametrize(
    ("bits", "suffix", "written"),
    [
        *((16, suffix, written) for suffix, written in ((".jpg", 8), (".webp", 8), (".heic", 10), (".tif", 16))),
        *((10, suffix, written) for suffix, written in ((".jpg", 8), (".avif", 10), (".png", 16))),
        (8, ".heic", 8),
    ],
)
def test_levels_that_a_format_does_not_hold_are_told_of(bits: int, suffix: str, written: int, tmp_path: Path) -> None:
    deep = None if bits == 8 else np.full((8, 8, 3), 30_000, np.uint16)
    photo = Photo(np.full((8, 8, 3), 117, np.uint8), None, FileFacts("PNG"), deep)
    if bits == 10:
        photo = replace(photo, file=FileFacts("HEIF", encoding=Encoding(bits=10)))

    notes = write(photo, tmp_path / f"out{suffix}", record=RECORD).notes

    told = (f"The source has {bits} bits a colour, this file has {written}.",)
    assert besides_loss(notes) == (told if written < bits else ())


PHOTOSHOP: Final = (0xED, b"Photoshop 3.0\0" + image_resource(1028, b"caption"))
CREDENTIALS: Final = "The source's Content Credentials cannot go along."
JUMBF: Final = b"JP\0\1\0\0\0\1\0\0\0\x20jumb"
C2PA_BOX: Final = b"\0\0\0\x18uuid" + bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
LEFT_BEHIND: Final = {
    "comment": (saved(picture(), "JPEG", comment=b"by hand"), "a comment"),
    "captions": (with_segments(saved(picture(), "JPEG"), PHOTOSHOP), "captions and settings of Photoshop"),
    "two kinds": (
        with_segments(saved(picture(), "JPEG"), (0xE1, EXTENDED_XMP + bytes(50)), (0xE5, b"a phone's")),
        "data of its maker's own, extended XMP",
    ),
    "how a JPEG is made": (with_segments(saved(picture(), "JPEG", dpi=(72, 72)), (0xEC, b"Ducky\0")), ""),
    "texts": (png_with((b"tEXt", b"Title\0x"), (b"zTXt", b"Author\0\0y")), "texts"),
    "light levels": (png_with((b"cLLI", bytes(8))), "light levels for bright screens"),
    "of a PNG alone": (png_with((b"tIME", bytes(7)), (b"bKGD", bytes(6))), ""),
    "what we wrote": (encoded(read(saved(picture(), "PNG"), Settings()), "PNG", RECORD), ""),
    "tags": (
        saved(picture(), "TIFF", tiffinfo={34377: image_resource(1028, b"caption"), 42112: "<GDAL/>", 33432: "me"}),
        "captions and settings of Photoshop, data of its maker's own",
    ),
    "JPEG's credentials": (with_segments(saved(picture(), "JPEG"), (0xEB, JUMBF)), CREDENTIALS),
    "PNG's credentials": (png_with((b"caBX", JUMBF)), CREDENTIALS),
    "HEIC's credentials": (saved(picture(), "HEIF") + C2PA_BOX, CREDENTIALS),
}


@pytest.mark.parametrize(("data", "what"), LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_what_does_not_go_along_into_another_format_is_named(data: bytes, what: str, tmp_path: Path) -> None:
    notes = write(read(data, Settings()), tmp_path / "out.webp", record=RECORD).notes

    said = what if what == CREDENTIALS else f"Not taken over into this format: {what}."
    assert besides_loss(notes) == ((said,) if what else ())


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".heic", ".avif"])
def test_what_a_camera_told_in_a_tiff_goes_along(suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[33434] = 0.5
    exif.get_ifd(GPS_IFD)[1] = "N"
    source = read(saved(picture(), "JPEG", exif=exif), Settings())
    stored = read(encoded(source, "TIFF", None), Settings())

    notes = write(stored, tmp_path / f"out{suffix}", record=RECORD).notes

    told = read(tmp_path / f"out{suffix}", Settings()).file
    assert told is not None
    root = read_first_ifd(told.exif or b"")
    assert set(root.sub_ifds[EXIF_IFD].entries) >= {33434}
    assert set(root.sub_ifds[GPS_IFD].entries) >= {1}
    assert besides_loss(notes) == ()


@pytest.mark.parametrize(("kind", "suffix"), [("comment", ".jpg"), ("texts", ".png"), ("tags", ".tif")])
def test_in_its_own_format_a_file_leaves_nothing_behind(kind: str, suffix: str, tmp_path: Path) -> None:
    assert write(read(LEFT_BEHIND[kind][0], Settings()), tmp_path / f"out{suffix}", record=RECORD).notes == ()
