"""The thumbnail in EXIF shows the new picture, and nothing else of the block moves."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.files import encoded, read
from open_the_eyes.files.metadata.thumbnail import with_thumbnail
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, facts, picture, saved, with_segments

MAKER_NOTE = bytes(range(256))


def old_thumbnail(size_wh: tuple[int, int] = (160, 120)) -> bytes:
    """Noise, so that it takes room."""
    noise = np.random.default_rng(1).integers(0, 256, (*size_wh[::-1], 3), dtype=np.uint8)
    return saved(Image.fromarray(noise), "JPEG", quality=50)


def exif_with(thumbnail: bytes, orientation: int = 1, kind: int = 4) -> bytes:
    """Orientation and a maker note's bytes, a second directory, the thumbnail, and something behind it."""
    note_at = 8 + 2 + 2 * 12 + 4
    second_at = note_at + len(MAKER_NOTE)
    thumbnail_at = second_at + 2 + 2 * 12 + 4
    first = struct.pack("<HHHIHHHHII", 2, 274, 3, 1, orientation, 0, 37500, 7, len(MAKER_NOTE), note_at)
    second = struct.pack("<HHHII", 2, 513, 4, 1, thumbnail_at)
    second += struct.pack("<HHI", 514, kind, 1) + struct.pack("<I" if kind == 4 else "<HH", *_padded(thumbnail, kind))
    head = b"II\x2a\0\x08\0\0\0" + first + struct.pack("<I", second_at) + MAKER_NOTE
    return head + second + b"\0\0\0\0" + thumbnail + b"behind it"


def _padded(thumbnail: bytes, kind: int) -> tuple[int, ...]:
    return (len(thumbnail),) if kind == 4 else (len(thumbnail), 0)


def thumbnail_of(exif: bytes | None) -> Image.Image:
    loaded = Image.Exif()
    loaded.load(b"Exif\0\0" + (exif or b""))
    second = loaded.get_ifd(-1)
    block = exif or b""
    image = Image.open(BytesIO(block[second[513] : second[513] + second[514]]))
    image.load()
    return image


