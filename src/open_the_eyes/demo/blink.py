"""A blink painted over open eyes: for demonstrations, tests and training pairs.

All shapes live in the frame of one eye: u runs from 0 at the outer corner to 1 at the inner one, v runs down the face,
both in widths of the eye. The skin under the brow is drawn a little downwards and the lower lid upwards, the gap
between them becomes a lid (smooth colour of the skin around it, shaded like a ball, with the grain of the cheek), and
a lash line with lashes is laid where they meet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Plane, Points, Rgb, Tones, size_wh_of, to_levels, to_tones
from ..imaging.easing import unit_smoothstep
from ..imaging.face.eye_corners import seen_eye_width
from ..imaging.face.mesh478 import SIDES, Side
from ..imaging.geometry import Box, inverted
from .blink_lashes import LashLine, lash_colour, lash_layers, softness_of
from .blink_lines import (
    BOTTOM_V,
    LEFT_U,
    RIGHT_U,
    TOP_V,
    BlinkFrame,
    BlinkLines,
    Field,
    arch,
    blurred,
    eye_coordinates,
    looked_up,
)

STRIP_PX: Final = 96
"""Resolution of the smooth colour layer, pixels per width of the eye."""
SMALLEST_PX: Final = 3.0
"""Narrowest eye that a blink is painted on, pixels."""
PHOTOGRAPHED: Final = LashLine()
"""A lash line as photographs have it."""


def paint_blink(pixels: Rgb, landmarks: Points, sides: Sequence[Side] = SIDES, line: LashLine = PHOTOGRAPHED) -> Rgb:
    """(H, W, 3) and a (478, 2+) mesh in its pixels -> the same picture with the eyes of `sides` shut.

    Every pixel outside the eyes' surroundings is the input's; the same input gives the same bytes. An eye less than
    SMALLEST_PX wide, or outside the picture, is left alone.
    """
    painted = pixels.copy()
    for side in sides:
        if seen_eye_width(landmarks, side) < SMALLEST_PX:
            continue
        eye = BlinkFrame.of(landmarks, side)
        window = eye.window(size_wh_of(pixels))
        if window.area >= 1:
            window.cut(painted)[...] = _shut(pixels, eye, window, line)
    return painted


def _shut(pixels: Rgb, eye: BlinkFrame, window: Box, line: LashLine) -> Rgb:
    """The window's pixels with this eye shut."""
    before = to_tones(window.cut(pixels))
    u, v = eye_coordinates(eye, window)
    lines = BlinkLines.at(eye, u)
    moved = looked_up(pixels, eye, u, lines.source_v(v))
    smooth = _smooth_lid(pixels, eye)
    lid = _sampled(smooth, u, v) * _ball_shading(lines, v)[..., None]
    lid += _grain(pixels, eye, window) + _fine_folds(eye, u, v)[..., None] * lid
    moved += lines.fold(v)[..., None] * np.maximum(0.91 * _sampled(smooth, u, v) - moved, 0)
    covered = lines.lid(v)[..., None]
    shut = _with_lashes(moved * (1 - covered) + lid * covered, pixels, eye, window, lines, v, smooth, line)
    allowed = _allowed(u, v, lines)[..., None]
    return to_levels(before * (1 - allowed) + shut * allowed)


def _smooth_lid(pixels: Rgb, eye: BlinkFrame) -> Tones:
    """A strip of the eye's surroundings at STRIP_PX: the skin's smooth colour, grown over eye, lashes and brow."""
    u, v = np.meshgrid(np.arange(LEFT_U, RIGHT_U, 1 / STRIP_PX), np.arange(TOP_V, BOTTOM_V, 1 / STRIP_PX))
    lines = BlinkLines.at(eye, u)
    skin = looked_up(pixels, eye, u, lines.source_v(v), blur=0.01)
    trust = ((lines.lid(v) < 0.02) & (v > lines.brow)).astype(np.float32)
    for _ in range(3):
        light = _grown(skin, trust, (0.25, 0.12)).mean(axis=2)
        off = skin.mean(axis=2) / np.maximum(light, 1) - 1
        trust = trust * np.where(off < 0, np.exp(-((off / 0.10) ** 2)), np.exp(-((off / 0.25) ** 2))).astype(np.float32)
    return _grown(skin, trust, (0.35, 0.18, 0.09))


def _grown(picture: Tones, trust: Plane, spreads: Sequence[float]) -> Tones:
    """Colours spread from where `trust` is high to everywhere, from far first; spreads in widths of the eye."""
    grown = np.broadcast_to(picture.mean(axis=(0, 1)), picture.shape)
    for spread in spreads:
        share = cv2.GaussianBlur(trust, (0, 0), spread * STRIP_PX, borderType=cv2.BORDER_CONSTANT)[..., None]
        colour = cv2.GaussianBlur(picture * trust[..., None], (0, 0), spread * STRIP_PX, borderType=cv2.BORDER_CONSTANT)
        sure = np.clip(share / 0.15, 0, 1)
        grown = grown * (1 - sure) + colour / np.maximum(share, 1e-4) * sure
    return np.asarray(grown, dtype=np.float32)


