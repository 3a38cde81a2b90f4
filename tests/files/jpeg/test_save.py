"""Grain in the highest quality takes more bytes than Pillow's encoder has room for."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile, JpegImagePlugin

from open_the_eyes.files import encoded, read, read_record
from open_the_eyes.files.jpeg.save import saved_jpeg
from open_the_eyes.photo import FileFormat
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, facts


def noise(channels: int, mode: str) -> Image.Image:
    samples = np.random.default_rng(3).integers(0, 2, (200, 220, channels), dtype=np.uint8) * np.uint8(255)
    return Image.frombytes(mode, (220, 200), samples.tobytes())


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True}], ids=str)
@pytest.mark.parametrize(("channels", "mode"), [(3, "RGB"), (4, "CMYK"), (1, "L")])
def test_noise_fits_and_the_room_goes_again(
    channels: int, mode: str, options: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    room = ImageFile.MAXBLOCK

    data = saved_jpeg(noise(channels, mode), quality=100, subsampling=0, **options)

    assert JpegImagePlugin.JpegImageFile(BytesIO(data)).size == (220, 200)
    assert room == ImageFile.MAXBLOCK
    assert capfd.readouterr().err == ""


def test_a_grainy_progressive_file_stays_one(capfd: pytest.CaptureFixture[str]) -> None:
    source = read(saved_jpeg(noise(3, "RGB"), quality=100, subsampling=0, progressive=True), Settings())

    back = read(encoded(source, "JPEG", RECORD), Settings())

    assert facts(back).encoding == facts(source).encoding
    assert read_record(back) == RECORD
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_what_others_save_meanwhile_has_the_same_bytes(
    file_format: FileFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = read(saved_jpeg(noise(3, "RGB")), Settings())
    alone = encoded(source, file_format, RECORD)

    monkeypatch.setattr(ImageFile, "MAXBLOCK", 1 << 12)
    tight = encoded(source, file_format, RECORD)
    monkeypatch.setattr(ImageFile, "MAXBLOCK", 1 << 24)

    assert alone == tight == encoded(source, file_format, RECORD)
