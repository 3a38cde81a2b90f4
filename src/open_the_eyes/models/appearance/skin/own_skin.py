"""The skin around an opened eye: the photo's own hue and detail, wherever opening an eye leaves skin as it was.

A blink moves the upper lid; the skin under the lower one stays. Painted skin there gets the pores and wrinkles that the
photo has in the same place: two bands of one picture (Burt & Adelson 1983), of which the fine one changes hands close
to the eye and the coarse one at the mask's rim. Over the upper lid only what is as faint as pores and grain is taken,
since the lines of a shut lid lie elsewhere when it is open. Where lashes hid the skin, it gets detail like that of the
skin below; beyond the outer corner, where nothing moves, the photo stays as it was. Hue, which make-up and birthmarks
give, is taken on both sides, but not how bright skin is: an open lid lies in other folds. Lengths are in eye widths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ....imaging.arrays import Plane, Tones
from ....imaging.channels import as_three, clipped
from ....imaging.detail.grain import MAD_TO_SIGMA, continued_grain, fine_part
from ....imaging.easing import smoothstep
from ....imaging.face.lids import EyeShape
from ....imaging.face.mesh478 import SIDES, Side
from ....imaging.geometry import Box
from ....imaging.luma import LUMA, luma_of
from ....imaging.smooth import reduced, shrink_for, smoothed
from ..lashes.shut_lashes import without_lashes
from .outer_corner import with_own_corner
from .surroundings import Surroundings

# Lengths are in eye widths, if not said otherwise.
WRINKLES: Final = 0.10
"""Standard deviation of a Gaussian: under the eye, finer detail is the photo's."""
PORES: Final = 0.025
"""Standard deviation of a Gaussian: over the upper lid, finer detail is the photo's; on the lids themselves it is like
that of the skin under the eye."""
FAINT: Final = 4.0
"""Strongest that pores are, in times the usual detail of the skin under the eye."""
UNDER_LASHES: Final = (-0.03, 0.06)
"""How far below the ends of the shut eye's lashes the photo's detail sets in, and where it is complete."""
HANGING_LEAST: Final = 0.09
"""Least that lashes are told to hang below the shut lids."""
HANGING_USUAL: Final = 0.16
"""How far lashes are taken to hang where nothing can be told."""
OVER: Final = (0.08, 0.14)
"""How far above the painted upper lid the photo's pores and hue set in, and where they are complete."""
OVER_SHUT: Final = (0.10, 0.20)
"""How far above the shut lashes the photo's pores and hue set in, and where they are complete: lashes are darker than
skin and of their own hue."""
HUE: Final = 0.08
"""Standard deviation of a Gaussian: hue varies no faster, and is carried on to the lids' edges by it."""
MOST_HUE: Final = 1.3
"""Largest factor by which a colour is changed."""
IN_SHADE: Final = 0.45
"""How much deeper the hue of skin in a fold is, since skin lights it: the logarithms of its colours' ratios grow by
this share of how much darker it is, in logarithms too. `training.appearance.hues` finds 0.4 to 0.7."""
EDGE: Final = (0.0, 0.05)
"""Distances from a painted lid's edge between which its skin sets in."""
REACH: Final = ((-0.8, -0.7), (0.8, 0.8))
"""Corners of an eye's surroundings, from the middle of its lids."""
SEEN_FROM: Final = (48.0, 66.0)
"""Eye widths in pixels between which it comes to be seen that skin beside an eye has no detail."""
CARRIED_OVER: Final = 0.5
"""Share of the detail carried on that the upper lid gets, whose skin is the finest of a face."""
SQUARE: Final = 0.15
"""Side of the squares in which detail is carried on."""
MIN_PIXELS: Final = 30
"""Fewest pixels of skin under an eye that tell how strong its detail usually is."""


def with_own_skin(
    pixels: Tones,
    photo: Tones,
    mask: Plane,
    opened: Mapping[Side, EyeShape],
    shut: Mapping[Side, EyeShape],
    hanging: float | None = None,
) -> Tones:
    """The painted pixels (h, w, 3) with the photo's fine detail where skin is in its place, under the mask (h, w).

    `opened` and `shut` are the eyes' shapes as painted and as photographed, in pixels; `hanging` is how far below the
    shut lids lashes hang, in eye widths, None where that is not known.
    """
    hanging = HANGING_USUAL if hanging is None else max(hanging, HANGING_LEAST)
    out = pixels.copy()
    for side, shape in opened.items():
        around = shape.ring.mean(axis=0) + np.array(REACH) * shape.width
        part = _covered(mask, Box.around(around).within(mask))
        if part is not None:
            painted, photo_part, cover = part.cut(pixels), part.cut(photo), part.cut(mask)
            part.cut(out)[...] = _one_eye(painted, photo_part, cover, part, shape, shut[side], hanging)
    return out


