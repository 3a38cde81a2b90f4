"""Photos whose profile is not sRGB: looked at and painted in sRGB, kept in their own space."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from open_the_eyes.batch.thumbnails import eye_comparison, face_picture
from open_the_eyes.cli import main
from open_the_eyes.engine import Engine
from open_the_eyes.files import encoded, in_srgb, read, taken_back
from open_the_eyes.files.colour.space import space_of
from open_the_eyes.imaging.arrays import Rgb, to_tones
from open_the_eyes.imaging.depth import LEVEL
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.painting import Tile
from open_the_eyes.looking import look
from open_the_eyes.photo import FileFacts, Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.roles import Face, FaceDetector
from open_the_eyes.seen import Seen
from open_the_eyes.settings import Settings
from tests.files.pictures import SRGB
from tests.files.profiles import ADOBE_RGB, DISPLAY_P3, LINEAR, NEARLY_SRGB, PROPHOTO

WIDE = pytest.mark.parametrize(
    "icc", [DISPLAY_P3, ADOBE_RGB, PROPHOTO, LINEAR], ids=["p3", "adobe", "prophoto", "linear"]
)
GREY_LEVELS = np.repeat(np.arange(0, 256, dtype=np.uint8)[None, :, None], 3, axis=2)


def converted(pixels: Rgb, source: bytes, target: bytes) -> Rgb:
    """From the space of one profile to that of another."""
    before, after = (ImageCms.ImageCmsProfile(BytesIO(icc)) for icc in (source, target))
    relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
    return np.asarray(ImageCms.profileToProfile(Image.fromarray(pixels), before, after, renderingIntent=relative))


def stored(pixels: Rgb, icc: bytes | None) -> Photo:
    """A PNG with these levels and that profile, read again."""
    return read(encoded(Photo(pixels, None, FileFacts("PNG", icc=icc)), "PNG", None), Settings())


def in_space(pixels: Rgb, icc: bytes) -> Photo:
    """A PNG that shows this sRGB picture in another space."""
    return stored(converted(pixels, SRGB, icc), icc)


def seen_at(photo: Photo, *boxes: Box) -> Seen:
    """The photo, shown in sRGB around faces in these places."""
    faces = [Face(box, np.zeros((478, 3)), {}, 0.0, 0.0, 1.0) for box in boxes]
    return in_srgb(Seen(photo, tuple(faces), cast("FaceDetector", None)), faces)


@pytest.mark.parametrize("icc", [None, SRGB, NEARLY_SRGB, b"", b"RGB ", bytes(128), SRGB[:200]])
def test_srgb_as_cameras_write_it_and_what_is_no_profile_cost_nothing(icc: bytes | None) -> None:
    photo = Photo(GREY_LEVELS.copy(), None, FileFacts("PNG", icc=icc))
    assert seen_at(photo, Box(0, 0, 20, 1)).pixels is photo.pixels


@WIDE
def test_around_faces_the_photo_is_shown_in_srgb(icc: bytes, portrait: Rgb) -> None:
    photo, face = in_space(portrait, icc), Box(180, 60, 260, 160)
    shown = seen_at(photo, face, face.moved_out(5)).pixels
    here, there = face.within(portrait), Box(0, 400, 512, 512)
    assert np.abs(here.cut(shown).astype(int) - here.cut(portrait)).mean() < 2
    np.testing.assert_array_equal(there.cut(shown), there.cut(photo.pixels))


@WIDE
def test_what_was_painted_comes_back_and_colours_beyond_srgb_stay(icc: bytes) -> None:
    rng = np.random.default_rng(0)
    photo = stored(rng.integers(0, 256, (40, 60, 3)).astype(np.uint8), icc)  # full range: much of it is not in sRGB
    window = Box(10, 10, 30, 30)
    seen = seen_at(photo, Box(0, 0, 60, 40))
    shown = seen.pixels
    tile = Tile(window, window.cut(shown).copy())
    tile.pixels[5:10, 5:10] = (90, 60, 40)
    (back,) = taken_back(seen.photo, seen.srgb, [tile])
    space = space_of(photo)
    assert space is not None
    same = (tile.pixels == window.cut(shown)).all(axis=2)
    np.testing.assert_array_equal(back.pixels[same], window.cut(photo.pixels)[same])
    painted = in_space(np.full((1, 1, 3), (90, 60, 40), np.uint8), icc).pixels[0, 0].astype(int)
    inside = space.in_srgb(window.cut(photo.pixels))[5:10, 5:10]
    held = ((inside > 8) & (inside < 247)).all(axis=2)  # in both spaces, so nothing of their own is left over
    assert held.any()
    assert np.abs(back.pixels[5:10, 5:10][held] - painted).max() <= 6


@pytest.fixture(scope="module")
def in_own_space(opened_blink: Opened) -> Rgb:
    """The blink opened in sRGB."""
    return opened_blink.photo.pixels


@pytest.mark.parametrize("icc", [PROPHOTO, LINEAR], ids=["prophoto", "linear"])
def test_the_same_blink_gets_the_same_eyes_in_every_space(
    icc: bytes, engine: Engine, blinked: Rgb, in_own_space: Rgb
) -> None:
    photo = in_space(blinked, icc)
    result = open_eyes(photo, engine=engine)
    assert [face.outcome for face in result.report.faces] == ["opened"]
    new = (result.photo.pixels != photo.pixels).any(axis=2)
    expected = (in_own_space != blinked).any(axis=2)
    assert (new & ~expected).mean() < 0.1 * expected.mean()
    there, here = (
        cv2.GaussianBlur(to_tones(eyes), (0, 0), 2)
        for eyes in (converted(result.photo.pixels, icc, SRGB), in_own_space)
    )  # grain and lashes fall elsewhere when the mesh moves by a hair
    assert np.abs(there - here)[expected].mean() < 3


def test_the_16_bits_of_a_wide_photo_are_kept(engine: Engine, blinked: Rgb) -> None:
    photo = in_space(blinked, PROPHOTO)
    fine = np.random.default_rng(1).integers(-120, 121, photo.pixels.shape)
    deep = (photo.pixels.astype(np.int32) * LEVEL + fine).clip(0, 65_535).astype(np.uint16)
    source = read(encoded(Photo(photo.pixels, None, photo.file, deep), "PNG", None), Settings())
    result = open_eyes(source, engine=engine).photo
    assert source.deep is not None
    assert result.deep is not None
    same = (result.pixels == source.pixels).all(axis=2)
    assert not same.all()
    np.testing.assert_array_equal(result.deep[same], source.deep[same])


def test_one_person_in_two_spaces_looks_alike(engine: Engine, portrait: Rgb) -> None:
    teller = engine.for_references().required_describer()
    shots = [look(in_space(portrait, icc), engine=engine) for icc in (PROPHOTO, ADOBE_RGB)]
    ours, theirs = (in_srgb(one, one.faces) for one in shots)
    traits = [teller.describe(one.pixels, one.faces[0]) for one in (ours, theirs)]
    unconverted = [teller.describe(one.photo.pixels, one.faces[0]) for one in (ours, theirs)]
    assert teller.evidence(*traits) > teller.evidence(*unconverted)
    assert teller.evidence(*traits) > 3.5  # of 4, which a picture and itself have


def test_small_pictures_for_pages_show_the_photos_colours_without_its_profile(portrait: Rgb) -> None:
    wide, face = in_space(portrait, PROPHOTO), Box(180, 60, 260, 160)
    plain = face_picture(Photo(portrait), face).astype(int)
    assert np.abs(face_picture(wide, face) - plain).mean() < 2
    assert np.abs(face_picture(replace(wide, file=None), face) - plain).mean() > 10
    brown = portrait.copy()
    brown[100:120, 200:240] = (90, 60, 40)
    compared = eye_comparison(wide, in_space(brown, PROPHOTO), face)
    expected = eye_comparison(Photo(portrait), Photo(brown), face)
    assert compared is not None
    assert expected is not None
    assert np.abs(compared.astype(int) - expected).mean() < 4


def test_a_drawing_has_the_colours_of_its_photo(portrait: Rgb, tmp_path: Path) -> None:
    photo, drawing = tmp_path / "wide.png", tmp_path / "faces.jpg"
    photo.write_bytes(encoded(Photo(portrait, None, FileFacts("PNG", icc=DISPLAY_P3)), "PNG", None))
    assert main(["inspect", str(photo), "--annotate", str(drawing)]) == 0
    drawn = read(drawing, Settings())
    assert drawn.file is not None
    assert drawn.file.icc == DISPLAY_P3
