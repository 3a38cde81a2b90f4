"""Each step that makes painted eyes look photographed is taken, and does what it is there for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb, Tones, to_levels, to_tones
from open_the_eyes.imaging.detail.grain import fine_part
from open_the_eyes.imaging.face.lids import EyeShape, LidDistances, lid_distances
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES, Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance import generator
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.irises.ball import ball_of
from open_the_eyes.models.appearance.refiner import PaintedEyes
from open_the_eyes.models.appearance.steps import Step, StepContext
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.stages.crop import crop
from tests.faces import HEAD, resized
from training.painters import Bare

PLAIN: Final = GenerateOptions()


class Leaving(AppearanceGenerator):
    """Leaves out the step of this name, and keeps the eyes as they are after the last."""

    def __init__(self, left_out: str = "") -> None:
        super().__init__()
        self._left_out = left_out
        self.eyes: list[tuple[Eye, Side, StepContext]] = []

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*(step for step in super().steps if step.__name__ != self._left_out), self._kept)

    @property
    def names(self) -> list[str]:
        return [step.__name__ for step in self.steps[:-1]]

    def _kept(self, painted: list[PaintedEyes], context: StepContext) -> list[PaintedEyes]:
        for eyes, shut in zip(painted, context.prepared.shut, strict=True):
            self.eyes += [(Eye(eyes, shape, shut.photo), side, context) for side, shape in eyes.shapes.items()]
        return painted


class Eye:
    """One painted eye: its pixels, and how far each lies from its lids, in its widths."""

    def __init__(self, painted: PaintedEyes, shape: EyeShape, shut: Tones) -> None:
        self.pixels, self.shut, self.mask, self.shape = painted.pixels, shut, painted.mask, shape
        there: LidDistances = lid_distances(shape, Box.of(painted.pixels))
        self.over, self.under = -there.below_upper / shape.width, -there.above_lower / shape.width
        self.middle = (there.along > 0.15 * shape.width) & (there.along < 0.85 * shape.width)

    def fine(self, where: NDArray[np.bool_], sigma: float) -> float:
        return float(np.abs(fine_part(self.pixels, sigma).mean(axis=2))[where].mean())


def sharpness_of_lids(eye: Eye, *_: object) -> float:
    near = (np.abs(eye.over) < 0.12) | (np.abs(eye.under) < 0.08)
    return eye.fine(eye.middle & (eye.mask > 0.5) & near, 0.03 * eye.shape.width)


def detail_of_corners(eye: Eye, *_: object) -> float:
    return eye.fine(~eye.middle & (np.abs(eye.over) < 0.12) & (eye.mask > 0.5), 0.045 * eye.shape.width)


def white_off(eye: Eye, side: Side, context: StepContext) -> float:
    ball = ball_of(eye.pixels, eye.shape)
    assert ball is not None
    return abs(float(np.log(ball.white_level / context.prepared.white_levels[side])))


def unevenness_of_rim(eye: Eye, *_: object) -> float:
    ball = ball_of(eye.pixels, eye.shape)
    assert ball is not None
    rim = (ball.clear > 0.9) & (np.abs(ball.from_centre - 1) < 0.06) & (ball.down < 0.4)
    return float(luma_of(ball.pixels)[rim].std())


def hue_of_iris(eye: Eye, *_: object) -> float:
    """Beside the white's; what counts is how far those of both eyes are apart."""
    ball = ball_of(eye.pixels, eye.shape)
    assert ball is not None
    beside = ball.iris / ball.white
    return float(np.log(beside[2] / beside[0]))


def grain_of_eyeball(eye: Eye, *_: object) -> float:
    return eye.fine((eye.over < -0.1) & (eye.under < -0.08), 1.2)


def likeness_of_skin(eye: Eye, *_: object) -> float:
    under = eye.middle & (eye.under > 0.2) & (eye.under < 0.4) & (eye.mask > 0.5)
    ours, theirs = (fine_part(one, 0.1 * eye.shape.width).mean(axis=2)[under] for one in (eye.pixels, eye.shut))
    return float(np.corrcoef(ours, theirs)[0, 1])


def strands_over_lid(eye: Eye, *_: object) -> float:
    sideways = cv2.Sobel(luma_of(eye.pixels), cv2.CV_32F, 1, 0)
    return float(np.abs(sideways)[eye.middle & (eye.over > 0.02) & (eye.over < 0.09)].mean())


def darkest_of_line(eye: Eye, *_: object) -> float:
    return float(np.percentile(luma_of(eye.pixels)[eye.middle & (np.abs(eye.over) < 0.05)], 3))


def blue_over_red(eye: Eye, *_: object) -> float:
    beside = eye.pixels[eye.middle & (eye.over > -0.02) & (eye.over < 0.08)] + 6
    return float(np.exp(np.log(beside[:, 2] / beside[:, 0]).mean()))


