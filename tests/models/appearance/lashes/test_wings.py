"""What shut lashes leave beside an eye becomes skin, and a wing of eyeliner begins at the open eye's corner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points, Rgb, Tones, to_levels, to_tones
from open_the_eyes.imaging.detail.grain import fine_part
from open_the_eyes.imaging.face.mesh478 import EYE_RING, INNER_CORNER, OUTER_CORNER, SIDES
from open_the_eyes.models.appearance import corners, layout
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.lashes.tails import tailless
from open_the_eyes.models.appearance.lashes.wings import draw_wings
from open_the_eyes.models.appearance.prepared import Prepared, shapes_in
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Face, Request
from open_the_eyes.stages.crop import crop
from tests.faces import resized
from training.painters import Bare

PLAIN = GenerateOptions()
SCALE = 3.0
INK = (35, 25, 25)

MadeUp = Callable[[float], tuple[Crop, Points]]
"""A crop with a line past the left eye's outer corner that rises by so many eye widths, and where it ends in it."""


@pytest.fixture(scope="module")
def generator() -> AppearanceGenerator:
    return Bare()


@pytest.fixture
def noise(blinked: Rgb) -> Tones:
    h, w = (round(SCALE * side) for side in blinked.shape[:2])
    return np.asarray(np.random.default_rng(0).normal(0, 4, (h, w, 1)), np.float32)


@pytest.fixture
def made_up(blinked: Rgb, blinked_face: Face, noise: Tones) -> MadeUp:
    def drawn(rise: float) -> tuple[Crop, Points]:
        pixels = to_levels(resized(blinked, SCALE) + noise)
        face = replace(blinked_face, landmarks=blinked_face.landmarks * SCALE)
        outer, inner = face.landmarks[[OUTER_CORNER["left"], INNER_CORNER["left"]], :2]
        width = float(np.linalg.norm(inner - outer))
        tip = outer + 0.33 * (outer - inner) - [0, rise * width]
        lower = face.landmarks[EYE_RING["left"], :2][[15, 13, 11, 9]]
        line = np.rint([tip, outer, *lower]).astype(np.int32)
        cv2.polylines(pixels, [line], False, INK, round(0.06 * width), cv2.LINE_AA)
        cut = crop(pixels, face, SIDES)
        return cut, tip - [cut.window.left, cut.window.top]

    return drawn


def test_a_tail_does_not_stay_behind_alone(
    generator: AppearanceGenerator, made_up: MadeUp, blinked: Rgb, noise: Tones
) -> None:
    cut, tip = made_up(0.1)
    assert cut.tails is not None
    assert cut.winged == ()
    assert (cut.mask >= cut.tails).all()
    patch = generator.generate([Request(cut, 1)], PLAIN)[0]
    assert (patch.mask >= cut.tails).all()
    x, y = np.rint(tip).astype(int)
    skin = cut.window.cut(resized(blinked, SCALE))[y, x].mean()
    assert cut.pixels[y, x].mean() < 0.6 * skin
    assert patch.pixels[y - 2 : y + 3, x - 2 : x + 3].mean() == pytest.approx(skin, rel=0.15)
    filled = cut.tails > 0.98
    grain = fine_part(to_tones(tailless(cut, 1).pixels), 1.0)[filled].std()
    assert grain == pytest.approx(fine_part(noise * np.ones(3, np.float32), 1.0).std(), rel=0.4)


def test_a_wing_leads_from_the_open_corner_to_where_it_ended(generator: AppearanceGenerator, made_up: MadeUp) -> None:
    cut, tip = made_up(0.22)
    assert cut.winged == ("left",)
    patch = generator.generate([Request(cut, 1)], PLAIN)[0]
    ready = Prepared.of(cut, 1)
    shut = layout.points_on_strip(cut.landmarks)
    corner = shapes_in(cut, corners.opened(shut, {"left": 1.0}))["left"].ring[0]
    skin = to_tones(ready.crop.pixels)
    for share in (0.35, 0.6, 0.85):
        x, y = np.rint(corner + share * (tip - corner)).astype(int)
        column = slice(y - 12, y + 13)
        left = patch.pixels[column, x].mean(axis=1) / skin[column, x].mean(axis=1)
        assert left.min() < 0.6, share
        assert left.max() > 0.9, share


def test_an_eye_that_is_not_opened_gets_none(made_up: MadeUp) -> None:
    cut, _ = made_up(0.22)
    wings = Prepared.of(cut, 1).wings
    assert [wing.side for wing in wings] == ["left"]
    pixels = to_tones(cut.pixels)
    draw_wings(pixels, wings, {"right": np.array([10.0, 10.0])})
    assert np.array_equal(pixels, to_tones(cut.pixels))


def test_a_wing_beyond_the_crop_is_none(made_up: MadeUp) -> None:
    cut, _ = made_up(0.22)
    outside = replace(cut, landmarks=cut.landmarks + 10_000)
    assert Prepared(outside, 1, outside, None).wings == []
