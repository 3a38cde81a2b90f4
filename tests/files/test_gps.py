"""The place goes, everything else stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, without_gps
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import facts, picture, saved

LATITUDE = (47.0, 22.0, 8.5)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="47,22.1N"'
    b' exif:ExposureTime="1/60"><exif:GPSLongitude>8,32.5E</exif:GPSLongitude></rdf:Description>'
    b"</rdf:RDF></x:xmpmeta>"
)


def exif() -> Image.Exif:
    block = Image.Exif()
    block[271] = "A Camera of a long name"
    block[274] = 1
    block.get_ifd(34665)[37500] = bytes(range(256))
    block.get_ifd(34853)[1] = "N"
    block.get_ifd(34853)[2] = LATITUDE
    return block


def loaded(photo: Photo) -> Image.Exif:
    block = Image.Exif()
    block.load(b"Exif\0\0" + (facts(photo).exif or b""))
    return block


def source(of: FileFormat) -> Photo:
    photo = read(saved(picture(), "JPEG", exif=exif()), Settings())
    return read(encoded(replace(photo, file=replace(facts(photo), xmp=XMP)), of, None), Settings())


@pytest.mark.parametrize("of", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_the_place_goes_from_every_format_and_all_else_stays(of: FileFormat) -> None:
    before = source(of)

    after = read(encoded(without_gps(before), of, None), Settings())

    assert loaded(before).get_ifd(34853)[1] == "N"
    assert not loaded(after).get_ifd(34853)
    assert loaded(after)[271] == "A Camera of a long name"
    assert loaded(after).get_ifd(34665)[37500] == bytes(range(256))
    assert b"GPS" not in (facts(after).xmp or b"")
    assert b'exif:ExposureTime="1/60"' in (facts(after).xmp or b"")


def test_no_byte_of_the_place_is_left_and_no_other_moved() -> None:
    before = source("JPEG")
    block = facts(before).exif or b""

    after = facts(without_gps(before)).exif or b""

    assert len(after) == len(block)
    assert after.index(bytes(range(256))) == block.index(bytes(range(256)))
    assert (22).to_bytes(4, "big") + (1).to_bytes(4, "big") in block
    assert (22).to_bytes(4, "big") + (1).to_bytes(4, "big") not in after


def test_a_photo_without_a_place_stays_as_it_is() -> None:
    plain = read(saved(picture(), "JPEG", exif=b"Exif\0\0" + b"II\x2a\0\x08\0\0\0\0\0\0\0\0\0"), Settings())

    assert without_gps(plain) == plain
    bare = Photo(np.zeros((2, 2, 3), np.uint8))
    assert without_gps(bare) is bare


BROKEN = {"no directory": b"II\x2a\0\xff\xff\xff\x7f", "no EXIF at all": b"47.22N"}


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_a_block_that_cannot_be_read_goes_for_it_may_hold_the_place(block: bytes) -> None:
    photo = source("JPEG")
    broken = replace(photo, file=replace(facts(photo), exif=block, xmp=b"GPSLatitude 47"))

    assert (facts(without_gps(broken)).exif, facts(without_gps(broken)).xmp) == (None, None)


def test_a_pointer_to_nowhere_goes() -> None:
    block = b"II\x2a\0\x08\0\0\0\1\0\x25\x88\4\0\1\0\0\0\xff\xff\xff\x7f\0\0\0\0"
    photo = source("JPEG")

    stripped = without_gps(replace(photo, file=replace(facts(photo), exif=block)))

    assert facts(stripped).exif == b"II\x2a\0\x08\0\0\0\0\0" + bytes(16)
