"""Eyes over a mask: painted as without it, and under it."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes import photo_from
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.mesh478 import SIDES
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.uncovered import uncovered
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.roles import Crop, Face
from open_the_eyes.stages.crop import crop
from training.degraded import opened
from training.masked import MASKS, worn
from training.painters import AsItCame

HIGH = pytest.mark.parametrize("name", ["blue, high", "black"])


def test_a_bare_face_is_left_as_it_is(closed_crop: Crop) -> None:
    assert closed_crop.cloth is None
    assert uncovered(closed_crop) is closed_crop


@HIGH
def test_there_is_skin_where_the_mask_was(blinked: Rgb, blinked_face: Face, name: str) -> None:
    masked = crop(worn(blinked, blinked_face.landmarks, MASKS[name]), blinked_face, SIDES)
    bare = uncovered(masked)
    assert masked.cloth is not None
    assert bare.view is None
    under, usual = masked.cloth == 1, crop(blinked, blinked_face, SIDES).pixels
    off = [np.abs(one.pixels[under].mean(axis=0) - usual[under].mean(axis=0)).max() for one in (bare, masked)]
    assert off[0] < 25
    assert off[0] < off[1] / 2
    seen = masked.cloth == 0
    assert (bare.pixels[seen] == masked.pixels[seen]).all()


@HIGH
def test_eyes_are_painted_nearly_as_without_it(blinked: Rgb, blinked_face: Face, name: str) -> None:
    masked = worn(blinked, blinked_face.landmarks, MASKS[name])
    wanted = opened(blinked, blinked_face, AppearanceGenerator())
    beside = (wanted != blinked).any(axis=2) & (masked == blinked).all(axis=2)
    off = [
        np.abs(opened(masked, blinked_face, painter)[beside].astype(int) - wanted[beside]).mean()
        for painter in (AppearanceGenerator(), AsItCame())
    ]
    assert off[0] < 0.8 * off[1]


def test_the_mask_stays_in_front(engine: Engine, blinked: Rgb, blinked_face: Face) -> None:
    masked = worn(blinked, blinked_face.landmarks, MASKS["blue, high"])
    result = open_eyes(photo_from(masked), engine=engine)
    (face,) = result.report.faces
    assert face.outcome == "opened"
    cloth = np.abs(masked.astype(int) - blinked).max(axis=2) > 60
    assert (result.photo.pixels[cloth] == masked[cloth]).mean() > 0.999
    assert (result.photo.pixels != masked).any()


def test_a_part_of_a_crop_has_its_part_of_the_mask(blinked: Rgb, blinked_face: Face) -> None:
    whole = crop(worn(blinked, blinked_face.landmarks, MASKS["white"]), blinked_face, SIDES)
    assert whole.cloth is not None
    part = whole.cut(type(whole.window)(2, 3, 20, 30))
    assert part.cloth is not None
    assert (part.cloth == whole.cloth[3:30, 2:20]).all()
