"""What stands behind a JPEG's picture gives the place away no more than the picture does, or the report says so."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from open_the_eyes.files import may_tell_place, read, without_gps, write
from open_the_eyes.files.jpeg.trailer import without_place
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.files.films import FTYP, MDAT, PLACE, box, film, handler, keyed, long_box, track
from tests.files.pictures import RECORD, camera_exif, image_resource, picture, saved, with_segments

XYZ: Final = box(b"\xa9xyz", b"\0\x12\x15\xc7", PLACE)
LOCATION: Final = b"com.apple.quicktime.location.ISO6709"
ODD_TEXT: Final = b"48 deg N 16 deg E"
FILMS: Final = {
    "a phone's": film(box(b"udta", XYZ)),
    "QuickTime's end of user data": film(box(b"udta", XYZ, bytes(4))),
    "3GPP's": film(box(b"udta", box(b"loci", bytes(6), b"home\0", bytes(17), b"earth\0\0"), box(b"titl", b"a title"))),
    "by key": film(keyed((b"com.apple.quicktime.make", b"A Phone"), (LOCATION, ODD_TEXT))),
    "by a key behind it": film(keyed((LOCATION, ODD_TEXT), last=True)),
    "by key, ISO's": film(box(b"udta", keyed((LOCATION, PLACE), full=True))),
    "of a track": film(box(b"trak", keyed((LOCATION, PLACE)))),
    "beside moov": film()
    + box(b"meta", bytes(4), handler(b"mdir"), box(b"ilst", box(b"\xa9xyz", box(b"data", PLACE)))),
    "of eight bytes' length": FTYP + MDAT + long_box(b"moov", long_box(b"udta", long_box(b"\xa9xyz", b"??", PLACE))),
    "XMP": film() + box(b"uuid", bytes(16), b"<x exif:GPSLatitude='48,12N'/>"),
    "a small picture": film(box(b"udta", box(b"thmb", saved(picture(), "JPEG", exif=camera_exif())))),
    "to the end": film(box(b"udta", XYZ)) + b"\0\0\0\0mdat" + b"pictures",
}


@pytest.mark.parametrize("told", FILMS.values(), ids=FILMS)
def test_a_film_loses_the_place_and_nothing_else(told: bytes) -> None:
    found = without_place(told)

    gone = (PLACE, ODD_TEXT, b"GPSLatitude", b"loci", b"earth", b"Exif")
    assert found.completely
    assert len(found.data) == len(told)
    assert not any(mark in found.data for mark in gone)
    assert found.data != told
    for stays in (FTYP, MDAT, b"A Phone", b"a title", b"hdlr"):
        assert found.data.count(stays) == told.count(stays)
    assert without_place(found.data) == found


@pytest.mark.parametrize(
    ("track_of", "searched"),
    [
        (track(b"soun"), True),
        (track(b"meta", b"mett application/microvideo-image-meta"), True),
        (track(b"meta", b"mebx"), False),
        (track(b"sbtl"), False),
        (box(b"trak", box(b"mdia")), False),
    ],
    ids=["sound", "of the pictures", "of anything", "subtitles", "unnamed"],
)
def test_a_film_with_a_track_that_may_note_the_place_is_not_searched(track_of: bytes, *, searched: bool) -> None:
    whole = film(track_of, box(b"udta", XYZ))
    found = without_place(whole)
    assert found.completely == searched
    assert PLACE not in found.data


LONE: Final = saved(picture("L"), "JPEG", exif=camera_exif())
PACKET: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="47,22.1N"'
    b' exif:ExposureTime="1/60"/></rdf:RDF></x:xmpmeta>'
)
XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
PICTURES: Final = {
    "EXIF": (LONE, True),
    "XMP": (with_segments(saved(picture("L"), "JPEG"), (0xE1, XMP + PACKET)), True),
    "XMP that cannot be read": (with_segments(saved(picture("L"), "JPEG"), (0xE1, XMP + b"<GPSLatitude=")), True),
    "Photoshop's copy": (
        with_segments(saved(picture("L"), "JPEG"), (0xED, b"Photoshop 3.0\0" + image_resource(1060, PACKET))),
        True,
    ),
    "several": (LONE + bytes(6) + LONE + film(box(b"udta", XYZ)) + bytes(9), True),
    "cut off": (LONE[:-20], False),
    "behind what nobody knows": (b"SEF\1\xff\xd8\xff" + LONE + b"\1", False),
    "after many beginnings": (b"\xff\xd8\xff" * 10 + LONE, False),
}


@pytest.mark.parametrize(("behind", "searched"), PICTURES.values(), ids=PICTURES)
def test_pictures_behind_a_picture_lose_the_place(behind: bytes, *, searched: bool) -> None:
    found = without_place(behind)

    assert (found.completely, len(found.data)) == (searched, len(behind))
    assert b"GPSLatitude" not in found.data
    assert PLACE not in found.data
    assert (b"\x25\x88" in behind) or b"\x88\x25" not in found.data  # the tag that leads to a GPS directory
    assert found.data.count(b"A Camera") == behind.count(b"A Camera")
    assert found.data.count(b"ExposureTime") == (behind.count(b"ExposureTime") if b"Photoshop" not in behind else 0)


def nested(depth: int) -> bytes:
    inside = XYZ
    for _ in range(depth):
        inside = box(b"udta", inside)
    return film(inside)


HOSTILE: Final = {
    "boxes in boxes": nested(1500),
    "reaches beyond its holder": film(box(b"udta", b"\0\0\x40\0" + XYZ[4:])),
    "no length": film(box(b"udta", b"\0\0\0\0" + XYZ[4:])) + MDAT,
    "shorter than its head": film(box(b"udta", b"\0\0\0\7" + XYZ[4:])),
    "long length cut off": film(box(b"udta", b"\0\0\0\1\xa9xyz")),
    "absurd long length": film(box(b"udta", b"\0\0\0\1\xa9xyz" + b"\xff" * 8 + PLACE)),
    "long length of nothing": film(box(b"udta", b"\0\0\0\1\xa9xyz" + bytes(8) + PLACE)),
    "a film that is cut off": film(box(b"udta", XYZ))[:-5],
    "keys that are cut off": film(box(b"meta", box(b"keys", b"\0"), box(b"ilst", b"\0\0\0\x09\0\0\0\1"))),
    "many boxes": film(box(b"udta", box(b"free") * 200_000)),
    "many films": FTYP * 50_000,
    "many pictures": LONE[:-2] * 1000,
    "many beginnings": b"\xff\xd8\xff\xe1\xff\xf0" * 100_000,
    "nothing": b"\xff\xd8\xff",
}


@pytest.mark.parametrize("behind", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_neither_end_nor_hold_up_the_search(behind: bytes) -> None:
    started = time.thread_time()
    found = without_place(behind)
    assert time.thread_time() - started < 5
    assert (found.completely, len(found.data)) == (False, len(behind))
    assert PLACE not in found.data


def samsungs(*blocks: tuple[bytes, bytes]) -> bytes:
    """A trailer as Samsung's phones write it, the list of its blocks at the end."""
    made = [bytes([0, 0, 1, number]) + struct.pack("<I", len(n)) + n + v for number, (n, v) in enumerate(blocks)]
    total, at, entries = sum(map(len, made)), 0, b""
    for block in made:
        entries += block[:4] + struct.pack("<II", total - at, len(block))
        at += len(block)
    listed = b"SEFH" + struct.pack("<II", 107, len(made)) + entries
    return b"".join(made) + listed + struct.pack("<I", len(listed)) + b"SEFT"


