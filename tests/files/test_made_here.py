"""Files that open-the-eyes made are known without being decoded, wherever their format has the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.files import encoded, made_here
from open_the_eyes.files.edit_xmp import NAMESPACE
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.xmp_packets import FORMATS, NOTED, RECORD, TAIL, photo, saying

NOISE = Photo(np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8))
BROKEN = b"<x:xmpmeta"


def is_made(folder: Path, data: bytes) -> bool:
    path = folder / "photo"
    path.write_bytes(data)
    return made_here(path, Settings())


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_large_result_is_known_and_what_has_no_record_is_none(file_format: FileFormat, tmp_path: Path) -> None:
    data = encoded(NOISE, file_format, RECORD)
    assert len(data) > 500_000
    assert is_made(tmp_path, data)
    assert not is_made(tmp_path, encoded(NOISE, file_format, None))


def test_behind_long_exif_and_in_full_xmp_a_record_is_found(tmp_path: Path) -> None:
    source = photo("JPEG", saying("digitalCapture").replace(TAIL, b"<!--" + b"x" * 60_000 + b"-->" + TAIL))
    assert source.file is not None
    long = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0" + b"\0" * 60_000
    data = encoded(replace(source, file=replace(source.file, exif=long, icc=b"\1" * 300_000)), "JPEG", RECORD)
    assert is_made(tmp_path, data)


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
        pytest.param(encoded(photo("JPEG", saying(NAMESPACE)), "JPEG", None), id="XMP that names us and has no record"),
    ],
)
def test_what_is_no_whole_photo_with_a_record_is_none(data: bytes, tmp_path: Path) -> None:
    assert not is_made(tmp_path, data)


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert not made_here(tmp_path / "none.jpg", Settings())
