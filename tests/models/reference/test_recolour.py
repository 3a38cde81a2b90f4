"""A colour that is asked for, on the irises of a donor: both alike, however whites are lit and eyes are turned."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb, Tones, to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.reference.recolour import Recolouring, eye_colours
from open_the_eyes.options.eye_style import EyeColor
from open_the_eyes.roles import Face
from open_the_eyes.stages.crop import crop

SKIN = np.array([200.0, 150.0, 130.0])
WHITE = np.array([190.0, 170.0, 165.0])
IRIS = np.array([84.0, 78.0, 70.0])


def recoloured(picture: Tones, shape: EyeShape, wanted: EyeColor) -> Tones:
    """The picture with one eye in another colour, measured by itself."""
    eye = eye_colours(picture, shape, np.zeros(picture.shape[:2], np.float32))
    change = Recolouring.of([eye], wanted)
    return picture if eye is None or change is None else change.applied(picture, shape, eye)


def drawn(
    white: NDArray[np.float64], *, dim: float = 1.0, light: bool = False
) -> tuple[Tones, EyeShape, NDArray[np.float32]]:
    """An eye in skin, `dim` times as bright, and where skin is seen."""
    ring = np.column_stack([np.r_[10:90:9j, 80:20:7j], 30 - 16 * np.sin(np.linspace(0, 2 * np.pi, 16, endpoint=False))])
    shape = EyeShape(ring, (50.0, 30.0), 14.0, "left")
    x, y = np.arange(100) - 50.0, np.arange(60)[:, None] - 30.0
    away = np.hypot(x, y)[..., None]
    within = ((x / 40) ** 2 + (y / 16) ** 2 < 1)[..., None]
    picture = np.where(within, np.select([away < 4, away < 14], [0.4 * IRIS, IRIS], white), SKIN)
    if light:
        picture[34:37, 44:49] = 230.0
    return np.asarray(dim * picture, np.float32), shape, np.asarray(~within[..., 0], np.float32)


def test_an_iris_takes_the_named_colour_and_the_skin_keeps_its_own(portrait: Rgb, portrait_face: Face) -> None:
    whole = crop(portrait, portrait_face, SIDES)
    before, shape = to_tones(whole.pixels), eye_shape(whole.landmarks[layout.MESH, :2], "right")
    after = recoloured(before, shape, "blue")
    y, x = round(shape.iris_xy[1]), round(shape.iris_xy[0] + 0.7 * shape.iris_radius)
    assert after[y, x, 2] > after[y, x, 0] > 0
    assert np.array_equal(after[:5], before[:5])


def test_a_light_iris_in_haze_turns_brown_all_over_and_its_rim_not_black() -> None:
    _, shape, _ = drawn(WHITE)
    away = np.hypot(np.arange(100) - 50.0, np.arange(60)[:, None] - 30.0)
    level = np.select([away < 4, away < 10, away < 14], [52.0, 84.0, 64.0], 95.0)
    level[34:37, 44:49] = 180  # a catch-light
    before = to_tones(np.repeat(level[..., None], 3, axis=2).astype(np.uint8))
    after = recoloured(before, shape, "brown")
    rim, light, catch = after[30, 38], after[30, 43], after[35, 46]
    assert luma_of(rim) > 40
    assert light[0] - light[2] > 20
    assert np.ptp(catch) < 5


def test_an_eye_of_a_few_pixels_keeps_its_colour() -> None:
    tiny = np.full((6, 8, 3), 90, np.float32)
    ring = np.column_stack([np.linspace(1, 6, 16), np.full(16, 3.0)])
    ring[9:] = ring[8] + (ring[0] - ring[8]) * np.linspace(0.1, 0.9, 7)[:, None]
    assert np.array_equal(recoloured(tiny, EyeShape(ring, (3.5, 3.0), 1.0, "left"), "blue"), tiny)


@pytest.mark.parametrize("wanted", ["blue", "green", "brown", "grey"])
def test_two_irises_that_were_alike_come_out_alike_though_one_white_is_in_shadow(wanted: EyeColor) -> None:
    both = [drawn(WHITE), drawn(0.55 * SKIN)]
    eyes = [eye_colours(*one) for one in both]
    change = Recolouring.of(eyes, wanted)
    assert change is not None
    one, other = (
        change.applied(picture, shape, eye)[30, 40]
        for (picture, shape, _), eye in zip(both, eyes, strict=True)
        if eye is not None
    )
    np.testing.assert_allclose(one, other, atol=1.0)


def test_an_eye_in_the_dark_stays_as_much_darker_than_the_other_as_it_was() -> None:
    both = [drawn(WHITE, light=True), drawn(WHITE, dim=0.6, light=True)]
    eyes = [eye_colours(*one) for one in both]
    change = Recolouring.of(eyes, "blue")
    assert change is not None
    one, other = (
        change.applied(picture, shape, eye)[30, 40]
        for (picture, shape, _), eye in zip(both, eyes, strict=True)
        if eye is not None
    )
    np.testing.assert_allclose(other, 0.6 * one, atol=1.0)


def test_a_white_of_the_skins_colour_in_a_lids_shadow_tells_no_teal_from_it() -> None:
    lit, shadowed = (eye_colours(*drawn(white)) for white in (WHITE, 0.5 * SKIN))
    assert lit is not None
    assert lit.white is not None
    assert shadowed is not None
    assert shadowed.white is not None
    hues = [np.log(one / one.mean()) for one in (lit.white, shadowed.white, 0.5 * SKIN)]
    assert np.abs(hues[1] - hues[0]).max() < 0.4 * np.abs(hues[2] - hues[0]).max()


def test_an_eye_whose_white_is_not_seen_takes_the_colour_with_the_other() -> None:
    lit = eye_colours(*drawn(WHITE))
    assert lit is not None
    hidden = type(lit)(lit.iris, None, lit.darkest)
    alone, pair = (Recolouring.of(eyes, "green") for eyes in ([lit], [lit, hidden, None]))
    assert alone is not None
    assert pair is not None
    np.testing.assert_array_equal(alone.gain, pair.gain)
    assert Recolouring.of([hidden, None], "green") is None
