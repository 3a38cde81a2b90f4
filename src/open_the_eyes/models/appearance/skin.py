"""The skin around an opened eye: the photo's own hue and detail, wherever opening an eye leaves skin as it was.

A blink moves the upper lid; the skin under the lower one stays. Painted skin there gets the pores and wrinkles that the
photo has in the same place: two bands of one picture (Burt & Adelson 1983), of which the fine one changes hands close
to the eye and the coarse one at the mask's rim. Over the upper lid only what is as faint as pores and grain is taken,
since the lines of a shut lid lie elsewhere when it is open. Hue, which make-up and birthmarks give, is taken on both
sides, but not how bright skin is: an open lid lies in other folds. All lengths are in eye widths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Tones
from ...imaging.geometry import Box
from ...imaging.lids import EyeShape, lid_distances
from ...imaging.mesh478 import Side
from ...imaging.palette import LUMA
from ...imaging.smooth import reduced, shrink_for, smoothed
from ...imaging.threefold import threefold, within

WRINKLES: Final = 0.10
"""Under the eye, detail finer than a Gaussian of this standard deviation is the photo's."""
PORES: Final = 0.025
"""The same over the upper lid."""
FAINT: Final = 4.0
"""Pores are at most so many times as strong as the detail of the skin under the eye usually is."""
UNDER: Final = (0.03, 0.10)
"""How far below the painted lower lid the photo's detail sets in, and where it is complete."""
UNDER_LASHES: Final = (-0.03, 0.06)
"""The same below the shut lids, from where their lashes end."""
HANGING: Final = (0.09, 0.25, 0.16)
"""So far lashes may be told to hang at least and at most, and so far where nothing can be told."""
OVER: Final = (0.08, 0.14)
"""The same above the painted upper lid, for pores."""
OVER_SHUT: Final = (0.10, 0.20)
LID: Final = (0.03, 0.10)
"""How far above the painted upper lid the photo tells the hue of the skin there."""
LID_SHUT: Final = (0.08, 0.16)
"""The same above the shut lashes, which are darker than skin and of their own hue."""
HUE: Final = 0.08
"""Hue varies no faster than a Gaussian of this standard deviation, and is carried on so far to the lids' edges."""
MOST_HUE: Final = 1.3
"""No colour is changed by more than this factor."""
IN_SHADE: Final = 0.45
"""Skin in a fold is lit by skin, so its hue deepens: the logarithms of its colours' ratios grow by so much of how much
darker it is, in logarithms too. `training.appearance.hues` finds 0.4 to 0.7."""
EDGE: Final = (0.0, 0.05)
"""So far from a painted lid's edge its skin sets in."""
REACH: Final = ((-0.8, -0.7), (0.8, 0.8))
"""An eye's surroundings, around the middle of its lids."""
LINES: Final = 0.04
"""Half the width of the widest dark line that may be lashes."""
DARK: Final = 3.5
"""A dark line is lashes when it is so many times as dark as those of the skin, and a level darker."""
JOINED: Final = 0.02
"""Dark lines so near to each other are one lash: a coarse photo breaks it up."""
AROUND: Final = 0.07
"""So far around a lash nothing is taken: detail is told from its surroundings, which a dark line makes look light."""
ENOUGH: Final = 30
"""Pixels of skin under an eye that tell how strong its detail usually is."""


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
    least, most, usual = HANGING
    hanging = usual if hanging is None else float(np.clip(hanging, least, most))
    out = pixels.copy()
    for side, shape in opened.items():
        around = shape.ring.mean(axis=0) + np.array(REACH) * shape.width
        part = _covered(mask, Box.around(around).to_whole().clipped((mask.shape[1], mask.shape[0])))
        if part is not None:
            painted, there, cover = part.cut(pixels), part.cut(photo), part.cut(mask)
            part.cut(out)[...] = _one_eye(painted, there, cover, part, shape, shut[side], hanging)
    return out


def _covered(mask: Plane, region: Box) -> Box | None:
    """The part of a region in which the mask lies, None where it does not."""
    if region.area < 1:
        return None
    there = Box.holding(region.cut(mask))
    return None if there is None else there.seen_from(Box(-region.left, -region.top, 0, 0))


