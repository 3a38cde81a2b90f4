"""Captions and keywords of the IPTC, where readers of the other format look for them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

import pytest

from open_the_eyes.files import read, write
from open_the_eyes.files.metadata.ifd import BYTE, LONG, UNDEFINED, Entry, Ifd, read_first_ifd, tiff_block
from open_the_eyes.files.metadata.photoshop import joined_resources, resource_data
from open_the_eyes.photo import FileFacts, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import besides_loss, facts, image_resource, picture, saved, with_segments

SETTINGS = Settings()
MODEL: Final = b"\x1c\x02\x19\0\x03eye\x1c\x02\x78\0\x08captions\0\0\0"
"""A keyword, a caption, and what makes whole numbers of it."""
CAPTION: Final = image_resource(1028, MODEL)
DIGEST, PATH = image_resource(1061, bytes(16)), image_resource(2000, b"a path" * 9, b"named")
TURNED: Final = struct.pack(">6I", *struct.unpack("<6I", MODEL))
SETTINGS_LOST: Final = "Not taken over into this format: settings of Photoshop."


def tiff(*entries: Entry) -> Photo:
    source = read(saved(picture(), "TIFF"), SETTINGS)
    tags = tiff_block(Ifd("<", {entry.tag: entry for entry in entries}))
    return Photo(source.pixels, file=FileFacts("TIFF", exif=tags))


def jpeg(*payloads: bytes) -> Photo:
    return read(with_segments(saved(picture(), "JPEG"), *((0xED, payload) for payload in payloads)), SETTINGS)


def as_format(source: Photo, target: Path) -> tuple[FileFacts, tuple[str, ...]]:
    """What the file says, and the report's notes."""
    notes = write(source, target, record=None).notes
    return facts(read(target, SETTINGS)), besides_loss(notes)


TAGS: Final = {
    "bytes": (Entry(33723, UNDEFINED, MODEL),),
    "whole numbers": (Entry(33723, LONG, MODEL),),
    "whole numbers, turned round": (Entry(33723, LONG, TURNED),),
    "Photoshop's": (Entry(34377, UNDEFINED, DIGEST + CAPTION),),
    "both": (Entry(33723, UNDEFINED, MODEL), Entry(34377, UNDEFINED, image_resource(1028, b"older"))),
}


@pytest.mark.parametrize("entries", TAGS.values(), ids=TAGS)
def test_a_tiffs_captions_are_photoshops_in_a_jpeg(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    told, notes = as_format(tiff(*entries, Entry(315, 2, b"A. Nonym\0")), tmp_path / "out.jpg")

    assert ("APP13", b"Photoshop 3.0\0" + CAPTION) in told.blocks
    assert set(read_first_ifd(told.exif or b"").entries) == {315}
    assert notes == ()


def test_long_captions_go_on_in_the_next_segment(tmp_path: Path) -> None:
    many = MODEL[:-3] * 5000
    told, _ = as_format(tiff(Entry(33723, UNDEFINED, many)), tmp_path / "out.jpg")

    assert len([block for block in told.blocks if block[0] == "APP13"]) == 2
    assert resource_data(joined_resources(told.blocks), 1028) == many


@pytest.mark.parametrize(
    "payloads",
    [(b"Photoshop 3.0\0" + DIGEST + CAPTION,), (b"Photoshop 3.0\0" + CAPTION[:9], b"Photoshop 3.0\0" + CAPTION[9:])],
    ids=["one segment", "two"],
)
def test_a_jpegs_captions_are_a_tag_in_a_tiff(payloads: tuple[bytes, ...], tmp_path: Path) -> None:
    told, notes = as_format(jpeg(*payloads), tmp_path / "out.tif")

    entry = read_first_ifd(told.exif or b"").entries[33723]
    assert (entry.raw, entry.field_type) == (MODEL, BYTE)
    assert notes == ()


def test_there_and_back_captions_are_the_same(tmp_path: Path) -> None:
    write(jpeg(b"Photoshop 3.0\0" + CAPTION), tmp_path / "out.tif", record=None)
    told, _ = as_format(read(tmp_path / "out.tif", SETTINGS), tmp_path / "back.jpg")

    assert joined_resources(told.blocks) == CAPTION


def test_what_else_photoshop_keeps_is_named(tmp_path: Path) -> None:
    from_jpeg = as_format(jpeg(b"Photoshop 3.0\0" + CAPTION + PATH), tmp_path / "out.tif")
    from_tiff = as_format(tiff(Entry(34377, UNDEFINED, CAPTION + PATH)), tmp_path / "out.jpg")

    assert (from_jpeg[1], from_tiff[1]) == ((SETTINGS_LOST,), (SETTINGS_LOST,))


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_captions_that_went_along_in_exif_are_not_told_as_lost_and_come_back_in_a_jpeg(
    suffix: str, tmp_path: Path
) -> None:
    artist = Entry(40093, 1, b"A. Nonym\0")
    both = tiff(Entry(33723, UNDEFINED, MODEL), artist, Entry(34377, UNDEFINED, DIGEST + CAPTION + PATH))
    between, notes = as_format(both, tmp_path / f"out{suffix}")
    back, _ = as_format(read(tmp_path / f"out{suffix}", SETTINGS), tmp_path / "back.jpg")

    assert read_first_ifd(between.exif or b"").entries[33723].raw == MODEL
    assert notes == (SETTINGS_LOST,)
    assert joined_resources(back.blocks) == CAPTION
    assert {tag: entry.raw for tag, entry in read_first_ifd(back.exif or b"").entries.items()} == {40093: artist.raw}
    assert MODEL not in (back.exif or b"")


def test_captions_that_a_tiff_has_among_photoshops_resources_alone_are_told_as_lost(tmp_path: Path) -> None:
    _, notes = as_format(tiff(Entry(34377, UNDEFINED, CAPTION)), tmp_path / "out.png")
    assert notes == ("Not taken over into this format: captions and settings of Photoshop.",)


@pytest.mark.parametrize("source", [tiff(), tiff(Entry(34377, UNDEFINED, b"8BIM cut off"))], ids=["none", "broken"])
def test_without_captions_a_jpeg_gets_no_block(source: Photo, tmp_path: Path) -> None:
    told, _ = as_format(source, tmp_path / "out.jpg")
    assert "APP13" not in [name for name, _ in told.blocks]