TIME: Final = (b"Image_UTC_Data", b"1700513181420")
COUNTRY: Final = (b"MCC_Data", b"310")
SAMSUNGS: Final = {
    "time and country": (samsungs(TIME, COUNTRY, (b"Camera_Capture_Mode_Info", b"1")), True),
    "a film": (samsungs(TIME, (b"MotionPhoto_Data", film(box(b"udta", XYZ))), COUNTRY), True),
    "a picture": (samsungs((b"DualShot_1", saved(picture(), "JPEG", exif=camera_exif())), COUNTRY), True),
    "behind a picture": (saved(picture(), "JPEG", exif=camera_exif()) + samsungs(TIME, COUNTRY), True),
    "a film that is not searched": (samsungs((b"MotionPhoto_Data", film(track(b"mett")) + PLACE), COUNTRY), False),
    "a block nobody knows": (samsungs(COUNTRY, (b"Gallery_DC_Data", PLACE)), False),
    "a time too long": (samsungs((TIME[0], 9 * PLACE), COUNTRY), False),
    "bytes before it": (PLACE + samsungs(TIME, COUNTRY), False),
}


@pytest.mark.parametrize(("told", "wholly"), SAMSUNGS.values(), ids=SAMSUNGS)
def test_samsungs_blocks_lose_the_country_and_are_searched(told: bytes, wholly: bool) -> None:
    found = without_place(told)

    assert (found.completely, len(found.data)) == (wholly, len(told))
    assert b"MCC_Data000" in found.data
    assert not any(mark in found.data for mark in (PLACE, b"MCC_Data310", b"\xa9xyz"))
    assert found.data.count(TIME[0] + TIME[1]) == told.count(TIME[0] + TIME[1])
    assert found.data[-12:] == told[-12:]
    assert without_place(found.data).data == found.data