Measure = Callable[[Eye, Side, StepContext], float]
STEPS: Final[dict[str, tuple[str, Measure, float]]] = {
    "refine": ("noisy", sharpness_of_lids, 1.1),
    "relight_whites": ("hard", white_off, 0.75),
    "draw_irises": ("noisy", unevenness_of_rim, 0.8),
    "match_irises": ("two lamps", hue_of_iris, 0.5),
    "add_grain": ("noisy", grain_of_eyeball, 1.4),
    "restore_skin": ("hard", likeness_of_skin, 1.15),
    "draw_lashes": ("hard", strands_over_lid, 1.1),
    "match_lashes": ("hard", darkest_of_line, 0.8),
    "recolour_darkness": ("hard", blue_over_red, 0.95),
    "add_detail": ("hard", detail_of_corners, 1.08),
}
"""In which photo what is measured, and its value with the step as a multiple of that without it: at least so much where
that is more than 1, at most where it is less."""


@pytest.fixture(scope="module")
def blinks(engine: Engine, portrait: Rgb) -> dict[str, Crop]:
    """Eyes 53 pixels wide, with black lashes or in blue light and red; and 106 pixels wide in a noisy photo."""
    return {
        "hard": _blink(engine, portrait, 3, _black_lashes),
        "two lamps": _blink(engine, portrait, 3, _two_lamps),
        "noisy": _blink(engine, portrait, 6, _noisy),
    }


def _blink(engine: Engine, portrait: Rgb, larger: float, changed: Callable[[Rgb, Crop], Rgb]) -> Crop:
    pixels = resized(np.ascontiguousarray(portrait[HEAD]), larger)
    (face,) = engine.detector.detect(pixels)
    shut = paint_blink(pixels, face.landmarks)
    again = engine.detector.measure(shut, face)
    assert again is not None
    around = crop(shut, again, SIDES)
    return crop(changed(shut, around), again, SIDES)


def _black_lashes(shut: Rgb, around: Crop) -> Rgb:
    out, marks = shut.copy(), around.face.landmarks
    for side in SIDES:
        shape = EyeShape.of(marks[EYE_RING[side], :2], marks[IRIS[side], :2], side)
        there = lid_distances(shape, Box.of(shut))
        near = (np.abs(there.below_upper) < 0.12 * shape.width) & (there.along > 0) & (there.along < shape.width)
        lashes = near & (shut.mean(axis=2) < 120)
        out[lashes] = 0.3 * out[lashes]
    return out


def _two_lamps(shut: Rgb, around: Crop) -> Rgb:
    left, right = (around.face.landmarks[EYE_RING[side], 0].mean() for side in SIDES)
    red = np.clip((np.arange(shut.shape[1]) - left) / (right - left), 0, 1)[None, :, None]
    light = np.array([0.7, 0.85, 1.0]) * (1 - red) + np.array([1.0, 0.7, 0.5]) * red
    return np.asarray(np.rint(shut * light), np.uint8)


def _noisy(shut: Rgb, _: Crop) -> Rgb:
    noise = np.random.default_rng(0).normal(0, 8, shut.shape[:2])
    return np.asarray(np.clip(shut + noise[..., None], 0, 255), np.uint8)


@pytest.fixture(scope="module")
def with_all(blinks: dict[str, Crop]) -> dict[str, Leaving]:
    return {name: _painted(around) for name, around in blinks.items()}


def _painted(around: Crop, left_out: str = "") -> Leaving:
    painter = Leaving(left_out)
    painter.generate([Request(around, 0)], PLAIN)
    return painter


def _told(painter: Leaving, measure: Measure) -> float:
    each = [measure(*eye) for eye in painter.eyes]
    return float(np.ptp(each) if measure is hue_of_iris else np.mean(each))


def test_every_step_is_held_here() -> None:
    assert Leaving().names == list(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_does_what_it_is_there_for(name: str, blinks: dict[str, Crop], with_all: dict[str, Leaving]) -> None:
    photo, measure, wanted = STEPS[name]
    share = _told(with_all[photo], measure) / _told(_painted(blinks[photo], name), measure)
    assert share >= wanted if wanted > 1 else share <= wanted


def _as_it_was(lit: Tones, *_: object) -> Tones:
    return lit


def test_painted_skin_meets_the_photo_at_the_rim(blinks: dict[str, Crop], monkeypatch: pytest.MonkeyPatch) -> None:
    shaded = _in_side_light(blinks["hard"])
    meeting = _off_at_rim(shaded)
    monkeypatch.setattr(generator, "met_at_rim", _as_it_was)
    assert _off_at_rim(shaded) > 1.2 * meeting


def _in_side_light(around: Crop) -> Crop:
    h, w = around.mask.shape
    light = np.linspace(1, 0.4, w)[None, :, None] * np.linspace(0.7, 1, h)[:, None, None] * [1.0, 0.8, 0.6]
    return replace(around, pixels=to_levels(to_tones(around.pixels) * light.astype(np.float32)))


def _off_at_rim(around: Crop) -> float:
    """By how many levels what was painted differs from the photo where it begins to show."""
    (patch,) = Bare().generate([Request(around, 0)], PLAIN)
    rim = (patch.mask > 0.05) & (patch.mask < 0.3)
    return float(np.abs((patch.pixels - around.pixels).mean(axis=2)[rim] / patch.mask[rim]).mean())
