"""An AVIF that is to be seen cropped, of 8 bits through Pillow and of 10 through libvips."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import encoded, read
from open_the_eyes.files.isobmff.boxes import FULL_BOX_HEADER, first_box, primary_associations
from open_the_eyes.files.isobmff.edit import with_property
from open_the_eyes.settings import Settings
from tests.files.isobmff.test_avif_deep import avif_of, noise
from tests.files.pictures import RECORD, camera_exif, facts, picture, saved

LEFT, TOP, WIDTH, HEIGHT = 5, 3, 40, 24
UPRIGHT = {1: 0, 3: 2, 6: -1, 8: 1}
"""By EXIF orientation: quarter turns to the left."""


def with_clap(data: bytes, *told: int) -> bytes:
    """The file with a clean aperture, told before turning and as essential, as the standard wants it."""
    out = bytearray(with_property(data, b"clap", struct.pack(f">{len(told)}i", *told)))
    meta = first_box(out, b"meta", 0, len(out))
    uses = primary_associations(out, meta, first_box(out, b"iprp", meta.start + FULL_BOX_HEADER, meta.end))
    first, last = uses.association_count_at + 1, uses.end - uses.size
    out[first : uses.end] = out[last : uses.end] + out[first:last]
    out[first] |= 0x80
    return bytes(out)


def cropped(data: bytes, size_wh: tuple[int, int], left: int = LEFT, top: int = TOP, height: int = HEIGHT) -> bytes:
    off_x, off_y = 2 * left + WIDTH - size_wh[0], 2 * top + height - size_wh[1]
    return with_clap(data, WIDTH, 1, height, 1, off_x, 2, off_y, 2)


@pytest.mark.parametrize(("mode", "orientation"), [*(("RGB", number) for number in UPRIGHT), ("RGBA", 1)])
def test_a_crop_of_8_bits_is_obeyed(mode: str, orientation: int) -> None:
    stored = picture(mode)
    exif = camera_exif(orientation).tobytes()
    whole = saved(stored, "AVIF", exif=exif, quality=100, subsampling="4:4:4")
    pixels = np.rot90(read(whole, Settings()).pixels, -UPRIGHT[orientation])

    source = read(cropped(whole, stored.size), Settings())
    back = read(encoded(source, "PNG", RECORD), Settings())

    seen = np.rot90(pixels[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH], UPRIGHT[orientation])
    np.testing.assert_array_equal(source.pixels, seen)
    np.testing.assert_array_equal(back.pixels, source.pixels)
    assert (source.alpha is not None) == (mode == "RGBA")


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_crop_of_10_bits_is_obeyed(orientation: int) -> None:
    whole = noise(10)
    stored = avif_of(whole, 10, lossless=True, orientation=orientation)

    source = read(cropped(stored, (56, 40)), Settings())
    back = read(encoded(source, "AVIF", RECORD), Settings())

    assert source.deep is not None
    assert back.deep is not None
    seen = np.rot90(whole[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH], UPRIGHT[orientation])
    np.testing.assert_array_equal(source.deep >> 6, seen)
    np.testing.assert_array_equal(back.deep, source.deep)
    assert facts(source).notes == ()


@pytest.mark.parametrize(("left", "height"), [(-1, HEIGHT), (30, HEIGHT), (LEFT, 0), (LEFT, -2), (LEFT, 46)])
def test_a_crop_that_is_none_is_refused_in_words(left: int, height: int) -> None:
    stored = picture()
    data = cropped(saved(stored, "AVIF"), stored.size, left=left, height=height)
    with pytest.raises(UnreadablePhoto, match="clean aperture"):
        read(data, Settings())


@pytest.mark.parametrize("told", [(81, 2, 24, 1, 0, 1, 0, 1), (40, 0, 24, 1, 0, 1, 0, 1)])
def test_a_crop_of_half_pixels_or_of_no_sense_is_refused(told: tuple[int, ...]) -> None:
    with pytest.raises(UnreadablePhoto, match="clean aperture"):
        read(with_clap(saved(picture(), "AVIF"), *told), Settings())