def _covered(mask: Plane, region: Box) -> Box | None:
    """The part of a region in which the mask lies, None where it does not."""
    if region.area < 1:
        return None
    box = Box.holding(region.cut(mask))
    return None if box is None else box.seen_from(Box(-region.left, -region.top, 0, 0))


def _one_eye(
    painted: Tones, photo: Tones, mask: Plane, part: Box, opened: EyeShape, shut: EyeShape, hanging: float
) -> Tones:
    around, width = Surroundings.of(mask, part, opened, shut), opened.width
    under = around.covered(smoothstep(around.below, *EDGE) * smoothstep(around.below_shut - hanging, *UNDER_LASHES))
    skin = under > 0.9
    if int(skin.sum()) < MIN_PIXELS:
        return painted
    line = np.maximum(around.above_shut, around.below_shut) < hanging + UNDER_LASHES[0]
    bare = without_lashes(photo, skin, np.asarray(line, np.bool_), width)
    own = under * bare
    over = around.covered(smoothstep(around.above, *OVER) * smoothstep(around.above_shut, *OVER_SHUT))
    shown = around.covered(np.maximum(smoothstep(around.above, *EDGE), smoothstep(around.below, *EDGE)))
    painted = _in_own_hue(painted, photo, np.maximum(own, over), shown, HUE * width)
    wrinkles, pores = fine_part(photo, WRINKLES * width), fine_part(photo, PORES * width)
    out = painted + _exchanged(painted, wrinkles, skin, WRINKLES * width) * as_three(own)
    out += _exchanged(painted, pores, skin, PORES * width) * as_three(over)
    seen = smoothstep(width, *SEEN_FROM)
    if seen > 0:
        lower, upper = (smoothstep(distance, *EDGE) for distance in (around.below, around.above))
        bare_skin = around.covered(np.asarray(lower * (1 - under) + CARRIED_OVER * upper * (1 - over), np.float32))
        out += _carried_on(photo, out, own > 0.9, bare_skin, opened) * as_three(seen * bare_skin)
        out = with_own_corner(out, photo, around, skin, bare, seen)
    return np.asarray(out, np.float32)


def _carried_on(photo: Tones, painted: Tones, skin: NDArray[np.bool_], wanted: Plane, opened: EyeShape) -> Tones:
    """Detail like that of the photo's `skin` where it is `wanted`; fainter where the painted skin is darker."""
    sigma, side = PORES * opened.width, max(round(SQUARE * opened.width), 4)
    grain = continued_grain(photo, skin, wanted > 0, sigma, 31 + SIDES.index(opened.side), side)
    level = smoothed(luma_of(painted), sigma)
    usual = max(float(np.median(photo[skin] @ LUMA)), 1.0) if skin.any() else 1.0
    return grain * as_three(np.clip(level / usual, 0, 1))


def _in_own_hue(painted: Tones, photo: Tones, known: Plane, shown: Plane, reach: float) -> Tones:
    """The painted skin, where it is `shown`, in the hue that the photo's nearby, where it is `known`, would have in the
    same shade; as bright as it was."""
    shrink, size_wh = shrink_for(reach), (known.shape[1], known.shape[0])
    known, sigma = reduced(known, shrink), reach / shrink
    weight = smoothed(known, sigma)

    def colour_nearby(picture: Tones) -> Tones:
        """The mean colour of the known skin around each place, veiled where there is little of it."""
        return smoothed(reduced(picture, shrink) * as_three(known), sigma) + as_three(8 * weight + 0.1)

    ours, theirs = colour_nearby(painted), colour_nearby(photo)
    level = luma_of(theirs)
    deeper = as_three(1 - IN_SHADE * np.log(luma_of(ours) / level))
    wanted = np.exp(np.log(theirs / as_three(level)) * deeper)
    gain = np.clip(wanted / ours * as_three(luma_of(ours) / luma_of(wanted)), 1 / MOST_HUE, MOST_HUE)
    change = cv2.resize((gain - 1) * as_three(np.clip(20 * weight, 0, 1)), size_wh, interpolation=cv2.INTER_LINEAR)
    return np.asarray(painted * (1 + change * as_three(shown)), np.float32)


def _exchanged(painted: Tones, own: Tones, skin: NDArray[np.bool_], sigma: float) -> Tones:
    """What to add for the photo's fine part to stand instead of the painted one, as far as both are faint."""
    usual = np.array([np.median(np.abs(own[..., colour][skin])) for colour in range(3)], np.float32)
    most = FAINT * MAD_TO_SIGMA * usual
    return np.asarray(clipped(own, -most, most) - clipped(fine_part(painted, sigma), -most, most), np.float32)
