"""Colours that a format cannot hold are told of, in the report; what it can hold is kept."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, write
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, SRGB, besides_loss, facts, picture, png_chunk, png_with, saved


@pytest.mark.parametrize(
    ("mode", "suffix", "said"),
    [
        ("CMYK", ".tif", ("The source is CMYK, this file is RGB.",)),
        ("CMYK", ".png", ("The source is CMYK, this file is RGB.",)),
        ("LAB", ".tif", ("The source is Lab, this file is RGB.",)),
        ("P", ".tif", ("The source has a palette, this file is RGB.",)),
        ("P", ".png", ("The source has a palette, this file is RGB.",)),
        ("1", ".tif", ()),
        ("RGB", ".tif", ()),
    ],
)
def test_colours_that_become_rgb_are_told_of(mode: str, suffix: str, said: tuple[str, ...], tmp_path: Path) -> None:
    source = read(saved(Image.new(mode, (8, 8)), "TIFF"), Settings())
    assert write(source, tmp_path / f"out{suffix}", record=RECORD).notes == said


def test_of_two_levels_it_is_told_where_there_are_more(tmp_path: Path) -> None:
    source = read(saved(Image.new("1", (8, 8)), "PNG"), Settings())
    pixels = source.pixels.copy()
    pixels[3, 3] = 90
    notes = write(source.with_pixels(pixels), tmp_path / "out.png", record=RECORD).notes
    assert notes == ("The source has two levels, this file more.",)


GREY_PROFILE: Final = SRGB[:16] + b"GRAY" + SRGB[20:]


@pytest.mark.parametrize(
    ("mode", "suffix", "painted", "told"),
    [
        ("L", ".webp", False, True),
        ("LA", ".heic", False, True),
        ("L", ".heic", False, False),
        ("L", ".png", True, True),
        ("L", ".jpg", False, False),
    ],
)
def test_a_grey_profile_that_has_to_go_is_told_of(
    mode: str, suffix: str, painted: bool, told: bool, tmp_path: Path
) -> None:
    source = read(saved(picture(mode), "PNG", icc_profile=GREY_PROFILE), Settings())
    pixels = source.pixels.copy()
    pixels[10, 10] = (200, 30, 30) if painted else pixels[10, 10]

    notes = write(source.with_pixels(pixels), tmp_path / f"out{suffix}", record=RECORD).notes

    assert ["profile is one for grey" in note for note in besides_loss(notes)] == [True] * told


def png_with_colours(numbers: bytes) -> bytes:
    return png_with((b"cICP", numbers))


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

    notes = [
        besides_loss(write(source, tmp_path / f"out{suffix}", record=RECORD).notes)
        for suffix in (".jpg", ".tif", ".png")
    ]

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
