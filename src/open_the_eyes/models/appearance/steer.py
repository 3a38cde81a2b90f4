"""Openness, gaze and eye colour as asked for: moves of the predicted points, and a choice among eye colours."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points
from ...imaging.easing import smoothstep
from ...imaging.face.eye_corners import ring_width
from ...imaging.face.mesh478 import RING_UPPER, SIDES, Side
from ...options.eye_style import EyeColor
from . import layout
from .irises.colour import NAMED
from .model import Components

GAZE_ASIDE: Final = 0.21
"""Move of the iris to a side for gaze 1, in eye widths."""
GAZE_UP: Final = 0.13
"""Move of the iris up for gaze -1, in eye widths."""
GAZE_DOWN: Final = 0.075
"""Move of the iris down for gaze 1, in eye widths. Further down the lower lid would hide it."""
LIDS_FOLLOW: Final = (0.6, 0.4)
"""Share of a move up or down that the upper lid makes as well, and of one down the lower lid."""

LIKELIEST_SPREAD: Final = 0.16
"""Standard deviation, in logarithms, of the likeliest eye colour around the one that the predicted texture shows."""
SAMPLED_SPREAD: Final = 0.25
"""The same standard deviation for a sampled eye colour."""
NAMED_SPREAD: Final = 0.06
"""Standard deviation, over variations, of the logarithm of a colour that was asked for."""
RATIO_LIMITS: Final = (0.02, 2)
"""Least and largest iris : sclera that a predicted texture is taken to show."""
GROUP_SHARE: Final = 2 / 3
"""Weight, in logarithms, of a sampled group's colour."""
TEXTURE_SHARE: Final = 1 / 3
"""Weight, in logarithms, of the predicted texture's colour beside it."""
LIGHT_BLUE_TO_RED: Final = 0.8
"""Blue of iris : sclera, in times its red, above which an eye is a light one."""

PLAUSIBLE: Final = 0.2
"""Least likelihood of a colour that is sampled, as a share of the likeliest one's."""
LIGHT_FROM: Final = 0.5
"""Least likelihood of all light eyes together from which on one is sampled: among many colours, each of some light ones
may be half as likely as the likeliest brown, and grey eyes are seen at once where nothing else speaks for them."""

OPENNESS_VARIETY: Final = 0.12
"""Standard deviation, over variations, of the logarithm of how far lids are apart."""
OPENNESS_WITHIN: Final = 1.3
"""Most that a variation's openness may be off, in those standard deviations (`OPENNESS_VARIETY`): lids are 0.86 to 1.17
times as far apart as is likeliest."""

GAP_RIDGE: Final = 0.05
"""Ridge, in square pixels of the strip, with which lid gaps are solved for: components that hardly move lids stay."""
WIDEST: Final = 3.0
"""Most standard deviations by which `with_openness` may change a shape."""

LIGHT_LIKELY: Final = (0.58, 0.62)
"""Likelihood of all light eyes together up to which the likeliest eyes are dark, and from which on they are light. Dark
eyes on a fair face pass for true, light ones on a dark face do not, and the mean of both, a grey that nobody has, does
not either."""


def sampled_openness(variety: float, rng: np.random.Generator) -> float:
    """1, or with variety a draw around it: how wide eyes are open changes most from one photo to the next."""
    if variety == 0:
        return 1.0
    off = np.clip(rng.standard_normal(), -OPENNESS_WITHIN, OPENNESS_WITHIN)
    return float(np.exp(OPENNESS_VARIETY * variety * off))


def with_openness(shape: Components, z: NDArray[np.float64], openness: float) -> NDArray[np.float64]:
    """Shape scores with both lid gaps at `openness` times what `z` has: the likeliest such shape, creases and all.

    Lids that were only moved would fold over the iris; the model knows how a whole eye looks when it is narrow or wide.
    Stays within `WIDEST` standard deviations, so the ends of the scale are as far as eyes go.
    """
    gaps = np.array([_gap_of(shape.basis.astype(np.float64), side) for side in SIDES])
    now = gaps @ z + [_gap_of(shape.mean.astype(np.float64)[:, None], side)[0] for side in SIDES]
    spread = gaps * shape.sigma.astype(np.float64) ** 2
    pull = np.linalg.solve(spread @ gaps.T + GAP_RIDGE * np.eye(2), now * (openness - 1))
    move = spread.T @ pull
    length = float(np.sqrt(np.sum((move / np.maximum(shape.sigma, 1e-6)) ** 2)))
    return np.asarray(z + move * min(1.0, WIDEST / max(length, 1e-9)), np.float64)


def _gap_of(rows: NDArray[np.float64], side: Side) -> NDArray[np.float64]:
    """The mean lid gap of one eye, as a row over components; `rows` are those of the hidden points, (2 n, k)."""
    height = rows.reshape(len(layout.HIDDEN), 2, -1)[:, 1]
    ring = layout.ring_of(height, side)
    return np.asarray(layout.lid_gaps(ring).mean(axis=0))


