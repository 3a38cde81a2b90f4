"""The table of what each format can hold is true of the files that are written."""

from __future__ import annotations

from typing import Final, get_args

import cv2
import numpy as np
import pytest

from open_the_eyes.errors import PhotoNotWritten
from open_the_eyes.files import encoded, read
from open_the_eyes.files.colour.bits import holds_deep
from open_the_eyes.files.formats import TRAITS
from open_the_eyes.photo import Encoding, FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, facts, picture, saved

FORMATS: Final[tuple[FileFormat, ...]] = get_args(FileFormat)


def written(photo: Photo, file_format: FileFormat) -> FileFacts:
    return facts(read(encoded(photo, file_format, None), Settings()))


def sixteen_bits(mode: str) -> Photo:
    samples = np.asarray(picture(mode)).astype(np.uint16) * 257
    return read(cv2.imencode(".png", samples)[1].tobytes(), Settings())


def test_every_format_is_in_the_table() -> None:
    assert set(TRAITS) == set(FORMATS)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_quality_counts_where_pictures_are_coded_with_loss(file_format: FileFormat) -> None:
    photo = read(saved(picture(), "PNG"), Settings())
    coarse, fine = (encoded(photo, file_format, None, quality=quality) for quality in (20, 90))
    assert (coarse != fine) == TRAITS[file_format].lossy


@pytest.mark.parametrize("file_format", FORMATS)
def test_grey_and_two_levels_stay_where_the_format_has_them(file_format: FileFormat) -> None:
    traits = TRAITS[file_format]
    black_and_white = read(saved(picture().convert("1"), "PNG"), Settings())
    grey = read(saved(picture("L"), "PNG"), Settings())

    assert (written(black_and_white, file_format).mode == "1") == traits.two_levels
    assert (written(grey, file_format).mode == "L") == traits.grey
    if traits.alpha:
        with_trns_alpha = read(saved(picture("LA"), "PNG"), Settings())
        assert (written(with_trns_alpha, file_format).mode == "LA") == traits.grey_with_alpha


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_resolution_has_a_field_where_the_table_says_so(file_format: FileFormat) -> None:
    photo = Photo(np.full((8, 8, 3), 128, np.uint8), file=FileFacts(None, encoding=Encoding(dpi=(300.0, 300.0))))
    assert (written(photo, file_format).exif is None or file_format == "TIFF") == TRAITS[file_format].resolution


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_note_has_a_place_where_the_table_says_so(file_format: FileFormat) -> None:
    photo = Photo(np.full((8, 8, 3), 128, np.uint8), file=FileFacts(file_format, xmp=b"<broken"))
    back = facts(read(encoded(photo, file_format, RECORD), Settings()))
    assert any(b"open-the-eyes" in payload for _, payload in back.blocks) == TRAITS[file_format].note


@pytest.mark.parametrize("file_format", FORMATS)
def test_what_is_see_through_is_refused_where_the_format_has_no_alpha(file_format: FileFormat) -> None:
    with_trns_alpha = read(saved(picture("RGBA"), "PNG"), Settings())
    if TRAITS[file_format].alpha:
        assert read(encoded(with_trns_alpha, file_format, None), Settings()).alpha is not None
    else:
        with pytest.raises(PhotoNotWritten, match="opaque"):
            encoded(with_trns_alpha, file_format, None)


@pytest.mark.parametrize("file_format", FORMATS)
def test_more_than_eight_bits_stay_where_the_format_has_them(file_format: FileFormat) -> None:
    traits = TRAITS[file_format]
    back = read(encoded(sixteen_bits("RGB"), file_format, None), Settings())
    assert (back.deep is not None) == (traits.deep and holds_deep(file_format))
    if back.deep is not None:
        assert (facts(back).encoding.bits > 8) == traits.own_depth
        assert (written(sixteen_bits("L"), file_format).mode == "L") == traits.deep_grey


@pytest.mark.parametrize("file_format", FORMATS)
def test_colours_are_told_by_numbers_where_the_format_has_them(file_format: FileFormat) -> None:
    wide = FileFacts(None, encoding=Encoding(nclx=(9, 16, 9, 1)))  # BT.2020, PQ
    back = written(Photo(np.full((8, 8, 3), 128, np.uint8), file=wide), file_format).encoding.nclx
    assert (back is not None and back[:2] == (9, 16)) == TRAITS[file_format].colour_numbers


@pytest.mark.parametrize("file_format", FORMATS)
def test_exif_that_cannot_be_read_stays_where_readers_bear_it(file_format: FileFormat) -> None:
    photo = Photo(np.full((8, 8, 3), 128, np.uint8), file=FileFacts(None, exif=b"broken"))
    stays = written(photo, file_format).exif == b"broken"
    assert stays == (not TRAITS[file_format].strict_exif) == (file_format not in ("TIFF", "AVIF"))
