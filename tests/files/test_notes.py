"""What a file loses, or keeps of the old picture, is said in the report."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from open_the_eyes.files import encoded, read, write
from open_the_eyes.photo import Encoding, FileFacts, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, facts, picture, png_chunk, saved

FILM = b"\0\0\0\x18ftypmp42" + b"\0" * 40
GAIN_MAP = saved(picture("L"), "JPEG", xmp=b"<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'/>")
BEHIND = {
    "a film": (FILM, "a film"),
    "a gain map": (GAIN_MAP, "a gain map for bright screens"),
    "a gain map and a film": (GAIN_MAP + FILM, "a gain map for bright screens and a film"),
    "a preview": (saved(picture(), "JPEG"), "another picture"),
    "bytes": (b"SAMSUNG notes", "13 bytes"),
}


@pytest.mark.parametrize(("behind", "says"), BEHIND.values(), ids=BEHIND)
def test_what_is_behind_the_picture_stays_byte_for_byte_and_is_told_of(
    behind: bytes, says: str, tmp_path: Path
) -> None:
    source = read(saved(picture(), "JPEG") + behind, Settings())

    same = write(source, tmp_path / "same.jpg", record=RECORD)
    other = write(source, tmp_path / "other.png", record=RECORD)

    assert (tmp_path / "same.jpg").read_bytes().endswith(behind)
    assert same.notes == (f"Behind the picture the file keeps {says}, byte for byte: the eyes there are the old ones.",)
    assert other.notes == (f"The source holds {says} behind its picture; this format does not.",)


def test_an_ordinary_file_has_nothing_to_tell(tmp_path: Path) -> None:
    assert write(read(saved(picture(), "JPEG"), Settings()), tmp_path / "out.jpg", record=RECORD).notes == ()


@pytest.mark.parametrize(
    ("file_format", "suffix", "options", "said"),
    [
        ("WEBP", ".webp", {"quality": 80}, "A lossy WebP is encoded anew: pixels everywhere move by a few levels."),
        ("AVIF", ".avif", {"quality": 80}, "A lossy AVIF is encoded anew: pixels everywhere move by a few levels."),
        ("HEIF", ".heic", {"quality": 80}, "A lossy HEIC is encoded anew: pixels everywhere move by a few levels."),
        ("WEBP", ".webp", {"lossless": True}, ""),
        ("WEBP", ".png", {"quality": 80}, ""),
        ("JPEG", ".jpg", {}, ""),
    ],
)
def test_a_second_generation_is_told_of(
    file_format: str, suffix: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    source = read(saved(picture(), file_format, **options), Settings())
    assert write(source, tmp_path / f"out{suffix}", record=RECORD).notes == ((said,) if said else ())


@pytest.mark.parametrize(
    ("bits", "suffix", "written"),
    [
        *((16, suffix, written) for suffix, written in ((".jpg", 8), (".webp", 8), (".heic", 10), (".tif", 16))),
        *((10, suffix, written) for suffix, written in ((".jpg", 8), (".avif", 10), (".png", 16))),
        (8, ".heic", 8),
    ],
)
def test_levels_that_a_format_does_not_hold_are_told_of(bits: int, suffix: str, written: int, tmp_path: Path) -> None:
    deep = None if bits == 8 else np.full((8, 8, 3), 30_000, np.uint16)
    photo = Photo(np.full((8, 8, 3), 117, np.uint8), None, FileFacts("PNG"), deep)
    if bits == 10:
        photo = replace(photo, file=FileFacts("HEIF", encoding=Encoding(bits=10)))

    notes = write(photo, tmp_path / f"out{suffix}", record=RECORD).notes

    told = (f"The source has {bits} bits a colour, this file has {written}.",)
    assert notes == (told if written < bits else ())


def png_with_colours(numbers: bytes) -> bytes:
    data = saved(picture(), "PNG")
    return data[:33] + png_chunk(b"cICP", numbers) + data[33:]


@pytest.mark.parametrize("suffix", [".png", ".heic", ".avif", ".jpg"])
@pytest.mark.parametrize("numbers", [(22, 13, 0, 1), (9, 16, 0, 0), (1, 13, 0, 0)], ids=["unknown", "narrow", "sRGB"])
def test_colours_that_no_other_format_can_tell_are_told_of(
    suffix: str, numbers: tuple[int, int, int, int], tmp_path: Path
) -> None:
    source = read(png_with_colours(bytes(numbers)), Settings())

    notes = write(source, tmp_path / f"out{suffix}", record=RECORD).notes

    assert ("will look duller" in " ".join(notes)) == (suffix != ".png")


SRGB_GAMMA, SRGB_PRIMARIES = 45_455, (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
WIDE: Final = (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000)
GAMMAS: Final = {
    "linear": ("RGB", b"", 100_000, SRGB_PRIMARIES, True),
    "wide": ("RGB", b"", SRGB_GAMMA, WIDE, True),
    "sRGB by numbers": ("RGB", b"", 45_000, SRGB_PRIMARIES, False),
    "sRGB by name": ("RGB", png_chunk(b"sRGB", b"\0"), 100_000, WIDE, False),
    "cICP comes first": ("RGB", png_chunk(b"cICP", b"\1\x0d\0\1"), 100_000, WIDE, False),
    "grey has no primaries": ("L", b"", SRGB_GAMMA, WIDE, False),
    "linear grey": ("L", b"", 100_000, WIDE, True),
    "no gamma": ("RGB", b"", 0, SRGB_PRIMARIES, False),
}


@pytest.mark.parametrize(("mode", "first", "gamma", "primaries", "far"), GAMMAS.values(), ids=GAMMAS)
def test_gamma_and_primaries_that_no_other_format_can_tell_are_told_of(
    mode: str, first: bytes, gamma: int, primaries: tuple[int, ...], far: bool, tmp_path: Path
) -> None:
    data = saved(picture(mode), "PNG")
    told = first + png_chunk(b"gAMA", struct.pack(">I", gamma)) + png_chunk(b"cHRM", struct.pack(">8I", *primaries))
    source = read(data[:33] + told + data[33:], Settings())

    notes = [write(source, tmp_path / f"out{suffix}", record=RECORD).notes for suffix in (".jpg", ".tif", ".png")]

    assert [["gAMA" in note for note in told] for told in notes] == [[True] * far, [True] * far, []]


def test_an_ordinary_heic_becomes_a_png_without_numbers() -> None:
    source = read(saved(picture(), "HEIF"), Settings())

    assert facts(source).encoding.nclx is not None
    assert b"cICP" not in encoded(source, "PNG", RECORD)


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".tif", ".png", ".heic", ".avif"])
def test_colours_that_a_png_tells_by_numbers_are_kept_or_told_of(suffix: str, tmp_path: Path) -> None:
    source = read(png_with_colours(bytes([12, 13, 0, 1])), Settings())

    notes = write(source, tmp_path / f"out{suffix}", record=RECORD).notes

    nclx = facts(read(tmp_path / f"out{suffix}", Settings())).encoding.nclx
    assert (nclx or ())[:2] == ((12, 13) if suffix in (".png", ".heic", ".avif") else ())
    assert ("will look duller" in " ".join(notes)) == (nclx is None)


@pytest.mark.parametrize(
    "numbers", [b"\xc8\x0d\0\1", b"\x0c\xc8\0\1", b"\x0c\x0d"], ids=["primaries", "transfer", "cut"]
)
def test_numbers_that_mean_nothing_are_left_out(numbers: bytes) -> None:
    source = read(png_with_colours(numbers), Settings())

    assert (facts(read(encoded(source, "HEIF", RECORD), Settings())).encoding.nclx or ())[:2] == (1, 13)


def test_image_generators_tools_find_the_seed_in_a_png() -> None:
    source = read(saved(picture(), "PNG"), Settings())

    once = encoded(source, "PNG", RECORD)
    twice = encoded(read(once, Settings()), "PNG", RECORD)

    note = b"tEXtparameters\0closed eyes opened\nSeed: 7, Sampler: appearance, Mode: standard, "
    assert once.count(note) == 1
    assert once.index(note) < once.index(b"IDAT")
    assert twice.count(note) == 1


def test_a_generators_own_parameters_stay() -> None:
    from PIL import PngImagePlugin

    theirs = PngImagePlugin.PngInfo()
    theirs.add_text("parameters", "a portrait\nSteps: 20, Seed: 1")
    source = read(saved(picture(), "PNG", pnginfo=theirs), Settings())

    back = facts(read(encoded(source, "PNG", RECORD), Settings()))

    assert [payload for name, payload in back.blocks if name == "tEXt"] == [
        b"parameters\0a portrait\nSteps: 20, Seed: 1"
    ]