def gaze_move(gaze: tuple[float, float]) -> tuple[float, float]:
    """How far a gaze of (x to the upright face's right, y down, each -1..1) moves the iris, in eye widths."""
    return gaze[0] * GAZE_ASIDE, gaze[1] * (GAZE_DOWN if gaze[1] > 0 else GAZE_UP)


def with_gaze(points: Points, gaze: tuple[float, float]) -> Points:
    """The irises turned to `gaze` (x to the strip's right, y down, each -1..1); the lids follow up and down.

    It is the pair that looks there: between their corners both irises stand as differently as before.
    """
    aside, down = gaze_move(gaze)
    along = {side: layout.iris_along(points, side) for side in SIDES}
    apart = layout.apart_from_pair(along["left"], along["right"])
    bow = np.sin(np.linspace(0, np.pi, 9))[RING_UPPER]
    out = points.copy()
    for side in SIDES:
        ring, iris = layout.ring_of(out, side), layout.iris_of(out, side)
        width = ring_width(ring)
        iris += np.array([aside + apart[side] - along[side], down]) * width
        ring[RING_UPPER, 1] += LIDS_FOLLOW[0] * down * width * bow
        ring[9:16, 1] += LIDS_FOLLOW[1] * max(down, 0.0) * width * bow
    return out


def with_irises_of(points: Points, others: Points) -> Points:
    """The points with the irises of other ones."""
    out = points.copy()
    for side in SIDES:
        layout.iris_of(out, side)[:] = layout.iris_of(others, side)
    return out


def irises_alike(points: Points) -> Points:
    """Both irises of one size and round, as eyes are; the mean of what was predicted."""
    out = points.copy()
    spokes = {side: layout.iris_of(out, side)[1:] - layout.iris_of(out, side)[0] for side in SIDES}
    radius = float(np.mean([np.linalg.norm(s, axis=1).mean() for s in spokes.values()]))
    for side in SIDES:
        lengths = np.linalg.norm(spokes[side], axis=1, keepdims=True)
        layout.iris_of(out, side)[1:] = layout.iris_of(out, side)[0] + spokes[side] * radius / np.maximum(lengths, 1e-6)
    return out


def is_light(ratios: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of iris : sclera (n, 3) are blue, grey or green eyes'."""
    return np.asarray(ratios[:, 2] > LIGHT_BLUE_TO_RED * ratios[:, 0])


def chosen_ratio(
    asked: EyeColor,
    likely: NDArray[np.float64],
    predicted: NDArray[np.float64],
    groups: NDArray[np.float32],
    variety: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Iris : sclera (3,): the colour asked for, else the face's likeliest, or with variety a draw among the likely.

    `likely` (groups,) is what the face speaks for, `predicted` (3,) what its predicted texture shows: a mean of many
    colours, and therefore brought to the nearest that exists.
    """
    if asked != "auto":
        return np.asarray(np.array(NAMED[asked]) * np.exp(NAMED_SPREAD * variety * rng.standard_normal()), np.float64)
    apart = np.mean((np.log(groups) - np.log(np.clip(predicted, *RATIO_LIMITS))) ** 2, axis=1)
    spread = LIKELIEST_SPREAD if variety == 0 else SAMPLED_SPREAD
    light, likely = is_light(groups), likely / likely.sum()
    of_light = float(likely[light].sum())
    fitting = likely * np.exp(-apart / (2 * spread**2))
    if variety == 0:
        return np.asarray(np.exp(_shared(fitting, light, smoothstep(of_light, *LIGHT_LIKELY)) @ np.log(groups)))
    fitting = _shared(fitting, light, of_light if of_light >= LIGHT_FROM else 0.0)
    plausible = np.where(fitting < PLAUSIBLE * fitting.max(), 0, fitting)
    sample = groups[rng.choice(len(fitting), p=plausible / plausible.sum())]
    return np.asarray(sample**GROUP_SHARE * predicted**TEXTURE_SHARE, np.float64)


def _shared(weights: NDArray[np.float64], light: NDArray[np.bool_], of_light: float) -> NDArray[np.float64]:
    """The weights of eye colours (groups,), scaled so that light ones have the share `of_light` of 1 and dark ones the
    rest.

    A predicted texture tells which light or which dark colour it is. Whether it is light is what the face says
    (`AppearanceModel.iris_likelihoods`) and the texture, which comes from the same face, would only say once more.
    """
    shares = np.where(light, of_light, 1 - of_light)
    sums = np.where(light, weights[light].sum(), weights[~light].sum())
    shared = weights * shares / np.maximum(sums, 1e-300)
    return np.asarray(shared / shared.sum())
