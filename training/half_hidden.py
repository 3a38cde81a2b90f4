"""Views of faces of which something hides a part: a cap, glasses, a scarf, the picture's edge, blur.

What a network says of a face (`FaceTraits`) changes with them. What is learnt from it is taught to change less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb, Tones
from open_the_eyes.imaging.face.face_view import VIEW_PX

CAP_TO: Final = (26.0, 56.0)
"""Rows between which a cap ends in the middle of a view: from the hairline to the brows."""
SCARF_FROM: Final = (98.0, 140.0)
"""Rows between which a scarf begins there: from above the nose's tip to below the lips."""
EYES_XY: Final = ((71.0, 73.0), (119.0, 73.0))
"""Where eyes lie in a view of an upright face; columns are off by 5 pixels with the turn of the head, rows by 1."""
CUT_BY: Final = (20.0, 58.0)
"""How far from its side a view may be cut, pixels: up to an eye's outer end, or to the brows."""
BLUR: Final = (0.8, 4.0)
"""Standard deviation, pixels."""

_Y, _X = np.mgrid[:VIEW_PX, :VIEW_PX].astype(np.float32)
_MIDDLE: Final = VIEW_PX / 2


def half_hidden(view: Rgb, rng: np.random.Generator) -> Rgb:
    """A face as `face_view` shows it (192, 192, 3), as it looks where something hides a part of it."""
    kind: Hide = _KINDS[rng.choice(len(_KINDS), p=_SHARES)]
    return np.asarray(np.clip(kind(view, rng), 0, 255), np.uint8)


def _capped(view: Rgb, rng: np.random.Generator) -> Tones:
    """Cloth or hair down to the forehead or the brows, and a shadow below it."""
    below = _Y - _bent(rng.uniform(*CAP_TO), rng)
    shadow = 1 - rng.uniform(0, 0.3) * np.clip(1 - below / 14, 0, 1)
    return _clothed(view * shadow[..., None], below < 0, rng)


def _scarfed(view: Rgb, rng: np.random.Generator) -> Tones:
    """Cloth up to the mouth or the nose."""
    return _clothed(view.astype(np.float32), _bent(rng.uniform(*SCARF_FROM), rng) < _Y, rng)


def _bent(middle: float, rng: np.random.Generator) -> Tones:
    """(192, 192): rows of an edge that is in that row in the middle, askew and bent."""
    off = (_X - _MIDDLE) / _MIDDLE
    return np.asarray(middle + 15 * rng.uniform(-1, 1) * off + rng.uniform(-5, 12) * off**2, np.float32)


def _clothed(view: Tones, where: NDArray[np.bool_], rng: np.random.Generator) -> Tones:
    """A cloth of any colour, with clouds or grain, and stripes, over a part of the view."""
    noise = rng.standard_normal((VIEW_PX, VIEW_PX, 3)).astype(np.float32)
    sigma = rng.uniform(0.8, 8)
    clouds = cv2.GaussianBlur(noise, (0, 0), sigma) * sigma * rng.uniform(0, 60)
    stripes = rng.uniform(0, 30) * np.sin(_X * rng.uniform(0.1, 1.2) + _Y * rng.uniform(-0.5, 0.5))
    cloth = rng.uniform(0, 255, 3) + clouds + stripes[..., None]
    hidden = cv2.GaussianBlur(where.astype(np.float32), (0, 0), rng.uniform(0.5, 2))[..., None]
    return np.asarray(view * (1 - hidden) + cloth * hidden, np.float32)


def _bespectacled(view: Rgb, rng: np.random.Generator) -> Tones:
    """Frames around the eyes, of any colour but mostly dark, thin or thick, and a veil of light on the glasses."""
    half = rng.uniform(17, 22), rng.uniform(10, 19)
    roundness, thickness = rng.uniform(2, 6), rng.uniform(1.0, 3.5)
    colour = rng.uniform(0, 255, 3) * rng.random()
    lower = rng.uniform(-2, 5)
    out, rims = view.astype(np.float32), np.zeros((VIEW_PX, VIEW_PX), np.float32)
    for x, y in EYES_XY:
        away = (np.abs((_X - x) / half[0]) ** roundness + np.abs((_Y - y - lower) / half[1]) ** roundness) ** (
            1 / roundness
        )
        veil = rng.uniform(0, 0.25) * np.clip(1 - away, 0, 1)[..., None]
        out = out * (1 - veil) + 255 * veil
        rims = np.maximum(rims, np.abs(away - 1) * min(half) < thickness / 2)
    bridge = (np.abs(_Y - EYES_XY[0][1]) < thickness / 2) & (np.abs(_X - _MIDDLE + 1) < 24 - half[0] + 1)
    frame = cv2.GaussianBlur(np.maximum(rims, bridge), (0, 0), 0.8)[..., None]
    return np.asarray(out * (1 - frame) + colour * frame, np.float32)


def _cut(view: Rgb, rng: np.random.Generator) -> Tones:
    """Black beyond an edge, as `face_view` shows what is outside the picture."""
    number = int(rng.integers(4))
    turned = np.rot90(view, number).astype(np.float32)
    turned[: round(rng.uniform(*CUT_BY))] = 0
    return np.rot90(turned, -number)


def _blurred(view: Rgb, rng: np.random.Generator) -> Tones:
    noise = rng.uniform(0, 6) * rng.standard_normal(view.shape)
    return np.asarray(cv2.GaussianBlur(view, (0, 0), rng.uniform(*BLUR)) + noise, np.float32)


Hide: TypeAlias = Callable[[Rgb, np.random.Generator], Tones]
_KINDS: Final[tuple[Hide, ...]] = (_capped, _scarfed, _bespectacled, _cut, _blurred)
_SHARES: Final = (0.35, 0.1, 0.2, 0.2, 0.15)
"""Of `_KINDS`: how many of the views each hides; chosen by hand, caps being what infants wear most."""