def _sampled(strip: Tones, u: Field, v: Field) -> Tones:
    x, y = ((u - LEFT_U) * STRIP_PX).astype(np.float32), ((v - TOP_V) * STRIP_PX).astype(np.float32)
    looked = cv2.remap(strip, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(looked, dtype=np.float32)


def _ball_shading(lines: BlinkLines, v: Field) -> Field:
    """Factor near 1: lighter on the eyeball's bulge, darker under the crease, towards the nose and above the lashes."""
    crease = lines.skin + lines.drop
    way = (v - crease) / np.maximum(lines.shut - crease, 0.05)
    across = np.exp(-(((lines.u - 0.45) / 0.34) ** 2))
    bulge = np.exp(-(((way - 0.5) / 0.3) ** 2)) * across
    rim = unit_smoothstep((way - 0.55) / 0.45) * arch(lines.u)
    fold = np.exp(-((way / 0.18) ** 2)) * arch(lines.u)
    return np.asarray(1 + 0.04 * bulge - 0.09 * rim - 0.09 * fold - 0.06 * unit_smoothstep((lines.u - 0.7) / 0.35))


def _grain(pixels: Rgb, eye: BlinkFrame, window: Box) -> Tones:
    """(h, w, 3) around 0: the finest detail of the calmest patch of cheek, shifted by whole pixels."""
    x0, y0 = int(window.left), int(window.top)
    h, w = int(window.height), int(window.width)
    best, calmest = np.zeros((h, w, 3), np.float32), math.inf
    for du, dv in ((0.0, 0.55), (0.0, 0.7), (-0.15, 0.6), (0.15, 0.85), (0.0, 1.0)):
        x, y = np.rint(inverted(eye.to_eye)[:, :2] @ np.array([du, dv])).astype(int)
        columns = _folded(np.arange(x0 + x, x0 + x + w), pixels.shape[1])
        rows = _folded(np.arange(y0 + y, y0 + y + h), pixels.shape[0])
        part = to_tones(pixels[np.ix_(rows, columns)])
        fine = part - blurred(part, 0.035 * eye.width)
        middle = fine[h // 3 : h - h // 3 or 1, w // 4 : w - w // 4 or 1]
        unrest = float(np.sqrt(np.mean(middle**2)))
        if unrest < calmest:
            limit = 2.5 * (float(np.median(np.abs(middle))) * 1.48 + 0.3)
            best, calmest = np.clip(fine, -limit, limit), unrest
    return best


def _fine_folds(eye: BlinkFrame, u: Field, v: Field) -> Field:
    """Faint lines along the lid, -0.02..0.02; they vanish where the eye is small."""
    rng = np.random.default_rng(7)
    noise = cv2.GaussianBlur(rng.standard_normal((260, 380)).astype(np.float32), (0, 0), sigmaX=16, sigmaY=1.6)
    noise = np.asarray(noise / float(noise.std()), np.float32)
    bent = v - 0.25 * arch(u)
    x, y = ((u - LEFT_U) * 200).astype(np.float32), ((bent - 2 * TOP_V) * 120).astype(np.float32)
    folds = cv2.remap(noise, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(folds * 0.008 * np.clip(eye.width / 80, 0, 1), dtype=np.float64)


def _with_lashes(
    shut: NDArray[Any],
    pixels: Rgb,
    eye: BlinkFrame,
    window: Box,
    lines: BlinkLines,
    v: Field,
    smooth: Tones,
    line: LashLine,
) -> Tones:
    """The lids with their lash line, lashes and the soft shadow below them."""
    colour, strength = lash_colour(pixels, eye, smooth, line)
    beneath = (v - lines.shut) / 0.07
    shadow = np.exp(-((beneath - 0.35) ** 2)) * arch(lines.u)
    shaded = shut * (1 - 0.13 * shadow)[..., None]
    root, strands = lash_layers(eye, window, strength, softness_of(pixels, eye), line)
    cover = 1 - (1 - 0.94 * root) * (1 - (0.45 + 0.4 * strength) * strands)
    return np.asarray(shaded * (1 - cover[..., None]) + colour * cover[..., None], dtype=np.float32)


def _allowed(u: Field, v: Field, lines: BlinkLines) -> Field:
    """0..1: 0 towards the window's rim and above the brow's edge."""
    sides = unit_smoothstep((u - LEFT_U - 0.12) / 0.12) * unit_smoothstep((RIGHT_U - 0.08 - u) / 0.12)
    ends = unit_smoothstep((v - TOP_V - 0.04) / 0.06) * unit_smoothstep((BOTTOM_V - 0.04 - v) / 0.08)
    return sides * ends * unit_smoothstep((v - lines.brow) / 0.05 + 0.5)


def _folded(index: NDArray[Any], size: int) -> NDArray[Any]:
    """Indices reflected into 0..size-1."""
    period = max(2 * size - 2, 1)
    index = np.abs(index) % period
    return np.minimum(index, period - index) if size > 1 else np.zeros_like(index)
