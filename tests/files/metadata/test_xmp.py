"""A packet of XMP that a record is laid into: all else stays as it is, and no packet is a danger."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from open_the_eyes.files import encoded, read, read_record
from open_the_eyes.files.metadata.edit_xmp import with_record
from open_the_eyes.files.metadata.xmp import BrokenXmp, quoted, without_properties
from open_the_eyes.photo import FileFormat
from open_the_eyes.settings import Settings
from tests.files.xmp_packets import HEAD, IPTC, LATER, NOTED, OTHER_IPTC, RECORD, TAIL, photo, xmp_of

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


@pytest.mark.parametrize("value", ["", "plain", "a \"b\" 'c'", "<&amp;>", "\ttwo\r\nlines\n", "ü €"])
def test_an_attribute_has_the_value_that_was_quoted(value: str) -> None:
    assert ElementTree.fromstring(f"<a b={quoted(value)}/>").get("b") == value


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


WIDE = {
    "UTF-16, marked": ("utf-16-le", "\ufeff", "\0"),
    "UTF-16, the other way round": ("utf-16-be", "\ufeff", ""),
    "UTF-16 without a mark": ("utf-16-le", "", ""),
    "UTF-16, and it says so": ("utf-16-be", "<?xml version='1.0' encoding='UTF-16'?>\n", ""),
    "UTF-32": ("utf-32-be", "\ufeff", ""),
}


@pytest.mark.parametrize(("encoding", "before", "after"), WIDE.values(), ids=WIDE)
def test_a_packet_in_another_encoding_becomes_utf8(encoding: str, before: str, after: str) -> None:
    plain = (HEAD + b"<!--" + "\u00c4\U0001f600".encode() + b"-->" + TAIL).decode()
    wide = (before + plain + after).encode(encoding)

    assert with_record(wide, RECORD) == with_record(plain.encode(), RECORD)
    assert without_properties(wide, lambda _: False) == wide


def test_all_descriptions_are_about_the_same() -> None:
    packet = HEAD + b'<rdf:Description rdf:about="uuid:&amp;1"/>' + TAIL

    assert with_record(packet, RECORD).count(b'rdf:about="uuid:&amp;1"') == 2


BROKEN = {
    "no XML": b"just words",
    "cut off": HEAD + b"<rdf:Description",
    "no RDF": b"<a/>",
    "empty RDF element": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "undeclared prefix": HEAD + b"<a:b/>" + TAIL,
    "half a letter of UTF-16": b"\xfe\xff\xd8\0" + (HEAD + TAIL).decode().encode("utf-16-be"),
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
