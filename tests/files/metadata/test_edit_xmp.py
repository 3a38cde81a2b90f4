"""The edit record: laid into any XMP without disturbing it, found again, and never a danger; and where tools of image
generators look for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes.edit_record import COMPOSITE, MAX_EARLIER, MAX_ENGINE, MAX_OPENED, PAINTED, PHOTOGRAPHED, EarlierEdit
from open_the_eyes.files import EditRecord, encoded, is_painted, read, read_record
from open_the_eyes.files.metadata.edit_xmp import with_record
from open_the_eyes.photo import FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import facts, picture, png_with, saved
from tests.files.xmp_packets import FORMATS, HEAD, LATER, RECORD, TAIL, photo, saying, xmp_of

WITH_REFERENCES = replace(RECORD, input="1f" * 32, references=("0a" * 32, "", "b7" * 32))


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


def test_what_calculated_comes_back_and_a_record_that_does_not_tell_is_read_as_well() -> None:
    record = replace(RECORD, processor="Haswell, AVX2", libraries="numpy 1.26.4, <odd> & 1", program="0d" * 32)
    xmp = with_record(None, record)

    assert read_record(photo(xmp=xmp)) == record
    assert not any(name in with_record(None, RECORD) for name in (b"Processor", b"Libraries", b"Program"))
    assert read_record(photo(xmp=xmp.replace(b"Haswell", b"x" * 500))) == replace(record, processor="")
    assert read_record(photo(xmp=xmp.replace(b"0d0d", b"odd!"))) == replace(record, program="")


def test_references_come_back_in_order_and_one_without_a_file_stays_one() -> None:
    back = read(encoded(photo("PNG"), "PNG", WITH_REFERENCES), Settings())

    assert read_record(back) == WITH_REFERENCES


def test_no_list_is_empty_and_the_empty_ones_of_earlier_records_are_read() -> None:
    record = replace(RECORD, faces=())
    xmp = with_record(None, record)
    end = xmp.index(b"<ote:Options>")
    older = b"<ote:References><rdf:Seq></rdf:Seq></ote:References><ote:Faces><rdf:Seq></rdf:Seq></ote:Faces>"

    assert b"rdf:Seq" not in xmp
    assert read_record(photo(xmp=xmp)) == record
    assert read_record(photo(xmp=xmp[:end] + older + xmp[end:])) == record


def test_earlier_edits_come_back_in_order() -> None:
    first = EarlierEdit("appearance", (2, 11), "0a" * 32, '{"mode": "fast", "seed": 3}')
    earlier = (first, EarlierEdit("an <engine>: odd", ()), EarlierEdit("sdxl", (1,), "", '{"seed": 1}'))
    record = replace(RECORD, earlier=earlier)
    back = read(encoded(photo("JPEG"), "JPEG", record), Settings())

    assert read_record(back) == record
    last = EarlierEdit("appearance", (1,), "", '{"mode": "standard", "seed": 7}')
    assert record.as_earlier() == (*earlier, last)


def test_a_record_does_not_grow_without_end() -> None:
    many, full = range(100_000, 110_000), (EarlierEdit("sdxl", ()),) * MAX_EARLIER
    crowded = replace(LATER, engine="e" * 100, faces=tuple((n, "opened") for n in many), earlier=full)
    record = replace(RECORD, earlier=crowded.as_earlier())

    assert record.earlier[:-1] == full[1:]
    assert (record.earlier[-1].engine, record.earlier[-1].opened) == ("e" * MAX_ENGINE, tuple(many)[:MAX_OPENED])
    assert read_record(photo(xmp=with_record(None, record))) == record


@pytest.mark.parametrize("told", ["1,2", "sdxl", "sdxl: 1,,2", "sdxl: " + "1" * 100_000, "e" * 100 + ": 1"])
def test_a_forged_earlier_edit_is_none(told: str) -> None:
    forged = with_record(None, replace(RECORD, earlier=(EarlierEdit("old", (1,)),))).replace(b"old: 1", told.encode())
    assert read_record(photo(xmp=forged)) == RECORD


@pytest.mark.parametrize(
    "options",
    ["[1]", '{"gaze": NaN}', "[" * 3000, '{"a": "' + "b" * 500 + '"}'],
    ids=["a list", "no number", "deep", "long"],
)
def test_what_are_no_options_to_name_are_left_out_of_the_next_record(options: str) -> None:
    (earlier,) = replace(WITH_REFERENCES, options=options).as_earlier()
    assert earlier == EarlierEdit("appearance", (1,), "1f" * 32)
    assert earlier.to_json()["options"] is None


@pytest.mark.parametrize(
    ("told", "options"),
    [
        pytest.param('- {"seed": 1}', '{"seed": 1}', id="as it is written"),
        pytest.param("- [1]", "", id="a list"),
        pytest.param('- {"gaze": NaN}', "", id="no number"),
        pytest.param('-- {"seed": 1}', "", id="no file"),
        pytest.param('- {"seed": 1}</rdf:li><rdf:li>- -', "", id="of more edits than there were"),
    ],
)
def test_forged_options_of_an_earlier_edit_are_none(told: str, options: str) -> None:
    record = replace(RECORD, earlier=(EarlierEdit("old", (1,), "", '{"seed": 9}'),))
    forged = with_record(None, record).replace(b'- {"seed": 9}', told.encode())
    assert read_record(photo(xmp=forged)) == replace(RECORD, earlier=(EarlierEdit("old", (1,), "", options),))


def test_a_record_of_an_earlier_release_names_edits_without_their_files() -> None:
    record = replace(RECORD, earlier=(EarlierEdit("old", (1,)),))
    assert b"EarlierFrom" not in with_record(None, record)


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


def test_what_a_record_says_may_have_spaces_around_marks() -> None:
    spaced = replace(RECORD, options='{"engine": "a & b"}')
    assert read_record(photo(xmp=with_record(None, spaced))) == spaced


def test_words_that_are_no_xml_cannot_break_out() -> None:
    odd = EditRecord(
        engine='</ote:Engine><x a="1">&', mode="a\0b\ud800", seed=2**70, version="]]>", faces=((3, "opened"),)
    )

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
    plain = FileFacts("JPEG")

    assert (plain.exif, plain.icc, plain.xmp, plain.blocks) == (None, None, None, ())


def test_image_generators_tools_find_the_seed_in_a_png() -> None:
    source = read(saved(picture(), "PNG"), Settings())

    once = encoded(source, "PNG", RECORD)
    twice = encoded(read(once, Settings()), "PNG", RECORD)

    note = b"tEXtparameters\0closed eyes opened\nSeed: 7, Sampler: appearance, Mode: standard, "
    assert once.count(note) == 1
    assert once.index(note) < once.index(b"IDAT")
    assert twice.count(note) == 1


def test_a_generators_own_parameters_stay_and_ours_stand_beside_them() -> None:
    theirs = b"parameters\0a portrait\nSteps: 20, Seed: 1"
    source = read(png_with((b"tEXt", theirs)), Settings())

    once = read(encoded(source, "PNG", RECORD), Settings())
    twice = read(encoded(once, "PNG", RECORD), Settings())

    for back in (once, twice):
        ours, *others = (payload for name, payload in facts(back).blocks if name == "tEXt")
        assert others == [theirs]
        assert ours.startswith(b"postprocessing\0closed eyes opened\nSeed: 7, Sampler: appearance")
