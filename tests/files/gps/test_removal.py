"""The place goes, everything else stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, without_gps
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import facts, image_resource, picture, png_chunk, saved, with_segments

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

    assert facts(without_gps(plain)) == replace(facts(plain), placeless=True)
    bare = Photo(np.zeros((2, 2, 3), np.uint8))
    assert without_gps(bare) is bare


TAKEN_OUT = "{} in which the place cannot be searched for was taken out whole."
BROKEN = {"no directory": b"II\x2a\0\xff\xff\xff\x7f", "no EXIF at all": b"47.22N"}


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_a_block_that_cannot_be_read_goes_for_it_may_hold_the_place(block: bytes) -> None:
    photo = source("JPEG")
    broken = replace(photo, file=replace(facts(photo), exif=block, xmp=b"GPSLatitude 47"))

    assert (facts(without_gps(broken)).exif, facts(without_gps(broken)).xmp) == (None, None)
    assert facts(without_gps(broken)).notes == (TAKEN_OUT.format("EXIF and XMP"),)


TURNED = b"II\x2a\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
"""EXIF that says no more than orientation 6."""
CLAIMS = b"".join(tag.to_bytes(2, "little") + b"\4\0\x46\0\0\0\x08\0\0\0" for tag in (330, 40965))
CHILD_CLAIMS_TOO_MUCH = (
    TURNED[:8] + b"\2\0" + TURNED[10:22] + b"\x69\x87\4\0\1\0\0\0\x26\0\0\0" + bytes(4) + b"\2\0" + CLAIMS
).ljust(300, b"\0")
UPRIGHT_OR_NOT = {
    "EXIF that goes had turned it": ([CHILD_CLAIMS_TOO_MUCH], TURNED),
    "and more EXIF follows": ([CHILD_CLAIMS_TOO_MUCH, BROKEN["no directory"], TURNED], TURNED),
    "only a second block would turn it": ([BROKEN["no directory"], TURNED], None),
}


@pytest.mark.parametrize(("blocks", "left"), UPRIGHT_OR_NOT.values(), ids=UPRIGHT_OR_NOT)
def test_a_photo_stays_the_way_up_it_was(blocks: list[bytes], left: bytes | None) -> None:
    before = read(with_segments(saved(picture(), "JPEG"), *[(0xE1, b"Exif\0\0" + b) for b in blocks]), Settings())

    after = read(encoded(without_gps(before), "JPEG", None), Settings())

    assert (facts(after).exif, facts(after).orientation) == (left, facts(before).orientation)
    assert np.array_equal(after.pixels, before.pixels)


def test_a_pointer_to_nothing_goes() -> None:
    block = b"II\x2a\0\x08\0\0\0\1\0\x25\x88\4\0\1\0\0\0\0\0\0\0\0\0\0\0"
    photo = source("JPEG")

    stripped = without_gps(replace(photo, file=replace(facts(photo), exif=block)))

    assert facts(stripped).exif == b"II\x2a\0\x08\0\0\0\0\0" + bytes(16)
    assert facts(stripped).notes == ()


def described(attributes: str, inside: str = "") -> bytes:
    """A packet of one description, with the namespaces that cameras, drones and apps use."""
    spaces = {
        "exif": "http://ns.adobe.com/exif/1.0/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "drone-dji": "http://www.dji.com/drone-dji/1.0/",
        "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
        "xmpNote": "http://ns.adobe.com/xmp/note/",
    }
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {declared}{attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def stripped_of(packet: bytes) -> bytes | None:
    photo = read(saved(picture(), "PNG"), Settings())
    return facts(without_gps(replace(photo, file=replace(facts(photo), xmp=packet)))).xmp


BAG = "<Iptc4xmpExt:LocationCreated><rdf:Bag>{}</rdf:Bag></Iptc4xmpExt:LocationCreated>"
PLACES = {
    "attributes of an item": (
        ("", BAG.format('<rdf:li Iptc4xmpExt:City="Bonn" exif:GPSLatitude="50,44N" exif:GPSLongitude="7,5E"/>')),
        ("", BAG.format('<rdf:li Iptc4xmpExt:City="Bonn"/>')),
    ),
    "attributes of a property": (
        ("", '<exif:Flash exif:Fired="True" exif:GPSLatitude="50,44N"/>'),
        ("", '<exif:Flash exif:Fired="True"/>'),
    ),
    "a drone's": (
        (
            ' drone-dji:GpsLatitude="+22.5" drone-dji:GpsLongtitude="+113" drone-dji:AbsoluteAltitude="9" exif:Note=""',
            "",
        ),
        (' exif:Note=""', ""),
    ),
    "of another vocabulary": (
        (' exif:Note="x"', "<geo:lat>50.7</geo:lat><geo:long>7.1</geo:long>"),
        (' exif:Note="x"', ""),
    ),
    "under a prefix that means something else inside": (
        (
            ' exif:GPSLatitude="1,2N"',
            '<exif:Note xmlns:exif="urn:other">x</exif:Note><exif:Flash exif:GPSAltitude="9"/>',
        ),
        ("", '<exif:Note xmlns:exif="urn:other">x</exif:Note><exif:Flash/>'),
    ),
}


@pytest.mark.parametrize(("before", "after"), PLACES.values(), ids=PLACES)
def test_the_place_goes_however_xmp_tells_it_and_all_else_stays(
    before: tuple[str, str], after: tuple[str, str]
) -> None:
    assert stripped_of(described(*before)) == described(*after)


def extended(packet: bytes, name: bytes) -> list[tuple[int, bytes]]:
    """A packet in two pieces, the second one first."""
    head, half = b"http://ns.adobe.com/xmp/extension/\0" + name + len(packet).to_bytes(4, "big"), len(packet) // 2
    return [(0xE1, head + at.to_bytes(4, "big") + piece) for at, piece in ((half, packet[half:]), (0, packet[:half]))]


def test_extended_xmp_goes_when_it_tells_the_place_and_this_is_said() -> None:
    named = (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + described(' xmpNote:HasExtendedXMP="A" exif:Note="x"'))
    depth = extended(described(' exif:Note="a depth map"'), b"B" * 32)
    place = extended(described("", "<exif:GPSLatitude>50,44N</exif:GPSLatitude>"), b"A" * 32)
    harmless = read(with_segments(saved(picture(), "JPEG"), named, *depth), Settings())
    told = read(with_segments(saved(picture(), "JPEG"), named, *place), Settings())

    assert facts(without_gps(harmless)) == replace(facts(harmless), placeless=True)
    assert facts(without_gps(told)).xmp == described(' exif:Note="x"')
    assert b"xmp/extension" not in encoded(without_gps(told), "JPEG", None)
    assert facts(without_gps(told)).notes == (
        "Extended XMP, such as a depth map, was taken out with the place: it held that, too.",
    )


def test_the_place_goes_from_a_jpegs_further_packets() -> None:
    packets = [(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet) for packet in (described(""), XMP, b"GPSLatitude 47")]
    photo = read(with_segments(saved(picture(), "JPEG"), *packets), Settings())

    kept = [payload for name, payload in facts(without_gps(photo)).blocks if name == "APP1"]

    assert len(kept) == 1
    assert facts(without_gps(photo)).notes == (TAKEN_OUT.format("XMP"),)
    assert b"GPS" not in kept[0]
    assert b'exif:ExposureTime="1/60"' in kept[0]


@pytest.mark.parametrize(
    ("name", "payload", "whole"),
    [
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP, "XMP"),
        (b"zTXt", b"Raw profile type xmp\0\0anything", "XMP"),
        (b"zTXt", b"Raw profile type exif\0\0anything", "EXIF"),
        (b"tEXt", b"exif:GPSLatitude\x0047/1, 22/1", ""),
    ],
)
def test_a_png_keeps_the_place_in_no_text_chunk(name: bytes, payload: bytes, whole: str) -> None:
    data, title = saved(picture(), "PNG"), png_chunk(b"tEXt", b"Title\0GPS for beginners")
    first = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + described(""))
    photo = read(data[:33] + first + png_chunk(name, payload) + title + data[33:], Settings())

    assert payload in encoded(photo, "PNG", None)
    assert payload not in encoded(without_gps(photo), "PNG", None)
    assert facts(without_gps(photo)).notes == ((TAKEN_OUT.format(whole),) if whole else ())
    assert title in encoded(without_gps(photo), "PNG", None)


def test_copies_of_exif_and_xmp_among_photoshops_resources_go() -> None:
    caption, copies = image_resource(1028, b"caption"), image_resource(1060, XMP) + image_resource(1058, b"MM odd")
    jpeg = with_segments(saved(picture(), "JPEG"), (0xED, b"Photoshop 3.0\0" + copies + caption))
    tiff = saved(picture(), "TIFF", tiffinfo={34377: copies + caption})

    for data in (jpeg, tiff):
        after = encoded(without_gps(read(data, Settings())), "JPEG" if data is jpeg else "TIFF", None)
        assert caption in after
        assert b"GPS" not in after
        assert b"MM odd" not in after
