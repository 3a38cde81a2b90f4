"""XMP that has no room for a record, or cannot be read, does not go on saying what is no longer true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.edit_record import PAINTED, PHOTOGRAPHED
from open_the_eyes.files import encoded, is_painted, read, read_record, write
from open_the_eyes.files.metadata.edit_xmp import with_record, with_source_type
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.xmp_packets import HEAD, IPTC, LATER, NOTED, RECORD, TAIL, WORDS, photo, saying, xmp_of

ROOM = 65_504
"""Bytes of XMP in a JPEG."""
CAMERA = f"{WORDS}digitalCapture".encode()
ELEMENT = b"<Iptc4xmpExt:DigitalSourceType>" + CAMERA + b"</Iptc4xmpExt:DigitalSourceType>"
FORMS = {
    "an attribute": saying("digitalCapture"),
    "an element": HEAD + b"<rdf:Description " + IPTC + b">" + ELEMENT + b"</rdf:Description>" + TAIL,
    "not said": HEAD + TAIL,
}
ALL_BUT = "The source's XMP has no room for the record of the edit: all but the digital source type is in a comment."
NOTHING = "The source's XMP has no room for the record of the edit, which is in a comment, digital source type and all."
UNREAD = "The source's XMP cannot be read: the record of the edit stands beside it."


def filled(packet: bytes, size: int) -> bytes:
    """With a comment that makes it as long as that."""
    return packet.replace(TAIL, b"<!--" + b"x" * (size - len(packet) - 7) + b"-->" + TAIL)


def edited(packet: bytes, folder: Path, file_format: FileFormat = "JPEG") -> tuple[Photo, tuple[str, ...]]:
    """A photo with this packet after an edit, and the report's notes."""
    target = folder / ("out." + file_format.lower())
    notes = write(photo(file_format, packet), target, record=RECORD, overwrite=True).notes
    return read(target, Settings()), tuple(note for note in notes if "pixels everywhere" not in note)


@pytest.mark.parametrize("packet", FORMS.values(), ids=FORMS)
def test_a_full_packet_says_what_the_picture_is_made_of_and_a_comment_says_the_rest(
    packet: bytes, tmp_path: Path
) -> None:
    full = filled(packet, ROOM - 300)

    back, notes = edited(full, tmp_path)

    assert xmp_of(back) == with_source_type(full, RECORD, "JPEG None")
    assert f'Iptc4xmpExt:DigitalSourceType="{PAINTED}"'.encode() in xmp_of(back)  # some readers take no other prefix
    assert CAMERA not in xmp_of(back)
    assert (read_record(back), notes) == (RECORD, (ALL_BUT,))


def test_where_a_description_of_its_own_does_not_fit_the_word_is_replaced_where_it_stands(tmp_path: Path) -> None:
    full = filled(FORMS["an attribute"], ROOM - 25)

    back, notes = edited(full, tmp_path)

    assert xmp_of(back) == full.replace(CAMERA, PAINTED.encode())
    assert (read_record(back), notes) == (RECORD, (ALL_BUT,))


def test_where_nothing_more_fits_the_word_goes(tmp_path: Path) -> None:
    full = filled(FORMS["an element"], ROOM)

    back, notes = edited(full, tmp_path)

    assert b"digitalsourcetype" not in xmp_of(back)
    assert xmp_of(back).endswith(b"xxx-->" + TAIL)
    assert (read_record(back), notes) == (RECORD, (NOTHING,))


def test_of_a_short_record_that_another_program_rewrote_nothing_stays_either(tmp_path: Path) -> None:
    record = b'xmlns:o="urn:open-the-eyes:xmp:1.0:" o:Engine="e" o:Mode="m" o:Seed="1" o:Version="1"'
    told = b"<rdf:Description " + IPTC + b' Iptc4xmpExt:DigitalSourceType="' + CAMERA + b'" ' + record + b"/>"
    full = filled(HEAD + told + TAIL, ROOM)

    back, _ = edited(full, tmp_path)

    assert b"o:Engine" not in xmp_of(back)
    assert PAINTED.encode() in xmp_of(back)
    assert read_record(back) == RECORD


