"""Photos that tell their colours without a profile: by numbers of ITU-T H.273, by a PNG's gamma and primaries, or by a
camera's word for Adobe RGB."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from PIL import ExifTags, Image

from open_the_eyes.engine import Engine
from open_the_eyes.files import encoded, for_screen, read
from open_the_eyes.files.colour.matrix_profile import matrix_profile
from open_the_eyes.files.colour.space import space_of
from open_the_eyes.files.isobmff import nclx_of, with_nclx
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.photo import Encoding, FileFacts, Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from tests.files.colour.test_space import converted
from tests.files.pictures import RECORD, SRGB, facts, saved
from tests.files.profiles import ADOBE_RGB, DISPLAY_P3

P3: Final = (12, 13, 0, 1)
WIDE: Final = (9, 14, 0, 1)
PQ: Final = (9, 16, 0, 1)
HLG: Final = (9, 18, 0, 1)
ADOBE_PRIMARIES: Final = (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000)
ADOBE_CHUNKS: Final = (
    ("gAMA", struct.pack(">I", 45_455)),
    ("cHRM", struct.pack(">8I", *ADOBE_PRIMARIES)),
)
LINEAR_CHUNKS: Final = (("gAMA", struct.pack(">I", 100_000)),)


def told(*blocks: tuple[str, bytes], nclx: tuple[int, int, int, int] | None = None, mode: str = "RGB") -> FileFacts:
    return FileFacts("PNG", mode=mode, blocks=(*blocks, ("IDAT", b"")), encoding=Encoding(nclx=nclx))


def by_camera(name: str) -> FileFacts:
    """A file with that name of an interoperability rule in its EXIF."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.IFD.Interop] = {ExifTags.Interop.InteropIndex: name}
    return replace(told(), exif=exif.tobytes().removeprefix(b"Exif\0\0"))


def with_numbers(nclx: tuple[int, int, int, int]) -> FileFacts:
    return told(("cICP", bytes(nclx)), nclx=nclx)


def in_its_space(pixels: Rgb, file: FileFacts) -> Photo:
    """A file that shows this sRGB picture, read again."""
    space = space_of(Photo(pixels, None, file))
    assert space is not None
    grey = np.full_like(pixels, 100)
    own = space.with_change(grey, space.in_srgb(grey), pixels)
    return read(encoded(Photo(own, None, file), "PNG", None), Settings())


SPACES: Final = {
    "P3": with_numbers(P3),
    "BT.2020": with_numbers(WIDE),
    "PQ": with_numbers(PQ),
    "HLG": with_numbers(HLG),
    "linear": with_numbers((1, 8, 0, 1)),
    "gamma and primaries": told(*ADOBE_CHUNKS),
    "gamma alone": told(*LINEAR_CHUNKS),
    "a camera's word": by_camera("R03"),
}


@pytest.mark.parametrize("file", SPACES.values(), ids=SPACES)
def test_what_a_file_tells_is_seen_in_srgb_and_taken_back(file: FileFacts, portrait: Rgb) -> None:
    small = portrait[::4, ::4]
    photo = in_its_space(small, file)
    space = space_of(photo)
    assert space is not None
    shown = space.in_srgb(photo.pixels)
    assert np.abs(shown.astype(int) - small).mean() < 2
    assert np.abs(photo.pixels.astype(int) - small).mean() > 2
    np.testing.assert_array_equal(space.with_change(photo.pixels, shown, shown), photo.pixels)


@pytest.mark.parametrize(
    ("file", "icc"),
    [(with_numbers(P3), DISPLAY_P3), (told(*ADOBE_CHUNKS), ADOBE_RGB), (by_camera("R03"), ADOBE_RGB)],
    ids=["numbers", "gamma and primaries", "a camera's word"],
)
def test_it_is_the_space_that_a_profile_would_tell(file: FileFacts, icc: bytes, portrait: Rgb) -> None:
    space = space_of(Photo(portrait, None, file))
    assert space is not None
    expected = converted(portrait[::4, ::4], icc, SRGB).astype(int)
    assert np.abs(space.in_srgb(portrait[::4, ::4]) - expected).mean() < 2  # that profile of P3 has a plain gamma


NO_SPACES: Final = {
    "sRGB": with_numbers((1, 13, 0, 1)),
    "television": with_numbers((5, 6, 0, 1)),
    "not told": with_numbers((2, 2, 0, 1)),
    "unknown": with_numbers((200, 200, 0, 1)),
    "narrow samples, which nobody spreads": with_numbers((12, 13, 0, 0)),
    "sRGB by name": told(("sRGB", b"\0"), *LINEAR_CHUNKS),
    "sRGB by gamma": told(("gAMA", struct.pack(">I", 45_455))),
    "a gamma of nothing": told(("gAMA", struct.pack(">I", 1))),
    "no light": told(("cHRM", bytes(32))),
    "all on one line": told(("cHRM", struct.pack(">8I", *[30_000, 30_000] * 4))),
    "primaries of a grey picture": told(*ADOBE_CHUNKS, mode="L"),
}


