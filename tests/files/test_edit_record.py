"""The edit record: laid into any XMP without disturbing it, found again, and never a danger."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from open_the_eyes.edit_record import COMPOSITE, MAX_EARLIER, MAX_ENGINE, MAX_OPENED, PAINTED, PHOTOGRAPHED, EarlierEdit
from open_the_eyes.files import EditRecord, encoded, is_painted, read, read_record
from open_the_eyes.files.edit_record import with_record
from open_the_eyes.files.xmp import BrokenXmp
from open_the_eyes.photo import FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings

RECORD = EditRecord("appearance", "standard", 7, "0.1.0", ((1, "opened"), (2, "too_small")))
WITH_REFERENCES = replace(RECORD, input="1f" * 32, references=("0a" * 32, "", "b7" * 32))
LATER = EditRecord("sdxl", "ultra", -3, "0.2.0", ())
HEAD = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
TAIL = b"</rdf:RDF></x:xmpmeta>"
IPTC = b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
OTHER_IPTC = IPTC.replace(b"Iptc4xmpExt=", b"ext=")
NOTED: list[FileFormat] = ["JPEG", "PNG", "WEBP", "TIFF"]
FORMATS: list[FileFormat] = [*NOTED, "HEIF", "AVIF"]


def photo(file_format: FileFormat = "PNG", xmp: bytes | None = None) -> Photo:
    blank = Photo(np.full((8, 8, 3), 128, np.uint8))
    source = read(encoded(blank, file_format, None), Settings())
    assert source.file is not None
    return replace(source, file=replace(source.file, xmp=xmp))


def xmp_of(of: Photo) -> bytes:
    assert of.file is not None
    return of.file.xmp or b""


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_record_is_found_again(file_format: FileFormat) -> None:
    back = read(encoded(photo(file_format), file_format, RECORD), Settings())

    assert read_record(back) == RECORD
    assert PAINTED.encode() in xmp_of(back)


@pytest.mark.parametrize("word", [PAINTED, PHOTOGRAPHED, COMPOSITE])
def test_what_the_picture_is_made_of_is_told_in_words_of_the_iptc(word: str) -> None:
    record = replace(RECORD, engine="reference", source_type=word)
    xmp = with_record(None, record)
    assert f"<Iptc4xmpExt:DigitalSourceType>{word}</Iptc4xmpExt:DigitalSourceType>" in xmp.decode()
    assert read_record(photo(xmp=xmp)) == record


WORDS = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def saying(word: str) -> bytes:
    told = f'<rdf:Description {IPTC.decode()} Iptc4xmpExt:DigitalSourceType="{WORDS}{word}"/>'
    return HEAD + told.encode() + TAIL


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(FileFacts("PNG"), False, id="silent"),
        pytest.param(FileFacts("PNG", xmp=saying("digitalCapture")), False, id="a camera's"),
        pytest.param(FileFacts("PNG", xmp=saying("compositeCapture")), False, id="photos put together"),
        pytest.param(FileFacts("PNG", xmp=saying("composite")), False, id="put together of anything"),
        pytest.param(FileFacts("PNG", xmp=saying("trainedAlgorithmicMedia")), True, id="made up altogether"),
        pytest.param(FileFacts("PNG", xmp=saying("compositeSynthetic")), True, id="in part"),
        pytest.param(FileFacts("PNG", xmp=saying("algorithmicMedia")[:-9]), True, id="in a broken packet"),
        pytest.param(FileFacts("PNG", xmp=with_record(None, RECORD)), True, id="by an edit of ours"),
        pytest.param(
            FileFacts("PNG", xmp=with_record(None, replace(RECORD, source_type=PHOTOGRAPHED))), False, id="not by one"
        ),
    ],
)
def test_a_photo_counts_as_painted_when_it_says_so_itself(facts: FileFacts, expected: bool) -> None:
    assert is_painted(Photo(np.zeros((8, 8, 3), np.uint8), file=facts)) is expected


def test_the_edit_in_the_pixels_counts_before_the_one_in_the_file() -> None:
    once = photo(xmp=with_record(None, replace(RECORD, source_type=PHOTOGRAPHED)))
    twice = replace(once, edit=LATER)

    assert read_record(twice) == LATER
    assert (is_painted(once), is_painted(twice)) == (False, True)


def test_references_come_back_in_order_and_one_without_a_file_stays_one() -> None:
    back = read(encoded(photo("PNG"), "PNG", WITH_REFERENCES), Settings())

    assert read_record(back) == WITH_REFERENCES


def test_earlier_edits_come_back_in_order() -> None:
    earlier = (EarlierEdit("appearance", (2, 11)), EarlierEdit("an <engine>: odd", ()))
    record = replace(RECORD, earlier=earlier)
    back = read(encoded(photo("JPEG"), "JPEG", record), Settings())

    assert read_record(back) == record
    assert record.as_earlier() == (*earlier, EarlierEdit("appearance", (1,)))


def test_a_record_does_not_grow_without_end() -> None:
    many, full = range(100_000, 110_000), (EarlierEdit("sdxl", ()),) * MAX_EARLIER
    crowded = replace(LATER, engine="e" * 100, faces=tuple((n, "opened") for n in many), earlier=full)
    record = replace(RECORD, earlier=crowded.as_earlier())

    assert record.earlier == (*full[1:], EarlierEdit("e" * MAX_ENGINE, tuple(many)[:MAX_OPENED]))
    assert read_record(photo(xmp=with_record(None, record))) == record


@pytest.mark.parametrize("told", ["1,2", "sdxl", "sdxl: 1,,2", "sdxl: " + "1" * 100_000, "e" * 100 + ": 1"])
def test_a_forged_earlier_edit_is_none(told: str) -> None:
    forged = with_record(None, replace(RECORD, earlier=(EarlierEdit("old", (1,)),))).replace(b"old: 1", told.encode())
    assert read_record(photo(xmp=forged)) == RECORD


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_second_edit_replaces_the_record_and_leaves_no_trace_of_the_first(file_format: FileFormat) -> None:
    first = read(encoded(photo(file_format), file_format, RECORD), Settings())
    second = read(encoded(first, file_format, LATER), Settings())
    alone = read(encoded(photo(file_format), file_format, LATER), Settings())

    assert read_record(second) == LATER
    assert xmp_of(second) == xmp_of(alone)


@pytest.mark.parametrize("file_format", FORMATS)
def test_without_a_record_nothing_is_told(file_format: FileFormat) -> None:
    back = read(encoded(photo(file_format), file_format, None), Settings())

    assert read_record(back) is None
    assert xmp_of(back) == b""


def test_a_photo_that_is_no_file_has_no_record() -> None:
    assert read_record(Photo(np.zeros((1, 1, 3), np.uint8))) is None


KEPT = {
    "attributes": HEAD + b'<rdf:Description rdf:about="" xmlns:a="urn:a" a:b="&lt;1&gt;"/>' + TAIL,
    "elements": HEAD + b'<rdf:Description rdf:about="" xmlns:a="urn:a"><a:b>1</a:b></rdf:Description>' + TAIL,
    "packet, padding, zeros": b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    + HEAD
    + TAIL
    + b" " * 2000
    + b'<?xpacket end="w"?>\n\0\0',
    "comments and greater-than signs": HEAD + b'<!-- </rdf:RDF> --><rdf:Description rdf:about="a>b"/>' + TAIL,
    "a value that looks like ours": HEAD
    + b'<rdf:Description rdf:about="" xmlns:a="urn:a" '
    + IPTC
    + b" a:b=' Iptc4xmpExt:DigitalSourceType=\"x\"'/>"
    + TAIL,
}


@pytest.mark.parametrize("packet", KEPT.values(), ids=KEPT.keys())
def test_everything_else_stays_byte_for_byte(packet: bytes) -> None:
    merged = with_record(packet, RECORD)

    at = packet.rindex(b"</rdf:RDF>")
    assert merged.startswith(packet[:at])
    assert merged.endswith(packet[at:])
    assert read_record(photo(xmp=merged)) == RECORD


REPLACED = {
    "attribute": b'<rdf:Description rdf:about="" ' + IPTC + b' Iptc4xmpExt:DigitalSourceType="old"/>',
    "attribute under another prefix": b"<rdf:Description "
    + OTHER_IPTC
    + b" ext:DigitalSourceType = 'old' rdf:about=''/>",
    "element": b"<rdf:Description "
    + IPTC
    + b"><Iptc4xmpExt:DigitalSourceType>old</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
    "resource": b"<rdf:Description "
    + IPTC
    + b'><Iptc4xmpExt:DigitalSourceType rdf:resource="old>"/></rdf:Description>',
    "alone among others": b'<rdf:Description xmlns:a="urn:a" '
    + IPTC
    + b" ><a:b>stays</a:b><Iptc4xmpExt:DigitalSourceType>old</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
}


@pytest.mark.parametrize("description", REPLACED.values(), ids=REPLACED.keys())
def test_another_source_type_gives_way(description: bytes) -> None:
    merged = with_record(HEAD + description + TAIL, RECORD)

    assert b"old" not in merged
    assert merged.count(b"DigitalSourceType>") == 2
    assert (b"stays" in merged) == (b"stays" in description)
    assert read_record(photo(xmp=merged)) == RECORD
    assert with_record(merged, RECORD) == merged


NEIGHBOURS = {
    "an element without content": b'<rdf:Description rdf:about="" '
    + IPTC
    + b' xmlns:a="urn:a"><Iptc4xmpExt:DigitalSourceType rdf:resource="old"/><a:b>stays</a:b></rdf:Description>',
    "a description that is emptied": b'<rdf:Description rdf:about="" '
    + IPTC
    + b' Iptc4xmpExt:DigitalSourceType="old"/><rdf:Description xmlns:a="urn:a"><a:b>stays</a:b></rdf:Description>',
    "one before text": b'<rdf:Description rdf:about="" '
    + IPTC
    + b' Iptc4xmpExt:DigitalSourceType="old"/> \n<rdf:Description xmlns:a="urn:a"><a:b>stays</a:b></rdf:Description>',
    "one in a structure": b'<rdf:Description xmlns:a="urn:a"><a:place><rdf:Description '
    + IPTC
    + b' Iptc4xmpExt:DigitalSourceType="old"/></a:place><a:b>stays</a:b></rdf:Description>',
}


@pytest.mark.parametrize("descriptions", NEIGHBOURS.values(), ids=NEIGHBOURS.keys())
def test_what_stands_behind_something_that_goes_stays(descriptions: bytes) -> None:
    merged = with_record(HEAD + descriptions + TAIL, RECORD)

    tree = ElementTree.fromstring(merged)
    assert tree.findtext(".//{urn:a}b") == "stays"
    assert b"old" not in merged
    assert read_record(photo(xmp=merged)) == RECORD


def test_rdf_without_content_is_no_place_for_a_record() -> None:
    empty = HEAD.removesuffix(b">") + b"/>" + TAIL.removeprefix(b"</rdf:RDF>")
    with pytest.raises(BrokenXmp, match="no RDF"):
        with_record(empty, RECORD)


ABSURD = {
    "more bytes than any packet has": HEAD + b" " * 32_000_000 + TAIL,
    "more elements than any packet has": HEAD + b"<rdf:li/>" * 100_001 + TAIL,
    "more attributes than any tag has": HEAD
    + b"<rdf:Description"
    + b"".join(b" a%d = '\"'" % number for number in range(10_001))
    + b"/>"
    + TAIL,
    "more attributes than any packet has": HEAD + b'<rdf:li a="" b="" c="" d=""/>' * 20_001 + TAIL,
    "a namespace like a novel": HEAD + b'<a xmlns="' + b"u" * 1001 + b'"/>' + TAIL,
}


@pytest.mark.parametrize("packet", ABSURD.values(), ids=ABSURD.keys())
def test_packets_of_absurd_size_are_not_looked_through(packet: bytes) -> None:
    with pytest.raises(BrokenXmp, match=r"32,000,000 bytes|too many (elements|attributes)|absurd length"):
        with_record(packet, RECORD)


def test_a_packet_may_hold_a_picture_in_an_attribute_and_quotes_in_its_text() -> None:
    large = HEAD + b'<rdf:li a="' + b"=' " * 300_000 + b'">' + b'="" ' * 20_000 + b"</rdf:li>" + TAIL
    assert read_record(photo(xmp=with_record(large, RECORD))) == RECORD


def test_what_a_record_says_may_have_spaces_around_marks() -> None:
    spaced = replace(RECORD, options='{"engine": "a & b"}')
    assert read_record(photo(xmp=with_record(None, spaced))) == spaced


def test_all_descriptions_are_about_the_same() -> None:
    packet = HEAD + b'<rdf:Description rdf:about="uuid:&amp;1"/>' + TAIL

    assert with_record(packet, RECORD).count(b'rdf:about="uuid:&amp;1"') == 2


BROKEN = {
    "no XML": b"just words",
    "cut off": HEAD + b"<rdf:Description",
    "no RDF": b"<a/>",
    "empty RDF element": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "undeclared prefix": HEAD + b"<a:b/>" + TAIL,
    "UTF-16": b"\xff\xfe" + (HEAD + TAIL).decode().encode("utf-16-le"),
    "not UTF-8": HEAD + b"<!--\xff-->" + TAIL,
    "document type": b"<!DOCTYPE x>" + HEAD + TAIL,
    "entity from outside": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + HEAD + b"&e;" + TAIL,
    "entities that swell": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]>"
    + HEAD
    + b"&j;"
    + TAIL,
    "nested without end": HEAD + b"<rdf:li>" * 100_000,
}


@pytest.mark.parametrize("packet", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("file_format", NOTED)
def test_xmp_that_cannot_be_understood_stays_and_the_record_stands_beside_it(
    file_format: FileFormat, packet: bytes
) -> None:
    with pytest.raises(BrokenXmp):
        with_record(packet, RECORD)
    if file_format == "JPEG" and len(packet) > 65_000:
        packet = packet[:65_000]

    back = read(encoded(photo(file_format, packet), file_format, RECORD), Settings())
    again = read(encoded(back, file_format, LATER), Settings())

    assert xmp_of(back) == packet
    assert read_record(back) == RECORD
    assert xmp_of(again) == packet
    assert read_record(again) == LATER


def test_xmp_that_would_outgrow_its_jpeg_segment_stays_and_the_record_stands_beside_it() -> None:
    full = saying("digitalCapture").replace(TAIL, b"<!--" + b"x" * 65_000 + b"-->" + TAIL)

    back = read(encoded(photo("JPEG", full), "JPEG", RECORD), Settings())

    assert xmp_of(back) == full
    assert read_record(back) == RECORD


def test_of_an_earlier_record_nothing_stays_in_xmp_where_the_next_one_does_not_fit() -> None:
    room = 65_504 - len(with_record(HEAD + b"<!---->" + TAIL, replace(RECORD, source_type=PHOTOGRAPHED)))
    full = HEAD + b"<!--" + b"x" * room + b"-->" + TAIL
    longer = replace(LATER, options='{"eye_color": "green"}', earlier=RECORD.as_earlier())

    first = read(encoded(photo("JPEG", full), "JPEG", replace(RECORD, source_type=PHOTOGRAPHED)), Settings())
    second = read(encoded(first, "JPEG", longer), Settings())
    third = read(encoded(second, "JPEG", replace(RECORD, source_type=PHOTOGRAPHED)), Settings())

    assert len(xmp_of(first)) == 65_504
    assert PHOTOGRAPHED.encode() in xmp_of(first)
    assert xmp_of(second) == full
    assert read_record(second) == longer
    assert (xmp_of(third), read_record(third)) == (xmp_of(first), read_record(first))


def test_words_that_are_no_xml_cannot_break_out() -> None:
    odd = EditRecord('</ote:Engine><x a="1">&', "a\0b\ud800", 2**70, "]]>", ((3, "opened"),))

    back = read(encoded(photo(), "PNG", odd), Settings())

    assert read_record(back) == replace(odd, mode="ab")


FORGED = {
    "no seed": b'<rdf:Description xmlns:o="urn:open-the-eyes:xmp:1.0:" o:Engine="e" o:Mode="m" o:Version="1"/>',
    "a seed of many digits": b'<rdf:Description xmlns:o="urn:open-the-eyes:xmp:1.0:" o:Engine="e" o:Mode="m" '
    b'o:Version="1" o:Seed="' + b"9" * 5000 + b'"/>',
    "a seed in words": b'<rdf:Description xmlns:o="urn:open-the-eyes:xmp:1.0:" o:Engine="e" o:Mode="m" '
    b'o:Version="1" o:Seed="seven"/>',
}


@pytest.mark.parametrize("description", FORGED.values(), ids=FORGED.keys())
def test_a_forged_record_is_none(description: bytes) -> None:
    assert read_record(photo(xmp=HEAD + description + TAIL)) is None


def test_facts_default_to_nothing_to_carry() -> None:
    facts = FileFacts("JPEG")

    assert (facts.exif, facts.icc, facts.xmp, facts.blocks) == (None, None, None, ())
