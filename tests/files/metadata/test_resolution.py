"""Dots an inch go along into every format, or the report says that they do not."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, write
from open_the_eyes.files.metadata.resolution import plausible_dpi
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, besides_loss, facts, picture, png_chunk, saved

WITHOUT_A_FIELD = ("WEBP", "HEIF", "AVIF")


def with_dots(metre: int) -> Photo:
    data = saved(picture(), "PNG")
    return read(data[:33] + png_chunk(b"pHYs", struct.pack(">2IB", metre, metre, 1)) + data[33:], Settings())


@pytest.mark.parametrize("to", WITHOUT_A_FIELD)
def test_a_format_without_a_field_for_it_tells_the_resolution_in_exif(to: FileFormat) -> None:
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + (facts(read(encoded(with_dots(11_811), to, RECORD), Settings())).exif or b""))

    assert (exif[282], exif[283], exif[296]) == (pytest.approx(300, abs=0.01), pytest.approx(300, abs=0.01), 2)


@pytest.mark.parametrize(("suffix", "told"), [(".webp", True), (".jpg", False), (".png", False)])
def test_beside_exif_that_says_nothing_of_it_a_resolution_is_told_of(suffix: str, told: bool, tmp_path: Path) -> None:
    photo = with_dots(11_811)
    exif = Image.Exif()
    exif[271] = "A Camera"
    photo = replace(photo, file=replace(facts(photo), exif=exif.tobytes().removeprefix(b"Exif\0\0")))

    notes = write(photo, tmp_path / f"out{suffix}", record=RECORD).notes

    assert besides_loss(notes) == (("Not taken over into this format: the resolution.",) if told else ())


@pytest.mark.parametrize("to", ["JPEG", "TIFF", *WITHOUT_A_FIELD])
@pytest.mark.parametrize("metre", [0, 1, 3_000_000, 0xFFFF_FFFF])
def test_an_absurd_resolution_stays_behind(metre: int, to: FileFormat) -> None:
    back = facts(read(encoded(with_dots(metre), to, RECORD), Settings()))

    assert (plausible_dpi(back.encoding.dpi), back.exif) == (None, None)


def test_an_absurd_resolution_of_a_tiff_is_no_hindrance() -> None:
    source = read(saved(picture(), "TIFF", tiffinfo={282: 4e9, 283: 4e9, 296: 2}), Settings())

    assert facts(read(encoded(source, "PNG", RECORD), Settings())).encoding.dpi is None
