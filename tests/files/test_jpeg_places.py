"""Blocks that were looked for before it was known what changes: the same file comes out, whether they were the right
ones, too few, or none that can be found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from open_the_eyes.files import encoded, expecting, jpeg_places, read
from open_the_eyes.files.jpeg_layout import NotPatchable
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from tests.files.jpeg_scenes import CODINGS, ORIENTATIONS, RECORD, SETTINGS, coded, mask_of, repainted, windows_around


def ahead(photo: Photo, *windows: Box) -> Photo:
    photo = expecting(photo, windows)
    assert photo.file is not None
    assert photo.file.stored is not None
    assert photo.file.stored.places is not None
    photo.file.stored.places.exception(timeout=60)
    return photo


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_nothing_is_looked_for_again_and_the_file_is_the_same(
    options: dict[str, Any], orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = read(coded(orientation=orientation, **options), SETTINGS)
    mask = mask_of(photo)
    wanted = encoded(repainted(photo, mask), "JPEG", RECORD)

    found = ahead(photo, *windows_around(mask))

    monkeypatch.setattr("open_the_eyes.files.jpeg_patch.places_of", lambda *_: pytest.fail("looked for again"))
    assert encoded(repainted(found, mask), "JPEG", RECORD) == wanted


@pytest.mark.parametrize("options", CODINGS.values(), ids=CODINGS.keys())
def test_what_changes_elsewhere_is_looked_for_then(options: dict[str, Any]) -> None:
    photo = read(coded(**options), SETTINGS)
    mask = mask_of(photo)
    wanted = encoded(repainted(photo, mask), "JPEG", RECORD)
    for window in (Box(0, 0, 1, 1), Box(100, 60, 101, 61), windows_around(mask)[0]):
        assert encoded(repainted(ahead(photo, window), mask), "JPEG", RECORD) == wanted


def test_what_could_not_be_found_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = read(coded((320, 240), subsampling=2), SETTINGS)
    mask = np.zeros((240, 320), np.bool_)
    mask[5:9, 5:9] = True
    wanted = encoded(repainted(photo, mask), "JPEG", None)
    with monkeypatch.context() as patch:
        patch.setattr(jpeg_places, "_MOST_MCUS", 3)
        found = ahead(photo, Box(0, 0, 320, 240))
    assert found.file is not None
    assert found.file.stored is not None
    with pytest.raises(NotPatchable, match="most of the picture"):
        found.file.stored.places.result()  # type: ignore[union-attr]
    assert encoded(repainted(found, mask), "JPEG", None) == wanted


def test_a_photo_that_is_no_jpeg_expects_nothing() -> None:
    photo = Photo(np.zeros((8, 8, 3), np.uint8))
    assert expecting(photo, [Box(0, 0, 8, 8)]) is photo
    jpeg = read(coded(), SETTINGS)
    assert expecting(jpeg, []) is jpeg