@pytest.mark.parametrize("packet", FORMS.values(), ids=FORMS)
def test_padding_gives_way_before_anything_else_and_no_more_of_it_than_has_to(packet: bytes, tmp_path: Path) -> None:
    end = b'<?xpacket end="w"?>'
    padded = packet + b" " * (ROOM - len(packet) - len(end) - 7) + end + b"\n\n\0\0\0\0\0"

    back, notes = edited(padded, tmp_path)

    assert len(xmp_of(back)) == ROOM
    bare = with_record(packet, RECORD)
    assert xmp_of(back) == bare + b" " * (ROOM - len(bare) - len(end)) + end
    assert (read_record(back), notes) == (RECORD, ())


def test_a_packet_in_utf16_gets_the_record_in_utf8(tmp_path: Path) -> None:
    back, notes = edited(saying("digitalCapture").decode().encode("utf-16-be"), tmp_path)

    assert xmp_of(back) == with_record(saying("digitalCapture"), RECORD)
    assert (read_record(back), notes) == (RECORD, ())


@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_a_full_packet_in_utf16_goes_into_a_jpeg_in_utf8(broken: bool, tmp_path: Path) -> None:
    full = filled(FORMS["not said"], ROOM - 10)
    full = full.replace(b"</rdf:RDF>", b"") if broken else full

    back, _ = edited(full.decode().encode("utf-16"), tmp_path)

    assert xmp_of(back) == full
    assert read_record(back) == RECORD


def test_what_a_packet_in_utf16_says_is_heard() -> None:
    assert is_painted(photo("JPEG", saying("trainedAlgorithmicMedia").decode().encode("utf-16-be")))


@pytest.mark.parametrize("file_format", NOTED)
def test_a_packet_that_cannot_be_read_says_nothing_untrue_and_the_report_tells(
    file_format: FileFormat, tmp_path: Path
) -> None:
    broken = saying("digitalCapture").replace(b"</rdf:RDF>", b"")

    back, notes = edited(broken, tmp_path, file_format)

    assert xmp_of(back) == broken.replace(CAMERA, PAINTED.encode())
    assert read_record(back) == RECORD
    assert notes == (UNREAD,)


def test_a_packet_that_is_full_and_cannot_be_read_says_nothing_at_all(tmp_path: Path) -> None:
    broken = filled(saying("digitalCapture"), ROOM + 10).replace(b"</rdf:RDF>", b"")

    back, _ = edited(broken, tmp_path)

    assert xmp_of(back) == broken.replace(CAMERA, b"")


def test_of_an_earlier_record_nothing_stays_in_xmp_where_the_next_one_does_not_fit() -> None:
    room = ROOM - len(with_record(HEAD + b"<!---->" + TAIL, replace(RECORD, source_type=PHOTOGRAPHED)))
    full = HEAD + b"<!--" + b"x" * room + b"-->" + TAIL
    longer = replace(LATER, options='{"eye_color": "green"}', earlier=RECORD.as_earlier())

    first = read(encoded(photo("JPEG", full), "JPEG", replace(RECORD, source_type=PHOTOGRAPHED)), Settings())
    second = read(encoded(first, "JPEG", longer), Settings())
    third = read(encoded(second, "JPEG", replace(RECORD, source_type=PHOTOGRAPHED)), Settings())

    assert len(xmp_of(first)) == ROOM
    assert PHOTOGRAPHED.encode() in xmp_of(first)
    assert len(xmp_of(second)) < len(full) + 300
    assert [b"urn:open-the-eyes" in xmp_of(one) for one in (first, second)] == [True, False]
    assert read_record(second) == longer
    assert (xmp_of(third), read_record(third)) == (xmp_of(first), read_record(first))


def test_a_note_in_a_picture_that_stands_behind_another_is_that_pictures_own() -> None:
    noted = encoded(photo("JPEG", filled(HEAD + TAIL, ROOM)), "JPEG", LATER)
    behind = noted[:2] + noted[noted.index(b"\xff\xfe") :]  # the comment with the record comes first
    source = read(encoded(photo("JPEG"), "JPEG", None) + behind, Settings())

    edited = encoded(source, "JPEG", RECORD)

    assert read_record(source) is None
    assert edited.endswith(behind)
