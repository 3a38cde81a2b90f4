"""JPEG files of every coding with something in them, and eyes painted into them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from open_the_eyes.errors import PhotoError
from open_the_eyes.files import EditRecord, jpeg, read, write
from open_the_eyes.files.metadata.orientation import turned_back
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings

SETTINGS = Settings()
RECORD = EditRecord(engine="appearance", mode="standard", seed=7, version="0.1.0", faces=((1, "opened"),))

CODINGS: dict[str, dict[str, Any]] = {
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:2:0": {"subsampling": 2},
    "4:4:0": {"sampling": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440},
    "4:1:1": {"sampling": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411},
    "grey": {"mode": "L"},
    "red, green and blue": {"keep_rgb": True, "subsampling": 0},
    "Huffman tables of its own": {"subsampling": 2, "optimize": True},
    "grey, tables of its own": {"mode": "L", "optimize": True},
    "restart every 3 MCUs": {"subsampling": 2, "restart_marker_blocks": 3},
    "restart every row": {"subsampling": 1, "restart_marker_rows": 1},
    "coarse": {"subsampling": 2, "quality": 25},
    "fine": {"subsampling": 2, "quality": 100},
}
STANDARD_TABLES = {name: options for name, options in CODINGS.items() if "optimize" not in options}
ORIENTATIONS = range(1, 9)
CODED_AND_TURNED = [
    *((name, 1) for name in CODINGS),
    *((name, orientation) for name in ("4:2:0", "4:2:2") for orientation in ORIENTATIONS if orientation != 1),
]
"""Every coding upright, and two of them, one with other pixels across than down, in every orientation: turning is about
pixels, coding about bits."""


@cache
def scene(size_wh: tuple[int, int]) -> Rgb:
    """Slopes, edges and grain."""
    width, height = size_wh
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = np.sin(x / 5) * np.cos(y / 7) * 40
    slope = np.stack([80 + x, 190 - y, 60 + (x + y) / 2], axis=2) + waves[..., None]
    slope[(x - width / 3) ** 2 + (y - height / 4) ** 2 < 90] = (40, 30, 25)
    grain = np.random.default_rng(3).normal(0, 5, slope.shape)
    pixels = np.asarray(np.clip(slope + grain, 0, 255), np.uint8)
    pixels.flags.writeable = False
    return pixels


def coded(size_wh: tuple[int, int] = (173, 131), orientation: int = 1, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    if "sampling" in options:
        parameters = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, options["sampling"], cv2.IMWRITE_JPEG_QUALITY, 90]
        parameters += [cv2.IMWRITE_JPEG_PROGRESSIVE, int(options.get("progressive", False))]
        data = cv2.imencode(".jpg", scene(size_wh)[..., ::-1], parameters)[1].tobytes()
        block = b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
        return data[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    out = BytesIO()
    options = {"quality": 90, **options}
    Image.fromarray(scene(size_wh)).convert(options.pop("mode", "RGB")).save(out, "JPEG", exif=exif, **options)
    return out.getvalue()


def mask_of(photo: Photo) -> NDArray[np.bool_]:
    """Two ovals, one of them at the picture's edge."""
    width, height = photo.size_wh
    y, x = np.mgrid[0:height, 0:width]
    middle = ((x - 0.55 * width) / 14) ** 2 + ((y - 0.4 * height) / 7) ** 2 < 1
    return np.asarray(middle | (((x - width) / 9) ** 2 + ((y - height) / 6) ** 2 < 1))


def patched_jpeg(photo: Photo, mask: NDArray[np.bool_]) -> Photo:
    """Other pixels in the mask: darker, and where the file has colour, bluer."""
    pixels = photo.pixels.copy()
    shift = -50 if photo.file is not None and photo.file.mode == "L" else np.array([-70, -40, 10])
    pixels[mask] = np.clip(pixels[mask].astype(int) + shift, 0, 255)
    return photo.with_pixels(pixels)


def as_stored(mask: NDArray[np.bool_], orientation: int) -> NDArray[np.bool_]:
    return turned_back(mask.astype(np.uint8), orientation) > 0


def how(photo: Photo, folder: Path) -> str:
    """How the report says the photo was coded."""
    return write(photo, folder / "out.jpg", record=RECORD, overwrite=True).encoding


def pixels_of(data: bytes) -> NDArray[np.int64]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(np.int64)


def windows_around(mask: NDArray[np.bool_]) -> list[Box]:
    """A window around each patch of a mask, and one more that lies within another."""
    _, _, rows, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    windows = [Box(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, _ in rows[1:].tolist()]
    return [*windows, windows[0]]


def check_beside_mask(damaged: bytes) -> None:
    """What a decoder shows of a file whose bits are wrong, it shows of the patched one as well; if it can be read, and
    patched.
    """
    try:
        photo = read(damaged, SETTINGS)
        shown = pixels_of(damaged)
    except (PhotoError, OSError, SyntaxError, ValueError):
        return
    mask = np.zeros(photo.pixels.shape[:2], np.bool_)
    mask[64:70, 64:80] = True
    target = patched_jpeg(photo, mask)
    assert target.file is not None
    try:
        out = jpeg.patched_jpeg(target.file, target)
    except jpeg.NotPatchable:
        return
    near = cv2.dilate(mask.astype(np.uint8), np.ones((69, 69), np.uint8)) > 0
    away = ~as_stored(near, target.file.orientation)
    np.testing.assert_array_equal(pixels_of(out)[away], shown[away])
