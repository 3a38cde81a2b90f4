"""Another person's eyeballs in the photo's light, where the two skins differ by more than light.

Skin beside the eyes tells how a donor is to be relit, and of one person that is right. Of another person (`--match`) a
darker or fairer skin is taken for light as well: whites glow blue in a face that is fairer than the donor's, and are
dull in one that is darker. Whites are as white beside any skin: what brightness and hue they have is told by how much
darker the skin is there than where the face is brightest (`white_level`), and by its colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Tones, to_levels
from ...imaging.channels import as_three
from ...imaging.face.lids import EyeShape, lid_distances
from ...imaging.geometry import Box
from ...imaging.luma import LUMA
from ...roles import Crop
from ..appearance.irises.ball import ball_of
from ..appearance.irises.colour import usual_white
from ..appearance.light.cast import chroma
from ..appearance.light.white_level import EDGE, white_levels
from ..appearance.skin.shut_eye_regions import MIN_PIXELS, skin_below_mask


def white_off(crop: Crop, picture: Tones, shape: EyeShape) -> NDArray[np.float64] | None:
    """(3,): how far the white of an open eye on a picture (h, w, 3) lies off what the skin around it there tells: of
    its brightness, and of its R/G and B/G, in logarithms; None where too little is seen of either. The crop tells where
    the face is."""
    ball, level = ball_of(picture, shape), white_levels(replace(crop, pixels=to_levels(picture)), {shape.side: shape})
    part = Box.around(shape.ring).grown(1.0).within(crop.mask)
    if ball is None or not level:
        return None
    below = skin_below_mask(lid_distances(shape.seen_from(part), Box.of(part.cut(crop.mask))), shape.width)
    if below.sum() < MIN_PIXELS:
        return None
    usual, _ = usual_white(np.median(part.cut(picture)[below], axis=0))
    return np.array([np.log(ball.white_level / level[shape.side]), *(chroma(ball.white) - usual)])


def ball_gain(crop: Crop, lit: tuple[Tones, EyeShape], donor: tuple[Tones, EyeShape]) -> NDArray[np.float64]:
    """(3,): what an eyeball is to be multiplied by for a white that lies as far off what the skin tells as in the
    donor's own photo; 1 where that cannot be seen.

    The skin is read in the donor's pictures: below an open eye the crop may have the lashes of a shut one.

    Args:
        lit: the donor (h, w, 3) in the crop's light, and the eye in it.
        donor: the same before that; there the eye may look elsewhere.
    """
    ours, theirs, ball = white_off(crop, *lit), white_off(crop, *donor), ball_of(*lit)
    if ours is None or theirs is None or ball is None:
        return np.ones(3)
    brighter, redder, bluer = theirs - ours
    hue = np.exp([redder, 0.0, bluer])
    return np.asarray(hue * np.exp(brighter) * ball.white_level / float((hue * ball.white) @ LUMA))


def with_gain(lit: Tones, shape: EyeShape, gain: NDArray[np.float64]) -> Tones:
    """A picture (h, w, 3) with what lies between the lids multiplied by a gain (3,)."""
    if (gain == 1).all():
        return lit
    lids, radius = lid_distances(shape, Box.of(lit)), max(shape.iris_radius, 1e-3)
    between = np.clip(np.minimum(lids.below_upper, lids.above_lower) / (EDGE * radius), 0, 1)
    return np.asarray(lit * (1 + as_three(np.asarray(between, np.float32)) * (gain - 1).astype(np.float32)))


def pair_gain(gains: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One gain (3,) for both eyes, which are one person's in one light; 1 for none."""
    logs = [np.log(gain) for gain in gains]
    return np.exp(np.mean(logs, axis=0)) if logs else np.ones(3)
