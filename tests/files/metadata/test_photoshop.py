"""Photoshop's layers and thumbnails do not outlive the eyes they show; its captions do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, write
from open_the_eyes.files.metadata.photoshop import THUMBNAILS, segments_without
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, XMP, facts, image_resource, picture, saved, with_segments

LAYERS: Final = b"Adobe Photoshop Document Data Block\0MIB8ryaL" + bytes(2000)
CAPTION, PATH = image_resource(1028, b"a caption"), image_resource(2000, b"a path" * 9, b"named")
OLD_EYES: Final = image_resource(1036, b"old eyes!") + image_resource(1033, b"older eyes")
RESOURCES: Final = CAPTION + OLD_EYES + PATH
SETTINGS = Settings()
TOLD: Final = "The source's Photoshop layers are left out: they show the old picture."


def layered() -> bytes:
    tags = {270: "a title", 33723: b"IPTC", 34377: RESOURCES, 37724: LAYERS, 42112: b"<GDAL/>", 52545: b"credentials"}
    return saved(picture(), "TIFF", tiffinfo=tags)


def test_an_edited_tiff_has_no_layers_and_says_so(tmp_path: Path) -> None:
    source = read(layered(), SETTINGS)

    report = write(source, tmp_path / "out.tif", record=RECORD)

    with Image.open(tmp_path / "out.tif") as image:
        tags = image.getexif()
        assert 37724 not in tags
        assert tags[34377] == CAPTION + PATH
        assert 42112 in tags
        np.testing.assert_array_equal(np.asarray(image), source.pixels)
    assert TOLD in report.notes


def test_a_tiff_that_nobody_edited_keeps_everything(tmp_path: Path) -> None:
    report = write(read(layered(), SETTINGS), tmp_path / "out.tif", record=None)

    kept = (tmp_path / "out.tif").read_bytes()
    assert LAYERS in kept
    assert RESOURCES in kept
    assert TOLD not in report.notes


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_of_a_tiffs_tags_another_format_gets_those_of_exif(suffix: str, tmp_path: Path) -> None:
    report = write(read(layered(), SETTINGS), tmp_path / f"out.{suffix}", record=None)

    exif = facts(read(tmp_path / f"out.{suffix}", SETTINGS)).exif or b""
    tags = Image.Exif()
    tags.load(b"Exif\0\0" + exif)
    assert (tags[270], tags.get(33723)) == ("a title", None if suffix == "jpg" else b"IPTC")
    assert len(exif) < 200
    assert TOLD in report.notes


def test_an_edited_jpeg_has_no_thumbnail_among_its_resources() -> None:
    source = read(with_segments(saved(picture(), "JPEG"), (0xED, b"Photoshop 3.0\0" + RESOURCES)), SETTINGS)

    assert b"Photoshop 3.0\0" + RESOURCES in encoded(source, "JPEG", None)
    edited = encoded(source, "JPEG", RECORD)
    assert b"Photoshop 3.0\0" + CAPTION + PATH in edited
    assert b"old eyes" not in edited
    assert read(edited, SETTINGS).size_wh == source.size_wh


def test_a_resource_may_go_on_in_the_next_segment() -> None:
    long, other = image_resource(1036, b"old eyes" * 9000), ("COM", b"by hand")
    whole = CAPTION + long + PATH
    blocks = (
        ("APP13", b"Photoshop 3.0\0" + whole[:60_000]),
        other,
        ("APP13", b"Photoshop 3.0\0" + whole[60_000:]),
        ("APP13", b"Adobe_CM\0"),
    )

    kept = segments_without(blocks, THUMBNAILS)

    assert kept == (("APP13", b"Photoshop 3.0\0" + CAPTION + PATH), other, ("APP13", b"Adobe_CM\0"))


def test_what_is_left_is_cut_to_the_size_of_segments() -> None:
    left = image_resource(1, bytes(65_500)) + PATH

    pieces = segments_without((("APP13", b"Photoshop 3.0\0" + OLD_EYES + left),), THUMBNAILS)

    assert [len(payload) <= 65_533 for _, payload in pieces] == [True, True]
    assert b"".join(payload.removeprefix(b"Photoshop 3.0\0") for _, payload in pieces) == left


BROKEN: Final = {
    "nothing": b"",
    "no signature": b"8BIX" + RESOURCES[4:],
    "a name past the end": b"8BIM\x04\x0c\xff" + bytes(20),
    "content past the end": b"8BIM\x04\x0c\0\0\xff\xff\xff\xff" + bytes(20),
    "cut off": b"8BIM\x04\x0c",
}


@pytest.mark.parametrize("resources", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_understood_stays(resources: bytes) -> None:
    blocks = (("APP13", b"Photoshop 3.0\0" + resources),)
    assert segments_without(blocks, THUMBNAILS) == blocks
    assert segments_without((), THUMBNAILS) == ()


def test_small_pictures_in_xmp_go_when_the_photo_is_edited() -> None:
    small = b"<xmp:Thumbnails><rdf:Alt><rdf:li>/9j/old eyes</rdf:li></rdf:Alt></xmp:Thumbnails>"
    packet = XMP.replace(b'="A Camera"/>', b'="A Camera">' + small + b"</rdf:Description>")
    source = read(saved(picture(), "PNG"), SETTINGS)
    source = replace(source, file=replace(facts(source), xmp=packet))

    assert facts(read(encoded(source, "PNG", None), SETTINGS)).xmp == packet
    edited = facts(read(encoded(source, "PNG", RECORD), SETTINGS)).xmp or b""
    assert b"Thumbnails" not in edited
    assert b'xmp:CreatorTool="A Camera"' in edited
