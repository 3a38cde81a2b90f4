"""XMP in a file beside the photo stays there, and the report says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes.files import encoded_with_report, read, write
from open_the_eyes.files.metadata.sidecar import STAYS
from open_the_eyes.settings import Settings
from tests.files.pictures import picture, saved


def photo_in(folder: Path, sidecar: str) -> Path:
    source = folder / "photo.JPG"
    source.write_bytes(saved(picture(), "JPEG"))
    (folder / sidecar).write_bytes(b"<x/>")
    return source


@pytest.mark.parametrize(
    ("sidecar", "target", "told"),
    [
        pytest.param("photo.xmp", "photo.opened.jpg", True, id="Lightroom's name"),
        pytest.param("photo.JPG.xmp", "photo.opened.jpg", True, id="darktable's name"),
        pytest.param("photo.XMP", "photo.opened.jpg", True, id="capitals"),
        pytest.param("photo.xmp", "out/photo.JPG", True, id="the same name elsewhere"),
        pytest.param("photo.JPG.xmp", "photo.png", True, id="one for the JPEG alone"),
        pytest.param("photo.xmp", "photo.png", False, id="one for both"),
        pytest.param("photo.JPG.xmp", "photo.JPG", False, id="the photo's own name"),
        pytest.param("photo.png.xmp", "photo.opened.jpg", False, id="another photo's"),
        pytest.param("other.xmp", "photo.opened.jpg", False, id="another name"),
    ],
)
def test_a_sidecar_that_does_not_come_along_is_told_of(sidecar: str, target: str, told: bool, tmp_path: Path) -> None:
    source = photo_in(tmp_path, sidecar)
    (tmp_path / "out").mkdir()

    report = write(read(source, Settings()), tmp_path / target, record=None, overwrite=True)

    assert (STAYS in report.notes) is told


def test_a_name_too_long_for_a_sidecar_has_none(tmp_path: Path) -> None:
    source = photo_in(tmp_path, "other.xmp").rename(tmp_path / ("x" * 250 + ".JPG"))
    assert write(read(source, Settings()), tmp_path / "out.jpg", record=None).notes == ()


def test_a_folder_is_no_sidecar(tmp_path: Path) -> None:
    source = photo_in(tmp_path, "other.xmp")
    (tmp_path / "photo.xmp").mkdir()
    assert write(read(source, Settings()), tmp_path / "out.jpg", record=None).notes == ()


def test_of_bytes_nobody_looks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = photo_in(tmp_path, "photo.xmp")
    monkeypatch.chdir(tmp_path)
    photo = read(source.read_bytes(), Settings())

    assert write(photo, Path("out.jpg"), record=None).notes == ()
    assert encoded_with_report(photo, "JPEG", None, "out.jpg")[1].notes == ()
