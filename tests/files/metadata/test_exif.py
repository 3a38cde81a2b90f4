"""EXIF of unusual kinds on its way into another format."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from open_the_eyes.files import encoded, read, write
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, besides_loss, facts, picture, saved, with_segments

UTF_8 = 129
MAKER = "Zoë’s camera".encode()


def jpeg_with(exif: bytes) -> bytes:
    return with_segments(saved(picture(), "JPEG"), (0xE1, b"Exif\0\0" + exif))


def test_texts_in_utf_8_go_into_a_tiff() -> None:
    exif = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 271, UTF_8, len(MAKER), 26, 0) + MAKER

    back = read(encoded(read(jpeg_with(exif), Settings()), "TIFF", RECORD), Settings())

    assert MAKER in (facts(back).exif or b"")


def test_a_resolution_beside_exif_that_cannot_be_read_goes_along_untold(tmp_path: Path) -> None:
    source = read(with_segments(saved(picture(), "JPEG", dpi=(300, 300)), (0xE1, b"Exif\0\0no EXIF")), Settings())
    (note,) = besides_loss(write(source, tmp_path / "out.avif", record=RECORD).notes)
    assert note.endswith(": EXIF that cannot be read.")


@pytest.mark.parametrize(("suffix", "goes"), [(".avif", False), (".tif", False), (".png", True), (".heic", True)])
def test_exif_that_cannot_be_read_spoils_no_file_and_is_told_of_where_it_stays_behind(
    suffix: str, goes: bool, tmp_path: Path
) -> None:
    source = read(jpeg_with(b"no EXIF at all"), Settings())

    notes = write(source, tmp_path / f"out{suffix}", record=RECORD).notes

    assert facts(read(tmp_path / f"out{suffix}", Settings())).exif == (b"no EXIF at all" if goes else None)
    assert besides_loss(notes) == (() if goes else ("Not taken over into this format: EXIF that cannot be read.",))