def halves(width: int = 320, height: int = 240) -> Rgb:
    """Red above blue."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, :, 0] = pixels[height // 2 :, :, 2] = 200
    return pixels


@pytest.mark.parametrize("kind", [3, 4], ids=["SHORT", "LONG"])
def test_it_shows_the_new_picture_in_the_old_size(kind: int) -> None:
    new = thumbnail_of(with_thumbnail(exif_with(old_thumbnail(), kind=kind), Photo(halves()), 1))

    assert new.size == (160, 120)
    seen = np.asarray(new)
    assert (seen[20, 80] > (150, 0, 0)).all() or seen[20, 80, 0] > 150
    assert seen[100, 80, 2] > 150


def test_nothing_else_in_the_block_moves() -> None:
    old = exif_with(old_thumbnail())

    new = with_thumbnail(old, Photo(halves()), 1) or b""

    at = old.index(MAKER_NOTE)
    assert len(new) == len(old)
    assert new[: at + len(MAKER_NOTE)] == old[: at + len(MAKER_NOTE)]
    assert new.endswith(b"behind it")


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_it_lies_the_way_the_picture_is_stored(orientation: int) -> None:
    upright = halves() if orientation == 3 else halves(240, 320)

    seen = np.asarray(
        thumbnail_of(with_thumbnail(exif_with(old_thumbnail(), orientation), Photo(upright), orientation))
    )

    red_at = {3: (100, 80), 6: (60, 20), 8: (60, 140)}[orientation]
    assert seen[red_at][0] > 150
    assert seen[red_at][2] < 100


def test_a_thumbnail_that_was_upright_beside_a_lying_picture_stays_upright() -> None:
    seen = np.asarray(thumbnail_of(with_thumbnail(exif_with(old_thumbnail((120, 160)), 6), Photo(halves(240, 320)), 6)))

    assert seen[20, 60, 0] > 150
    assert seen[140, 60, 2] > 150


def test_a_picture_of_another_shape_lies_on_black() -> None:
    seen = np.asarray(thumbnail_of(with_thumbnail(exif_with(old_thumbnail()), Photo(halves(320, 180)), 1)))

    assert seen[:10].max() < 60
    assert seen[40, 80, 0] > 150


UNUSABLE = {
    "no room for one": exif_with(saved(Image.new("RGB", (160, 120)), "JPEG", quality=1)[:300] + b"\xff\xd9"),
    "no JPEG": exif_with(b"not a picture" * 30),
    "reaches past the end": exif_with(old_thumbnail())[:-2000],
}


@pytest.mark.parametrize("exif", UNUSABLE.values(), ids=UNUSABLE)
def test_one_that_cannot_be_replaced_is_taken_out(exif: bytes) -> None:
    new = (
        with_thumbnail(exif, Photo(np.random.default_rng(2).integers(0, 256, (240, 320, 3), dtype=np.uint8)), 1) or b""
    )

    loaded = Image.Exif()
    loaded.load(b"Exif\0\0" + new)
    assert not loaded.get_ifd(-1)
    assert MAKER_NOTE in new


LEFT = {
    "none": None,
    "no second directory": exif_with(old_thumbnail())[:34] + b"\0\0\0\0" + MAKER_NOTE,
    "broken": b"II\x2a\0\xff\xff\xff\x7f",
    "empty": b"",
}


@pytest.mark.parametrize("exif", LEFT.values(), ids=LEFT)
def test_a_block_without_one_stays_as_it_is(exif: bytes | None) -> None:
    assert with_thumbnail(exif, Photo(halves()), 1) == exif


def test_an_edited_file_has_a_new_one_and_an_unedited_file_its_own() -> None:
    exif = exif_with(old_thumbnail())
    source = read(saved(picture(), "JPEG"), Settings())
    source = replace(source, file=replace(facts(source), exif=exif))

    assert facts(read(encoded(source, "JPEG", None), Settings())).exif == exif
    edited = facts(read(encoded(source, "JPEG", RECORD), Settings())).exif
    assert edited != exif
    inside = np.asarray(thumbnail_of(edited).resize((61, 45)))
    assert np.abs(inside[5:-5, 5:-5].astype(int) - np.asarray(picture())[5:-5, 5:-5]).mean() < 12


def test_small_pictures_of_jfif_go_from_an_edited_file_alone() -> None:
    jfif = b"JFIF\0\1\2\1\0\x48\0\x48"
    small, extended = jfif + b"\x05\x02" + b"old" * 10, (b"JFXX\0\x10" + old_thumbnail(), b"JFXX\0\x13\1\1old")
    data = saved(picture(), "JPEG")
    start = data.index(b"\xff\xe0")
    data = data[:start] + data[start + 18 :]
    source = read(with_segments(data, (0xE0, small), *((0xE0, payload) for payload in extended)), Settings())

    same, edited = (facts(read(encoded(source, "JPEG", record), Settings())) for record in (None, RECORD))

    assert [payload for name, payload in same.blocks if name == "APP0"] == [small, *extended]
    assert [payload for name, payload in edited.blocks if name == "APP0"] == [jfif + b"\0\0"]
    assert edited.encoding == same.encoding


def test_a_second_exif_block_has_a_new_one_too() -> None:
    exif = exif_with(old_thumbnail())
    source = read(with_segments(saved(picture(), "JPEG"), *[(0xE1, b"Exif\0\0" + exif)] * 2), Settings())

    edited = facts(read(encoded(source, "JPEG", RECORD), Settings()))

    assert edited.exif != exif
    assert [block for block in edited.blocks if block[0] == "APP1"] == [("APP1", b"Exif\0\0" + (edited.exif or b""))]
