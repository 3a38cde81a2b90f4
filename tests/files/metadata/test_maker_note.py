"""Notes of a camera's maker, whose positions count from the beginning of the EXIF block or of the TIFF."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import tifffile
from PIL import Image

from open_the_eyes.files import read, write
from open_the_eyes.files.metadata.ifd import (
    EXIF_IFD,
    MAKER_NOTE,
    UNDEFINED,
    Entry,
    Ifd,
    ifd_bytes,
    read_first_ifd,
    tiff_block,
    tiff_header,
)
from open_the_eyes.files.metadata.maker_note import NOTE_MOVED, NOTE_SHOWS_OLD_EYES, maker_note_of
from open_the_eyes.settings import Settings
from tests.files.metadata.test_thumbnail import exif_with, old_thumbnail
from tests.files.pictures import RECORD, besides_loss, facts, picture, saved, with_segments

OWNER: Final = b"Owner of this camera"
ORDERS: Final = pytest.mark.parametrize("order", ["<", ">"], ids=["II", "MM"])
SUFFIXES: Final = pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".avif"])


def note(order: str, at: int) -> bytes:
    """A directory of one text, as Canon makes them, for a note that begins at `at`."""
    return struct.pack(order + "HHHII", 1, 9, 2, len(OWNER), at + 18) + b"\0\0\0\0" + OWNER


def owner_in(block: bytes | None) -> bytes:
    """The text, found as the maker's own program finds it."""
    root = read_first_ifd(block or b"")
    found = maker_note_of(root)
    assert found is not None
    count, at = struct.unpack_from(root.order + "II", found.raw, 6)
    return (block or b"")[at : at + count]


def exif(order: str, note_at: int) -> bytes:
    """A block with the note that far behind its tags."""
    entry = Entry(MAKER_NOTE, UNDEFINED, note(order, note_at))
    camera = Ifd(order, {MAKER_NOTE: entry})
    root = Ifd(order, {271: Entry(271, 2, b"A maker of cameras\0\0")}, {EXIF_IFD: camera})
    block = tiff_header(order, 8) + ifd_bytes(root, 8, (entry, note_at))
    assert len(block) <= note_at
    return block.ljust(note_at, b"\0") + entry.raw


def tiff(order: str, note_at: int, size_wh: tuple[int, int] = (61, 45)) -> bytes:
    """A TIFF with its strips first, then the note, then its tags."""
    out = BytesIO()
    pixels = np.asarray(picture(size_wh=size_wh))
    tifffile.imwrite(out, pixels, photometric="rgb", metadata=None, byteorder="<" if order == "<" else ">")
    data = out.getvalue().ljust(note_at, b"\0")
    assert len(data) == note_at
    entry = Entry(MAKER_NOTE, UNDEFINED, note(order, note_at))
    root = read_first_ifd(data)
    data += entry.raw
    camera = Ifd(order, {MAKER_NOTE: entry})
    root = Ifd(order, root.entries, {EXIF_IFD: camera})
    return tiff_header(order, len(data)) + data[8:] + ifd_bytes(root, len(data), (entry, note_at))


def exif_in(path: Path) -> bytes | None:
    """Its EXIF block, or the TIFF it is."""
    return path.read_bytes() if path.suffix == ".tif" else facts(read(path, Settings())).exif


@ORDERS
@SUFFIXES
@pytest.mark.parametrize("note_at", [120, 4_001, 60_000])
def test_a_jpegs_note_can_be_read_in_every_format(suffix: str, order: str, note_at: int, tmp_path: Path) -> None:
    source = read(with_segments(saved(picture(), "JPEG"), (0xE1, b"Exif\0\0" + exif(order, note_at))), Settings())
    target = tmp_path / f"out{suffix}"

    notes = write(source, target, record=RECORD).notes

    assert besides_loss(notes) == ()
    assert owner_in(exif_in(target)) == OWNER
    with Image.open(target) as opened:
        opened.load()


@ORDERS
@SUFFIXES
def test_a_tiffs_note_can_be_read_in_every_format(suffix: str, order: str, tmp_path: Path) -> None:
    source = read(tiff(order, 9_001), Settings())
    target, again = tmp_path / f"out{suffix}", tmp_path / f"again{suffix}"

    notes = write(source, target, record=RECORD).notes
    write(read(target, Settings()), again, record=RECORD)

    assert besides_loss(notes) == ()
    assert owner_in(exif_in(target)) == owner_in(exif_in(again)) == OWNER
    if suffix in (".tif", ".png"):
        assert np.array_equal(read(again, Settings()).pixels, source.pixels)


def test_a_note_behind_a_large_picture_stays_in_a_tiff_and_is_told_of_elsewhere(tmp_path: Path) -> None:
    source = read(tiff("<", 200_000, size_wh=(256, 256)), Settings())

    told = {name: write(source, tmp_path / name, record=RECORD).notes for name in ("out.tif", "out.png")}

    assert told == {"out.tif": (), "out.png": (NOTE_MOVED,)}
    assert owner_in((tmp_path / "out.tif").read_bytes()) == OWNER
    assert b"Owner" in (facts(read(tmp_path / "out.png", Settings())).exif or b"")


def test_a_note_that_stood_absurdly_far_behind_swells_no_file(tmp_path: Path) -> None:
    data = tiff("<", 2_000_000)
    source = read(data, Settings())

    notes = write(source, tmp_path / "out.tif", record=RECORD).notes

    assert notes == (NOTE_MOVED,)
    assert (tmp_path / "out.tif").stat().st_size < 20_000


@SUFFIXES
@pytest.mark.parametrize("of", [".jpg", ".tif"])
def test_a_small_picture_in_a_note_is_told_of_where_eyes_were_opened(of: str, suffix: str, tmp_path: Path) -> None:
    small = saved(picture(), "JPEG")
    camera = Ifd("<", {MAKER_NOTE: Entry(MAKER_NOTE, UNDEFINED, b"OLYMP\0\1\0" + small)})
    block = tiff_block(Ifd("<", {}, {EXIF_IFD: camera}))
    data = with_segments(saved(picture(), "JPEG"), (0xE1, b"Exif\0\0" + block))
    if of == ".tif":
        write(read(data, Settings()), tmp_path / "source.tif", record=None)
        data = (tmp_path / "source.tif").read_bytes()
    source = read(data, Settings())

    edited = write(source, tmp_path / f"out{suffix}", record=RECORD).notes
    copied = write(source, tmp_path / f"copy{suffix}", record=None).notes

    assert besides_loss(edited) == (NOTE_SHOWS_OLD_EYES,)
    assert besides_loss(copied) == ()


def test_a_thumbnail_is_no_small_picture_in_a_note(tmp_path: Path) -> None:
    block = exif_with(old_thumbnail())
    source = read(with_segments(saved(picture(), "JPEG"), (0xE1, b"Exif\0\0" + block)), Settings())
    no_room = read(with_segments(saved(picture(), "JPEG"), (0xE1, b"Exif\0\0" + block[:-9])), Settings())

    assert write(source, tmp_path / "out.jpg", record=RECORD).notes == ()
    assert write(no_room, tmp_path / "unlinked.jpg", record=RECORD).notes == ()