def test_a_broken_list_of_blocks_is_no_list() -> None:
    whole = samsungs(TIME, COUNTRY)
    for at in range(len(whole)):
        for odd in (whole[:at], whole[at:], whole[:at] + b"\xff" + whole[at + 1 :]):
            assert len(without_place(odd).data) == len(odd)
    assert not without_place(whole[:-1]).completely
    assert not without_place(whole[:-8] + b"\xff\xff\xff\xffSEFT").completely


@pytest.mark.parametrize("named", [9, 2_000_000], ids=["a short name", "a long one"])
def test_a_list_of_ever_so_many_blocks_holds_nobody_up(named: int) -> None:
    block = b"\0\0\1\x0a" + struct.pack("<I", named) + bytes(2_000_000)
    entries = (block[:4] + struct.pack("<II", len(block), len(block))) * 200_000
    listed = b"SEFH" + bytes(8) + entries
    started = time.thread_time()
    assert not without_place(block + listed + struct.pack("<I", len(listed)) + b"SEFT").completely
    few = b"SEFH" + bytes(8) + entries[:60_000]
    assert not without_place(block[:-1] + b"x" + few + struct.pack("<I", len(few)) + b"SEFT").completely
    assert time.thread_time() - started < 5  # entry by entry it would be minutes


def photo_with(behind: bytes) -> Photo:
    return read(saved(picture(), "JPEG") + behind, Settings())


SAID: Final = {
    "searched": (film(box(b"udta", XYZ)), "a film, without the place"),
    "nothing told": (film(), "a film, without the place"),
    "not searched": (film(track(b"meta")), "a film, which cannot be searched to the end and may tell the place"),
    "bytes": (b"SAMSUNG notes", "13 bytes, which cannot be searched to the end and may tell the place"),
}


@pytest.mark.parametrize(("behind", "says"), SAID.values(), ids=SAID)
def test_the_report_says_whether_the_place_is_out(behind: bytes, says: str, tmp_path: Path) -> None:
    photo = without_gps(photo_with(behind))

    notes = write(photo, tmp_path / "out.jpg", record=RECORD).notes

    assert notes == (f"Behind the picture the file keeps {says}: the eyes there are the old ones.",)
    assert may_tell_place(photo) == ("may tell" in says)
    written = (tmp_path / "out.jpg").read_bytes()
    assert written.endswith(without_place(behind).data)
    assert "may tell" not in "".join(write(photo, tmp_path / "out.png", record=RECORD).notes)


def test_the_index_of_pictures_still_leads_to_them(tmp_path: Path) -> None:
    pair = Image.new("RGB", (16, 16), (9, 8, 7)), Image.new("RGB", (16, 16), (90, 80, 70))
    pair[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=pair[1:], exif=camera_exif())
    placed = (tmp_path / "a.jpg").read_bytes()

    write(without_gps(read(tmp_path / "a.jpg", Settings())), tmp_path / "out.jpg", record=None)

    with Image.open(tmp_path / "out.jpg") as both:
        both.seek(1)
        assert both.getpixel((3, 3)) == (90, 80, 70)
        assert not both.getexif().get_ifd(34853)
    assert len((tmp_path / "out.jpg").read_bytes()) == len(placed)
