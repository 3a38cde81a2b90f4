"""What a notebook shows: a small picture in its own colours, before and after, and never what a name makes of HTML."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.painting import Tile
from open_the_eyes.photo import FileFacts, Photo
from open_the_eyes.results import Opened
from tests.files.jpeg.scenes import scene
from tests.files.profiles import DISPLAY_P3
from tests.stand_in import face_report, report_of

PHOTO = Photo(scene((64, 48)), file=FileFacts("JPEG", Path("<b>.jpg"), icc=DISPLAY_P3))


def shown(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def test_a_photo_is_shown_in_its_own_colours() -> None:
    image = shown(PHOTO._repr_png_())
    np.testing.assert_array_equal(np.asarray(image), PHOTO.pixels)
    assert image.info["icc_profile"] == DISPLAY_P3
    assert "icc_profile" not in shown(Photo(PHOTO.pixels)._repr_png_()).info


def test_a_profile_of_other_than_rgb_is_left_out() -> None:
    grey = DISPLAY_P3[:16] + b"GRAY" + DISPLAY_P3[20:]
    photo = Photo(PHOTO.pixels, file=FileFacts("JPEG", Path("a.jpg"), icc=grey))
    assert "icc_profile" not in shown(photo._repr_png_()).info


@pytest.mark.parametrize(("size_wh", "small_wh"), [((2000, 1000), (800, 400)), ((3, 4000), (1, 800))], ids=str)
def test_a_large_photo_is_shown_small(size_wh: tuple[int, int], small_wh: tuple[int, int]) -> None:
    level = np.full((size_wh[1], size_wh[0], 3), (10, 90, 200), np.uint8)
    image = shown(Photo(level)._repr_png_())
    assert image.size == small_wh
    assert image.getpixel((0, 0)) == (10, 90, 200)


def test_a_result_is_shown_before_and_after_and_every_text_as_it_is() -> None:
    eye = Tile(Box(8, 8, 24, 16), np.full((8, 16, 3), 10, np.uint8))
    after = PHOTO.with_tiles([eye])
    faces = (face_report("opened", after=(0.9, None)), face_report("already_open", number=2, why="<i>why</i>"))
    page = Opened((after,), report_of("a.jpg", *faces))._repr_html_()
    one, other = (shown(b64decode(data)) for data in re.findall(r'base64,([^"]+)"', page))
    np.testing.assert_array_equal(np.asarray(one), PHOTO.pixels)
    np.testing.assert_array_equal(np.asarray(other), after.pixels)
    assert "<li>1 opened: Opened the left eye.</li><li>2 already_open: &lt;i&gt;why&lt;/i&gt;</li>" in page
    assert "<b>" not in page


def test_a_result_without_a_change_is_shown_once() -> None:
    page = Opened((PHOTO,), report_of("a.jpg", face_report("already_open")))._repr_html_()
    assert page.count("<img") == 1


def test_a_photo_is_an_array_of_its_pixels() -> None:
    array = np.asarray(PHOTO)
    np.testing.assert_array_equal(array, PHOTO.pixels)
    assert np.shares_memory(array, PHOTO.pixels)
    assert np.asarray(PHOTO, np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(PHOTO), PHOTO.pixels)


def test_an_engine_is_told_of_in_a_line(engine: Engine) -> None:
    assert repr(engine) == "<Engine appearance with detector mediapipe: asked for>"
    assert len(repr(replace(engine, why="a GPU and the weights are here"))) < 100
