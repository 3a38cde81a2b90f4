"""Eyes over a mask: painted as without it, and under it. The same past the face's outline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from open_the_eyes import photo_from
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import OUTER_CORNER, SIDES
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.skin.uncovered import uncovered
from open_the_eyes.options import GenerateOptions
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.roles import Crop, Face, Request
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


def before_a_wall(whole: Crop) -> Crop:
    """The crop as if its face ended just beside the left eye, before a green wall."""
    behind = np.zeros_like(whole.mask)
    behind[:, : round(whole.landmarks[OUTER_CORNER["left"], 0])] = 1
    pixels = whole.pixels.copy()
    pixels[behind > 0] = 20, 160, 40
    return replace(whole, pixels=pixels, behind=behind, mask=np.asarray(whole.mask * (1 - behind), np.float32))


def test_past_the_outline_there_is_skin_to_paint_beside_and_nothing_to_paint_on(closed_crop: Crop) -> None:
    walled = before_a_wall(closed_crop)
    assert walled.behind is not None
    past = walled.behind > 0
    bare = uncovered(replace(walled, mask=closed_crop.mask))
    assert bare.view is closed_crop.view
    assert not bare.mask[past].any()
    assert np.array_equal(bare.mask[~past], closed_crop.mask[~past])
    beside = past & (closed_crop.mask > 0)
    off = [np.abs(one.pixels[beside].mean(axis=0) - closed_crop.pixels[beside].mean(axis=0)) for one in (bare, walled)]
    assert off[0].max() < off[1].max() / 2
    assert np.array_equal(bare.pixels[~past], walled.pixels[~past])


def test_the_wall_does_not_colour_the_eye(closed_crop: Crop) -> None:
    walled = before_a_wall(closed_crop)
    seen = (walled.mask > 0.9) & (walled.landmarks[OUTER_CORNER["left"], 0] + 12 > np.arange(walled.mask.shape[1]))
    wanted, told, untold = (
        AppearanceGenerator().generate([Request(one, seed=0)], GenerateOptions())[0].pixels[seen]
        for one in (closed_crop, walled, replace(walled, behind=None))
    )
    assert np.abs(told - wanted).mean() < 0.7 * np.abs(untold - wanted).mean()


def test_past_the_outline_only_ends_of_lashes_go(closed_crop: Crop) -> None:
    walled = before_a_wall(closed_crop)
    x, y = (round(at) for at in walled.landmarks[OUTER_CORNER["left"], :2])
    tips = np.zeros_like(walled.mask)
    tips[y - 4 : y + 4, x - 8 : x] = 1
    walled.pixels[y, x - 6 : x] = 10
    walled = replace(walled, tips=tips, mask=np.maximum(walled.mask, tips))
    request = Request(walled, seed=0)
    (patch,) = AppearanceGenerator().generate([request], GenerateOptions())
    assert walled.behind is not None
    assert np.abs(patch.pixels[walled.behind > 0] - [20, 160, 40]).max() < 25
    assert np.abs(walled.pixels[walled.behind > 0].astype(int) - [20, 160, 40]).max() == 150


def test_a_part_of_a_crop_has_its_part_of_what_is_behind(closed_crop: Crop) -> None:
    whole = before_a_wall(closed_crop)
    assert whole.behind is not None
    part = whole.cut(type(whole.window)(2, 3, 20, 30))
    assert part.behind is not None
    assert np.array_equal(part.behind, whole.behind[3:30, 2:20])