@pytest.mark.parametrize("file", NO_SPACES.values(), ids=NO_SPACES)
def test_srgb_and_what_tells_nothing_are_left_as_they_are(file: FileFacts) -> None:
    assert space_of(Photo(np.zeros((4, 4, 3), np.uint8), None, file)) is None


@pytest.mark.parametrize("of", ["HEIF", "AVIF"])
def test_a_profile_comes_before_numbers_but_in_a_png(of: str, portrait: Rgb) -> None:
    picture = Image.fromarray(np.ascontiguousarray(portrait[::8, ::8]))
    alone, beside = (
        read(with_nclx(saved(picture, of, quality=90, icc_profile=icc), P3), Settings()) for icc in (None, SRGB)
    )
    assert space_of(alone) is not None
    assert space_of(beside) is None
    both = replace(with_numbers(P3), icc=SRGB)
    assert space_of(Photo(portrait, None, both)) is not None
    neither = replace(with_numbers((1, 13, 0, 1)), icc=ADOBE_RGB)
    assert space_of(Photo(portrait, None, neither)) is None


def test_the_numbers_are_those_of_the_primary_picture() -> None:
    data = with_nclx(saved(Image.new("RGB", (64, 64)), "AVIF"), P3)
    hidden = b"\0\0\0\x1bfree" + b"colrnclx" + struct.pack(">3HB", 9, 16, 9, 128) + bytes(4)
    start = int.from_bytes(data[:4], "big")
    assert nclx_of(data[:start] + hidden + data[start:]) == nclx_of(data)


def test_numbers_stand_before_the_pixels_of_the_png_that_is_saved() -> None:
    photo = Photo(np.full((4, 4, 3), 90, np.uint8), None, with_numbers(P3))
    data = encoded(read(encoded(photo, "PNG", None), Settings()), "PNG", RECORD)
    assert 0 < data.index(b"cICP") < data.index(b"IDAT")


@pytest.mark.parametrize("numbers", [P3, PQ], ids=["P3", "PQ"])
def test_eyes_are_painted_in_the_true_colours(
    numbers: tuple[int, int, int, int], engine: Engine, blinked: Rgb, opened_blink: Opened
) -> None:
    photo = in_its_space(blinked, with_numbers(numbers))
    result = open_eyes(photo, engine=engine)
    assert [face.outcome for face in result.report.faces] == ["opened"]
    space = space_of(photo)
    assert space is not None
    eyes = (opened_blink.photo.pixels != blinked).any(axis=2)
    there = space.in_srgb(result.photo.pixels)[eyes].astype(float)
    assert np.abs(there.mean(axis=0) - opened_blink.photo.pixels[eyes].mean(axis=0)).max() < 4
    assert (result.photo.pixels != photo.pixels).any(axis=2)[~eyes].mean() < 0.01


def test_a_small_picture_for_a_screen_has_its_profile_or_srgb(portrait: Rgb) -> None:
    small = portrait[::4, ::4]
    for file in SPACES.values():
        photo = in_its_space(small, file)
        assert np.abs(for_screen(photo.pixels, photo.file).pixels.astype(int) - small).mean() < 2
    kept = for_screen(small, FileFacts("JPEG", icc=ADOBE_RGB))
    assert kept.pixels is small
    assert facts(kept).icc == ADOBE_RGB
    assert for_screen(small, None).file is None


def test_primaries_that_make_no_white_are_refused() -> None:
    with pytest.raises(ValueError, match="light"):
        matrix_profile((0.3, 0.0, 0.6, 0.3, 0.3, 0.6, 0.1, 0.06), np.linspace(0, 1, 5, dtype=np.float64))


@pytest.mark.parametrize("exif", [None, b"", b"II", b"R03", by_camera("R98").exif, by_camera("").exif])
def test_other_words_of_cameras_and_broken_ones_are_srgb(exif: bytes | None) -> None:
    assert space_of(Photo(np.zeros((8, 8, 3), np.uint8), None, replace(told(), exif=exif))) is None


def test_a_profile_comes_before_a_cameras_word(portrait: Rgb) -> None:
    file = replace(by_camera("R03"), icc=SRGB)
    assert space_of(Photo(portrait, None, file)) is None
