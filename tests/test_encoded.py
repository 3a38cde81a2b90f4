"""`Opened.encoded`: the file that `save` writes, as bytes, and as fine as somebody asks."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, features

from open_the_eyes import files
from open_the_eyes.errors import PhotoNotWritten, UsageError
from open_the_eyes.files.codecs import CODECS
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.painting import Tile
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from tests.stand_in import face_report, report_of

RECORD = files.EditRecord(engine="appearance", mode="standard", seed=0, version="0.1.0", faces=((1, "opened"),))
NOISE = np.random.default_rng(0).integers(90, 160, (64, 64, 3)).astype(np.uint8)
SUFFIXES: dict[FileFormat, str] = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "AVIF": ".avif"}


def opened(kind: str = "PNG", **how: Any) -> Opened:
    """A noisy picture read from a file of some format, with a dark square painted on it."""
    out = BytesIO()
    Image.fromarray(NOISE).convert(how.pop("mode", "RGB")).save(out, kind, **how)
    photo = files.read(out.getvalue(), Settings())
    painted = photo.with_tiles([Tile(Box(8, 8, 24, 24), np.full((16, 16, 3), 60, np.uint8))])
    return Opened((replace(painted, edit=RECORD),), report_of("a.jpg", face_report()))


@pytest.mark.parametrize("quality", [None, 40])
@pytest.mark.parametrize("file_format", SUFFIXES)
def test_the_bytes_and_the_report_are_those_of_the_file(
    file_format: FileFormat, quality: int | None, tmp_path: Path
) -> None:
    if file_format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")
    path, result = tmp_path / f"out{SUFFIXES[file_format]}", opened()
    (written,) = result.save(path, quality=quality).outputs
    data, told = result.encoded(file_format, quality=quality)
    assert data == path.read_bytes()
    assert told == replace(written, path="")


def test_without_a_format_it_is_that_of_the_photo() -> None:
    assert opened("WEBP").encoded()[0][8:12] == b"WEBP"
    assert opened("JPEG").encoded()[1].encoding == "coefficients"


@pytest.mark.parametrize(
    ("result", "file_format"),
    [
        pytest.param(opened(), "JPEG", id="a JPEG of a PNG"),
        pytest.param(opened("JPEG", mode="CMYK", quality=95), "JPEG", id="a JPEG that cannot be patched"),
        pytest.param(opened("WEBP", quality=95), "WEBP", id="WebP"),
        pytest.param(opened("WEBP", lossless=True), "WEBP", id="lossless WebP"),
        pytest.param(opened(), "WEBP", id="a WebP of a PNG"),
        pytest.param(opened(), "HEIF", id="HEIC"),
        pytest.param(opened(), "AVIF", id="AVIF"),
    ],
)
def test_a_lower_quality_makes_smaller_files_of_the_same_picture(result: Opened, file_format: FileFormat) -> None:
    try:
        sizes = [len(result.encoded(file_format, quality=quality)[0]) for quality in (1, 50, 100)]
    except PhotoNotWritten as error:
        pytest.skip(str(error))
    assert sizes[0] < 0.8 * sizes[1] < 0.8 * sizes[2]
    data, told = result.encoded(file_format, quality=50)
    back = files.read(data, Settings())
    assert np.abs(back.cut(Box(12, 12, 20, 20)).astype(int) - 60).max() < 40
    assert any("move by a few levels" in note for note in told.notes)
    assert files.read_record(back) == RECORD


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_what_is_not_coded_anew_with_loss_stays_as_it_was(kind: FileFormat) -> None:
    result = opened(kind)
    assert result.encoded(quality=1) == result.encoded()


@pytest.mark.parametrize("quality", [0, 101, 80.0, "80", True])
def test_what_is_no_quality_is_refused_before_any_work(quality: Any, tmp_path: Path) -> None:
    for call in (lambda: opened().encoded(quality=quality), lambda: opened().save(tmp_path / "a.png", quality=quality)):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.option == "quality"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file_format", ["GIF", "jpg", 3, []])
def test_an_unknown_format_is_refused(file_format: Any) -> None:
    with pytest.raises(UsageError, match="file_format: expected one of JPEG, PNG"):
        opened().encoded(file_format)


def test_a_picture_that_its_format_cannot_hold_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Any) -> bytes:
        raise OSError("broken data stream")

    monkeypatch.setitem(CODECS, "PNG", replace(CODECS["PNG"], pack=full))
    with pytest.raises(PhotoNotWritten, match=r"can hold \(broken data stream\); choose another"):
        opened().encoded()


def test_of_pixels_the_format_has_to_be_told() -> None:
    result = Opened((Photo(NOISE),), report_of("a.jpg"))
    with pytest.raises(UsageError, match=r"encoded\('PNG'\)"):
        result.encoded()
    assert result.encoded("PNG")[0].startswith(b"\x89PNG")


@pytest.mark.parametrize("path", [BytesIO(), b"out.png", 3], ids=["a buffer", "bytes", "a number"])
def test_what_is_no_path_is_refused_in_words(path: Any) -> None:
    with pytest.raises(UsageError, match=r"path: expected a path, got .*`encoded` gives the bytes"):
        opened().save(path)
