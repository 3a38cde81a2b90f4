"""Files that open-the-eyes made are known without being decoded, wherever their format has the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.files import encoded, made_here
from open_the_eyes.files.colour.decoded import srgb_profile
from open_the_eyes.files.metadata.edit_xmp import NAMESPACE
from open_the_eyes.files.metadata.ifd import BYTE, Entry, Ifd, tiff_block
from open_the_eyes.files.metadata.photoshop import RESOURCES_TAG, image_resource
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.xmp_packets import FORMATS, NOTED, RECORD, TAIL, photo, saying

NOISE = Photo(np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8))
PART = Photo(np.ascontiguousarray(NOISE.pixels[:560, :560]))
"""As much of it as AVIF needs to be large, and HEIF too: a tenth of a megapixel takes them most of a second."""
LITTLE = Photo(np.ascontiguousarray(NOISE.pixels[:320, :320]))
"""As much as they need to be larger than all that is read at the end of a file."""
BROKEN = b"<x:xmpmeta"


def noise(file_format: FileFormat) -> Photo:
    """What no format makes small."""
    return PART if file_format in ("HEIF", "AVIF") else NOISE


def is_made(folder: Path, data: bytes) -> bool:
    path = folder / "photo"
    path.write_bytes(data)
    return made_here(path, Settings())


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_large_result_is_known_and_what_has_no_record_is_none(file_format: FileFormat, tmp_path: Path) -> None:
    data = encoded(noise(file_format), file_format, RECORD)
    assert len(data) > 500_000
    assert is_made(tmp_path, data)
    assert not is_made(tmp_path, encoded(noise(file_format), file_format, None))


def test_behind_long_exif_and_in_full_xmp_a_record_is_found(tmp_path: Path) -> None:
    source = photo("JPEG", saying("digitalCapture").replace(TAIL, b"<!--" + b"x" * 60_000 + b"-->" + TAIL))
    assert source.file is not None
    long = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0" + b"\0" * 60_000
    data = encoded(replace(source, file=replace(source.file, exif=long, icc=b"\1" * 300_000)), "JPEG", RECORD)
    assert is_made(tmp_path, data)


@pytest.mark.parametrize("file_format", FORMATS)
def test_behind_a_long_profile_a_record_is_found(file_format: FileFormat, tmp_path: Path) -> None:
    source = photo(file_format)
    assert source.file is not None
    profile = srgb_profile() + np.random.default_rng(1).bytes(400_000)
    profile = len(profile).to_bytes(4, "big") + profile[4:]
    picture = LITTLE if noise(file_format) is PART else NOISE
    data = encoded(replace(picture, file=replace(source.file, icc=profile)), file_format, RECORD)
    assert len(data) > len(profile) + 128 * 1024  # so that the record does not happen to stand at the end
    assert is_made(tmp_path, data)


@pytest.mark.parametrize("xmp", [None, BROKEN], ids=["in XMP", "in a note"])
def test_before_long_tags_of_a_tiff_a_record_is_found(xmp: bytes | None, tmp_path: Path) -> None:
    source = photo("TIFF", xmp)
    assert source.file is not None
    layout = Entry(RESOURCES_TAG, BYTE, image_resource(2000, bytes(300_000)))
    long = replace(NOISE, file=replace(source.file, exif=tiff_block(Ifd(">", {RESOURCES_TAG: layout}))))
    data = encoded(long, "TIFF", RECORD)
    assert len(data) > 3_000_000
    assert is_made(tmp_path, data)


def test_bytes_that_fill_up_before_a_jpegs_markers_are_passed_over(tmp_path: Path) -> None:
    data = encoded(photo("JPEG"), "JPEG", RECORD)
    assert is_made(tmp_path, data.replace(b"\xff\xe1", b"\xff\xff\xff\xe1", 1))


@pytest.mark.parametrize("file_format", NOTED)
def test_a_record_in_a_note_beside_broken_xmp_is_found(file_format: FileFormat, tmp_path: Path) -> None:
    assert is_made(tmp_path, encoded(photo(file_format, BROKEN), file_format, RECORD))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xd8", id="the beginning of a JPEG"),
        pytest.param(b"\xff\xd8" + b"\xff\xe0\0\0" * 4, id="segments without a length"),
        pytest.param(b"\xff\xd8\xff\xe1\xff\xff" + NAMESPACE.encode(), id="a record that is cut off"),
        pytest.param(b"\xff\xd8" + b"\xff" * 9, id="bytes that fill up and no marker"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", id="the beginning of a PNG"),
        pytest.param(b"II\x2a\0", id="the beginning of a TIFF"),
        pytest.param(b"MM\0\x2a\0\0\0\x08\0\2" + b"\2\xbc\0\1" * 3, id="a TIFF's tags that are cut off"),
        pytest.param(b"\0\0\0\x08ftyp" + b"\0\0\0\x08free" * 200, id="boxes without a picture"),
        pytest.param(encoded(photo("JPEG", saying(NAMESPACE)), "JPEG", None), id="XMP that names us and has no record"),
    ],
)
def test_what_is_no_whole_photo_with_a_record_is_none(data: bytes, tmp_path: Path) -> None:
    assert not is_made(tmp_path, data)


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert not made_here(tmp_path / "none.jpg", Settings())
