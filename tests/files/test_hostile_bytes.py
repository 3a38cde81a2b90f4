"""Mutated files of every format: an error of ours or a photo, in bounded time, and what was read can be written."""

from __future__ import annotations

import contextlib
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from PIL import AvifImagePlugin

from benchmarks import fuzz_read
from benchmarks.mutants import NAMES, directory_mutants, mutants, seed_file
from open_the_eyes.errors import OpenTheEyesError, UnreadablePhoto
from open_the_eyes.files import EditRecord, encoded, read, read_record, size_of
from open_the_eyes.settings import Settings
from tests.files.pictures import picture, png_chunk, saved, with_segments

SETTINGS = Settings(max_bytes=1_000_000, max_pixels=250_000)
RECORD = EditRecord(engine="appearance", mode="fast", seed=1, version="0.1.0", faces=((1, "opened"),))


STRUCK: Final = {
    **{name: lambda name=name: mutants(seed_file(name), count=60, seed=sum(name.encode())) for name in NAMES},
    **{f"tags of a {name}": lambda name=name: directory_mutants(seed_file(name)) for name in ("tiff", "jpeg", "heic")},
}


@pytest.mark.parametrize("struck", STRUCK.values(), ids=STRUCK)
def test_only_our_errors_come_out_and_soon(struck: Callable[[], Iterator[bytes]]) -> None:
    survivors = []
    for number, mutant in enumerate(struck()):
        started = time.thread_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a decoder may mumble about bytes that are odd
            with contextlib.suppress(OpenTheEyesError):
                survivor = read(mutant, SETTINGS)
                assert survivor.file is not None
                assert survivor.file.format is not None
                written = encoded(survivor, survivor.file.format, RECORD)
                survivors.append((survivor.size_wh, written))
        assert time.thread_time() - started < 4, number
    assert survivors
    for size_wh, written in survivors:
        back = read(written, SETTINGS)
        assert back.size_wh == size_wh
        assert read_record(back) == RECORD


def test_a_library_that_stumbles_over_a_header_is_no_bug_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AvifImagePlugin.AvifImageFile, "size", property(lambda _: dict[str, tuple[int, int]]()["size"]))
    data = saved(picture(), "AVIF")

    for reads in (read, size_of):
        with pytest.raises(UnreadablePhoto, match=r"^the photo: .*damaged: 'size'"):
            reads(data, SETTINGS)


def with_packet(inside: str) -> bytes:
    """A PNG with a packet of XMP."""
    data = saved(picture(), "PNG")
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:o="urn:open-the-eyes:xmp:1.0:">'
        f"{inside}</rdf:RDF></x:xmpmeta>"
    ).encode()
    return data[:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet) + data[33:]


def in_many_chunks() -> bytes:
    data = saved(picture(), "PNG")
    return (
        data[:33] + png_chunk(b"tEXt", b"a\0b") * 12_000 + data[33:-12] + png_chunk(b"IDAT", b"") * 12_000 + data[-12:]
    )


def in_many_packets() -> bytes:
    """Each swells to 30 million bytes, and is then found to be damaged."""
    data, packet = saved(picture(), "PNG"), zlib.compress(bytes(30_000_000), 9)[:-4] + b"oops"
    return data[:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packet) * 100 + data[33:]


OF_MANY_PARTS: Final = {
    "descriptions": lambda: with_packet('<rdf:Description i:DigitalSourceType=""/>' * 12_000),
    "entities": lambda: with_packet(f"<rdf:Description><o:Engine>{'a&lt;' * 200_000}</o:Engine></rdf:Description>"),
    "spaces": lambda: with_packet(f'<rdf:Description i:DigitalSourceType=""{" " * 20_000}/>'),
    "spaces before more": lambda: with_packet(f'<rdf:Description i:DigitalSourceType=""{" " * 30_000}i:x=""/>'),
    "long names": lambda: with_packet(
        f'<rdf:Description xmlns:q="{"u" * 100_000}">{"<q:a/>" * 20_000}</rdf:Description>'
    ),
    "chunks": in_many_chunks,
    "packets": in_many_packets,
    "indices": lambda: (
        with_segments(saved(picture(), "JPEG"), *[(0xEC, b"z" * 65_533)] * 300, *[(0xE2, b"MPF\0" + b"x" * 9)] * 900)
        + b"behind it"
    ),
    "segments": lambda: with_segments(saved(picture(), "JPEG"), *[(0xEC, b"z" * 65_533)] * 800),
}


@pytest.fixture(scope="module")
def imported() -> None:
    """What reading and writing import when they are first done, which in a fresh environment is compiled, too."""
    for file_format in ("PNG", "JPEG"):
        photo = read(saved(picture(), file_format), Settings())
        assert photo.file is not None
        assert photo.file.format is not None
        assert read_record(read(encoded(photo, photo.file.format, RECORD), Settings())) == RECORD


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("made", OF_MANY_PARTS.values(), ids=OF_MANY_PARTS)
def test_time_grows_no_faster_than_a_file(made: Callable[[], bytes]) -> None:
    data = made()
    started = time.thread_time()

    photo = read(data, Settings())
    assert photo.file is not None
    assert photo.file.format is not None
    back = read(encoded(photo, photo.file.format, RECORD), Settings())

    assert read_record(back) == RECORD
    assert time.thread_time() - started < 4


def test_the_long_run_finds_nothing_in_a_short_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz_read.main(["--count", "150", "--seed", "77"]) == 0, capsys.readouterr().out
    assert "0 faults" in capsys.readouterr().out
