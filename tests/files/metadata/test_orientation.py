"""Ways up."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from open_the_eyes.files.metadata.orientation import as_stored, lies, turned, turned_back

STORED = np.arange(4 * 6, dtype=np.uint8).reshape(4, 6)


def as_pillow_has_it(orientation: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = Image.fromarray(STORED)
    picture.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(picture))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_and_places_turn_alike_there_and_back(orientation: int) -> None:
    upright = turned(STORED, orientation)
    np.testing.assert_array_equal(upright, as_pillow_has_it(orientation))
    np.testing.assert_array_equal(turned_back(upright, orientation), STORED)
    assert lies(orientation) == (upright.shape != STORED.shape)

    y, x = (part.ravel() for part in np.indices(upright.shape))
    there_x, there_y = as_stored(x, y, orientation, (STORED.shape[1], STORED.shape[0]))
    np.testing.assert_array_equal(STORED[there_y, there_x], upright.ravel())


@pytest.mark.parametrize("orientation", [1, 5, 6])
def test_what_is_turned_is_a_copy(orientation: int) -> None:
    for fresh in (turned(STORED, orientation), turned_back(STORED, orientation)):
        assert not np.shares_memory(fresh, STORED)
