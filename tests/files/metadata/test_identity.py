"""A document that was edited has a new state, with a name of its own and a line in its history."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from open_the_eyes.files import encoded, read, read_record
from open_the_eyes.files.metadata.edit_xmp import with_record, without_record
from open_the_eyes.files.metadata.xmp import RDF
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.xmp_packets import FORMATS, HEAD, LATER, RECORD, TAIL, photo, saying, xmp_of

MM, EVENT = "http://ns.adobe.com/xap/1.0/mm/", "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
NAMED = b'xmlns:mm="%s" mm:DocumentID="xmp.did:1" mm:OriginalDocumentID="xmp.did:0"' % MM.encode()
FORMS = {
    "attributes": b"<rdf:Description " + NAMED + b' mm:InstanceID="xmp.iid:2">%s</rdf:Description>',
    "elements": b"<rdf:Description " + NAMED + b"><mm:InstanceID>xmp.iid:2</mm:InstanceID>%s</rdf:Description>",
}
LINE = b'<rdf:li xmlns:e="%s" e:action="created" e:instanceID="xmp.iid:1"/>' % EVENT.encode()
HISTORY = b"<mm:History><rdf:Seq>" + LINE + b" </rdf:Seq></mm:History>"
OTHERS = (
    b'<mm:Pantry><rdf:Bag><rdf:li rdf:parseType="Resource"><mm:InstanceID>xmp.iid:9</mm:InstanceID>'
    b"<mm:History><rdf:Seq>" + LINE + b"</rdf:Seq></mm:History></rdf:li>"
    b'<rdf:li><rdf:Description mm:InstanceID="xmp.iid:8"/></rdf:li></rdf:Bag></mm:Pantry>'
)


def packet(form: bytes, *parts: bytes) -> bytes:
    return HEAD + form % b"".join(parts) + TAIL


def instances(xmp: bytes) -> list[str]:
    """The names of the state on top, in whatever form."""
    found: list[str] = []
    for description in ElementTree.fromstring(xmp).findall(f".//{{{RDF}}}RDF/{{{RDF}}}Description"):
        found += [description.attrib[f"{{{MM}}}InstanceID"]] if f"{{{MM}}}InstanceID" in description.attrib else []
        found += [element.text or "" for element in description.findall(f"{{{MM}}}InstanceID")]
    return found


def lines(xmp: bytes) -> list[dict[str, str]]:
    """The history on top."""
    path = f".//{{{RDF}}}RDF/{{{RDF}}}Description/{{{MM}}}History/{{{RDF}}}Seq/{{{RDF}}}li"
    return [
        {name.removeprefix(f"{{{EVENT}}}"): value for name, value in line.attrib.items()}
        for line in ElementTree.fromstring(xmp).findall(path)
    ]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_edit_gives_a_state_a_new_name_and_a_line(form: bytes) -> None:
    merged = with_record(packet(form, HISTORY), RECORD)

    (name,) = instances(merged)
    assert name.startswith("xmp.iid:")
    assert b"xmp.iid:2" not in merged
    assert NAMED in merged
    assert f'<xmpMM:InstanceID xmlns:xmpMM="{MM}">'.encode() in merged  # some readers take no other prefix
    assert lines(merged) == [
        {"action": "created", "instanceID": "xmp.iid:1"},
        {"action": "edited", "instanceID": name, "softwareAgent": "open-the-eyes 0.1.0"},
    ]
    assert read_record(photo(xmp=merged)) == RECORD


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_same_edit_has_the_same_name_and_each_other_one_another(form: bytes) -> None:
    source = packet(form, HISTORY)
    others = (
        replace(RECORD, variation=2),
        replace(RECORD, input="1f" * 32),
        replace(RECORD, options='{"openness": 0.9}'),
        replace(RECORD, seed=8),
    )

    names = [instances(with_record(source, record))[0] for record in (RECORD, *others)]

    assert with_record(source, RECORD) == with_record(source, RECORD)
    assert len(set(names)) == len(names)
    assert instances(with_record(source.replace(b"iid:2", b"iid:3"), RECORD)) != names[:1]


def test_files_of_one_edit_that_differ_have_names_that_do() -> None:
    source = photo("WEBP", packet(FORMS["attributes"], HISTORY))
    assert source.file is not None
    placeless = replace(source, file=replace(source.file, placeless=True))

    def name(of: Photo, file_format: FileFormat, quality: int | None = None) -> str:
        return instances(xmp_of(read(encoded(of, file_format, RECORD, quality=quality), Settings())))[0]

    names = [name(source, "WEBP"), name(source, "WEBP", 80), name(source, "WEBP", 90), name(placeless, "WEBP")]
    names += [name(source, "PNG"), name(source, "JPEG")]

    assert len(set(names)) == len(names)
    assert name(source, "WEBP", 80) == names[1]
    assert name(source, "PNG", 80) == name(source, "PNG")


def test_the_next_edit_is_a_state_and_a_line_of_its_own() -> None:
    once = with_record(packet(FORMS["attributes"], HISTORY), RECORD)
    twice = with_record(once, LATER)

    (first,), (second,) = instances(once), instances(twice)
    assert first != second
    assert [line["instanceID"] for line in lines(twice)] == ["xmp.iid:1", first, second]
    assert read_record(photo(xmp=twice)) == LATER
    assert twice.count(b"<rdf:Description") == once.count(b"<rdf:Description")


def test_what_a_packet_tells_of_other_documents_stays() -> None:
    source = packet(FORMS["attributes"], OTHERS, HISTORY)
    merged = with_record(source, RECORD)

    assert OTHERS in merged
    assert (len(instances(merged)), len(lines(merged))) == (1, 2)
    assert OTHERS in with_record(packet(FORMS["elements"], OTHERS), RECORD)


def test_a_history_without_a_name_gets_both() -> None:
    merged = with_record(
        packet(FORMS["elements"], HISTORY).replace(b"<mm:InstanceID>xmp.iid:2</mm:InstanceID>", b""), RECORD
    )
    assert [lines(merged)[-1]["instanceID"]] == instances(merged)


@pytest.mark.parametrize("history", [b"", b"<mm:History/>", b"<mm:History><rdf:Seq/></mm:History>"])
def test_no_history_is_begun(history: bytes) -> None:
    merged = with_record(packet(FORMS["elements"], history), RECORD)
    assert (len(instances(merged)), lines(merged)) == (1, [])
    assert history in merged


@pytest.mark.parametrize(
    "source", [None, b"", b" \0", saying("digitalCapture")], ids=["none", "empty", "blank", "plain"]
)
def test_a_packet_that_tells_of_no_state_begins_none(source: bytes | None) -> None:
    assert b"InstanceID" not in with_record(source, RECORD)


def test_without_its_record_a_packet_keeps_the_name_of_its_state() -> None:
    merged = with_record(packet(FORMS["attributes"], HISTORY), RECORD)
    bare = without_record(merged)

    assert (instances(bare), lines(bare)) == (instances(merged), lines(merged))
    assert read_record(photo(xmp=bare)) is None


def test_a_full_packet_gets_the_name_beside_the_source_type() -> None:
    source = packet(FORMS["attributes"], HISTORY)
    full = source.replace(TAIL, b"<!--" + b"x" * (64_750 - len(source)) + b"-->" + TAIL)

    back = read(encoded(photo("JPEG", full), "JPEG", RECORD), Settings())

    assert instances(xmp_of(back)) == instances(with_record(full, RECORD, "JPEG None"))
    assert lines(xmp_of(back))[1:] == [
        {"action": "edited", "instanceID": instances(xmp_of(back))[0], "softwareAgent": "open-the-eyes 0.1.0"}
    ]
    assert read_record(back) == RECORD


@pytest.mark.parametrize(("room", "names"), [(500, 1), (20, 0), (0, 0)])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_fuller_packet_has_no_line_and_the_fullest_no_name_rather_than_that_of_the_state_before(
    form: bytes, room: int, names: int
) -> None:
    source = packet(form, HISTORY)
    full = source.replace(TAIL, b"<!--" + b"x" * (65_504 - 7 - room - len(source)) + b"-->" + TAIL)

    told = xmp_of(read(encoded(photo("JPEG", full), "JPEG", RECORD), Settings()))

    assert (len(instances(told)), len(lines(told))) == (names, 1)
    assert b"xmp.iid:2" not in told
    assert b"xxx-->" in told


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_tells_the_new_state(file_format: FileFormat) -> None:
    back = read(encoded(photo(file_format, packet(FORMS["elements"], HISTORY)), file_format, RECORD), Settings())
    assert len(lines(xmp_of(back))) == 2


def test_a_file_that_nobody_edited_is_the_same_state() -> None:
    source = packet(FORMS["elements"], HISTORY)
    assert xmp_of(read(encoded(photo("PNG", source), "PNG", None), Settings())) == source