def _one_eye(
    painted: Tones, photo: Tones, mask: Plane, part: Box, opened: EyeShape, shut: EyeShape, hanging: float
) -> Tones:
    width, to_open, to_shut = opened.width, lid_distances(opened, part), lid_distances(shut, part)
    above, below = (-distance / width for distance in (to_open.below_upper, to_open.above_lower))
    above_shut, below_shut = (-distance / width for distance in (to_shut.below_upper, to_shut.above_lower))
    free = _set_in(below_shut - hanging, UNDER_LASHES)
    under = np.where(mask > 0, _set_in(below, UNDER) * free, 0)
    skin = under > 0.9
    if int(skin.sum()) < ENOUGH:
        return painted
    line = np.maximum(above_shut, below_shut) < hanging + UNDER_LASHES[0]
    own = under * _without_lashes(photo, skin, np.asarray(line, np.bool_), width)
    lid = np.where(mask > 0, _set_in(above, LID) * _set_in(above_shut, LID_SHUT), 0)
    shown = np.where(mask > 0, np.maximum(_set_in(above, EDGE), _set_in(below, EDGE)), 0)
    painted = _in_own_hue(painted, photo, np.maximum(own, lid), shown, HUE * width)
    wrinkles, pores = _fine(photo, WRINKLES * width), _fine(photo, PORES * width)
    out = painted + _exchanged(painted, wrinkles, skin, WRINKLES * width) * threefold(own)
    over = np.where(mask > 0, _set_in(above, OVER) * _set_in(above_shut, OVER_SHUT), 0)
    return np.asarray(out + _exchanged(painted, pores, skin, PORES * width) * threefold(over), np.float32)


def _in_own_hue(painted: Tones, photo: Tones, known: Plane, shown: Plane, reach: float) -> Tones:
    """The painted skin, where it is `shown`, in the hue that the photo's nearby, where it is `known`, would have in the
    same shade; as bright as it was."""
    shrink, size_wh = shrink_for(reach), (known.shape[1], known.shape[0])
    known, *pair = (reduced(one, shrink) for one in (known, painted, photo))
    weight = smoothed(known, reach / shrink)
    ours, theirs = (smoothed(tones * threefold(known), reach / shrink) + threefold(8 * weight + 0.1) for tones in pair)
    level = np.asarray(theirs @ LUMA, np.float32)
    deeper = threefold(1 - IN_SHADE * np.log(np.asarray(ours @ LUMA, np.float32) / level))
    theirs = np.exp(np.log(theirs / threefold(level)) * deeper)
    gain = np.clip(theirs / ours * threefold((ours @ LUMA) / (theirs @ LUMA)), 1 / MOST_HUE, MOST_HUE)
    change = cv2.resize((gain - 1) * threefold(np.clip(20 * weight, 0, 1)), size_wh, interpolation=cv2.INTER_LINEAR)
    return np.asarray(painted * (1 + change * threefold(shown)), np.float32)


def _exchanged(painted: Tones, own: Tones, skin: NDArray[np.bool_], sigma: float) -> Tones:
    """What to add for the photo's fine part to stand instead of the painted one, as far as both are faint."""
    most = FAINT * 1.4826 * np.array([np.median(np.abs(own[..., colour][skin])) for colour in range(3)], np.float32)
    return np.asarray(within(own, -most, most) - within(_fine(painted, sigma), -most, most), np.float32)


def _without_lashes(photo: Tones, skin: NDArray[np.bool_], line: NDArray[np.bool_], width: float) -> Plane:
    """(h, w), 0 around dark lines that stand out of the skin under the eye and hang on the shut lids' `line`: lashes
    and what paints them; else 1."""
    light = np.asarray(photo @ LUMA, np.float32)
    side = max(round(LINES * width), 1) * 2 + 1
    dark = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((side, side))) - light
    usual = float(np.median(dark[skin]))
    lines = _joined((dark > DARK * (usual + 1)).astype(np.uint8), line, JOINED * width)
    around = max(round(AROUND * width), 1) * 2 + 1
    lines = np.asarray(cv2.dilate(lines, np.ones((around, around))), np.float32)
    return np.asarray(1 - smoothed(lines, 0.02 * width), np.float32)


def _joined(marks: NDArray[np.uint8], to: NDArray[np.bool_], gap: float) -> Plane:
    """(h, w) 0 or 1: those of the marks (0 or 1) that reach the places `to`, with gaps of at most so many pixels."""
    side = max(round(gap), 1) + 1
    number, parts = cv2.connectedComponents(cv2.dilate(marks, np.ones((side, side), np.uint8)))
    reaching = np.zeros(number, np.bool_)
    reaching[parts[to]] = True
    reaching[0] = False
    return np.asarray(marks * reaching[parts], np.float32)


def _fine(picture: Tones, sigma: float) -> Tones:
    return np.asarray(picture - smoothed(picture, sigma), np.float32)


def _set_in(distance: Plane, between: tuple[float, float]) -> NDArray[np.float32]:
    """0 before the first distance, 1 after the second, smooth between."""
    t = np.clip((distance - between[0]) / (between[1] - between[0]), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
