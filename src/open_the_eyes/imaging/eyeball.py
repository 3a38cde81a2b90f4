"""Draws what lies between open lids: sclera, iris, pupil, catch-light, lashes.

A statistical texture knows the right colours and shading but only softly. This draws the same eye with the edges that
photographs have, taking every colour from the soft one, so that light and skin stay the photo's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Plane, Tones
from .geometry import Box
from .lids import EyeShape, LidDistances, lid_distances, strokes

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class EyeLook:
    """What both eyes of a face share.

    Args:
        iris_rgb: (3,) the iris' colour under the photo's light, 0..255.
        pupil: its radius as a fraction of the iris'.
        catch_light_xy: where the light is mirrored, in iris radii from the iris' centre, as seen in the picture.
        catch_light: 0..1, how bright.
        lashes: 0..1, how dark and dense.
        fibres: seed of the iris' texture.
        blur: the photo's own softness, sigma in pixels.
    """

    iris_rgb: NDArray[np.float32]
    pupil: float = 0.4
    catch_light_xy: tuple[float, float] = (-0.25, -0.4)
    catch_light: float = 0.8
    lashes: float = 0.5
    fibres: int = 0
    blur: float = 0.6


def drawn_eye(soft: Tones, shape: EyeShape, look: EyeLook) -> Tones:
    """The picture with one eye drawn over its soft version; (H, W, 3) -> a fresh (H, W, 3)."""
    region = shape.region((soft.shape[0], soft.shape[1]))
    if region.width < 4 or region.height < 4:
        return soft.copy()
    there = lid_distances(shape, region)
    under = region.cut(soft).astype(np.float32)
    ball = _eyeball(under, there, shape, look)
    edge = max(1.0, 0.018 * shape.width)
    aperture = there.aperture(edge) * _off_the_corners(there, shape.width)
    painted = under + (ball - under) * aperture[..., None]
    painted = _lid_edge(painted, there, shape, look)
    painted = _lashes(painted, region, shape, look)
    out = soft.copy()
    region.cut(out)[:] = painted
    return out


def _smooth(x: NDArray[np.float32], start: float, end: float) -> NDArray[np.float32]:
    """0 before `start`, 1 after `end`, smooth between (Hermite)."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _off_the_corners(there: LidDistances, width: float) -> Plane:
    """The soft texture stays in the corners, where the caruncle and the outer fold are."""
    return _smooth(there.along / width, 0.0, 0.1) * (1 - _smooth(there.along / width, 0.84, 0.98))


def sclera_field(under: Tones, there: LidDistances, shape: EyeShape) -> Tones:
    """The white of the eye with the light that falls on it: a plane fitted to the soft texture's own white."""
    height = 0.07 * shape.width
    white = (there.to_iris > 1.2 * shape.iris_radius) & (there.below_upper > height) & (there.above_lower > height / 2)
    white &= (there.along > 0.1 * shape.width) & (there.along < 0.85 * shape.width)
    between = (there.below_upper > 0) & (there.above_lower > 0)
    if white.sum() < 8:
        lightest = np.percentile(under[between], 85, axis=0) if between.any() else np.full(3, 128.0)
        return np.broadcast_to(lightest.astype(np.float32), under.shape)
    colours = under[white]
    middle = np.percentile(colours, 65, axis=0)
    slope = np.polyfit(there.along[white], colours @ _LUMA, 1)[0] if white.sum() > 40 else 0.0
    lift = np.clip(slope * (there.along - there.along[white].mean()) / max(float(middle @ _LUMA), 1.0), -0.15, 0.15)
    return np.asarray(middle * (1 + lift[..., None]), np.float32)


def _eyeball(under: Tones, there: LidDistances, shape: EyeShape, look: EyeLook) -> Tones:
    r = shape.iris_radius
    white = sclera_field(under, there, shape)
    rho = there.to_iris / r
    iris = _iris(there, rho, look)
    soft_edge = max(0.09, 0.9 / r)
    cover = 1 - _smooth(rho, 1 - soft_edge, 1 + soft_edge)
    ball = white + (iris - white) * cover[..., None]
    lid_shadow = 0.55 * np.exp(-np.maximum(there.below_upper, 0) / (0.34 * r))
    rounding = 0.10 * np.exp(-np.maximum(there.above_lower, 0) / (0.2 * r))
    ball = ball * (1 - np.clip(lid_shadow + rounding, 0, 0.8))[..., None]
    return _with_catch_light(ball, there, white, r, look)


def _iris(there: LidDistances, rho: Plane, look: EyeLook) -> Tones:
    """Radial zones (pupil, collarette, limbal ring), fibres, and the glow opposite the light."""
    angle = np.arctan2(there.down, there.right)
    level = 1 + 0.16 * np.exp(-(((rho - 0.55) / 0.16) ** 2)) - 0.5 * _smooth(rho, 0.72, 1.02)
    level = level * (1 + 0.16 * _fibres(angle, rho, look.fibres))
    light = np.array(look.catch_light_xy, np.float32)
    light = light / max(float(np.linalg.norm(light)), 1e-3)
    away = -(there.right * light[0] + there.down * light[1]) / max(float(there.to_iris.max()), 1e-3)
    opposite = np.clip(away * float(there.to_iris.max()) / np.maximum(there.to_iris, 1e-3), -1, 1)
    level = level * (1 + 0.22 * opposite * np.exp(-(((rho - 0.65) / 0.3) ** 2)))
    iris = look.iris_rgb * level[..., None]
    pupil_edge = 0.07
    pupil = 1 - _smooth(rho, look.pupil - pupil_edge, look.pupil + pupil_edge)
    dark = 0.22 * look.iris_rgb + 2
    return np.asarray(iris + (dark - iris) * pupil[..., None], np.float32)


def _fibres(angle: Plane, rho: Plane, seed: int) -> Plane:
    """Streaks from pupil to limbus, about -1..1."""
    rng = np.random.default_rng(seed)
    table = rng.standard_normal((24, 96)).astype(np.float32)
    table = cv2.GaussianBlur(np.hstack([table, table, table]), (0, 0), sigmaX=0.8, sigmaY=4)[:, 96:192]
    table /= max(float(table.std()), 1e-6)
    x = (angle / (2 * np.pi) + 0.5) * 96
    y = np.clip(rho, 0, 1.2) / 1.2 * 23
    wrapped = np.hstack([table, table[:, :2]])
    return np.clip(cv2.remap(wrapped, np.mod(x, 96).astype(np.float32), y, cv2.INTER_LINEAR), -2, 2) / 2


def _with_catch_light(ball: Tones, there: LidDistances, white: Tones, r: float, look: EyeLook) -> Tones:
    x, y = look.catch_light_xy
    size = max(0.17, 0.55 / r)
    dx, dy = (there.right / r - x) / size, (there.down / r - y) / size
    spot = np.exp(-((dx**2 + dy**2) ** 1.5)) * look.catch_light * min(1.0, (0.17 / size) ** 1.2 + 0.15)
    shine = np.minimum(white * 1.45 + 12, 252)
    return np.asarray(ball + (shine - ball) * np.clip(spot, 0, 1)[..., None], np.float32)


def _lid_edge(under: Tones, there: LidDistances, shape: EyeShape, look: EyeLook) -> Tones:
    """The dark root line of the upper lashes and the moist light line of the lower lid."""
    w = shape.width
    t = there.along / w
    along = _smooth(t, -0.03, 0.2) * (1 - _smooth(t, 0.8, 1.0))
    thick = max(0.024 * w, 0.7)
    line = np.exp(-(((there.below_upper + 0.4 * thick) / thick) ** 2)) * along * (0.35 + 0.5 * look.lashes)
    dark = 0.18 * np.minimum(look.iris_rgb, 70) + 8
    out = under + (dark - under) * line[..., None]
    low = np.exp(-(((there.above_lower + 0.5 * thick) / thick) ** 2)) * along * (there.below_upper > 0) * 0.08
    return np.asarray(out * (1 + low[..., None]), np.float32)


def _lashes(under: Tones, region: Box, shape: EyeShape, look: EyeLook) -> Tones:
    w = shape.width
    if w < 24 or look.lashes <= 0:
        return under
    rng = np.random.default_rng(look.fibres + 1)
    origin = np.array([region.left, region.top])
    upper = shape.ring[:9] - origin
    axis = (shape.ring[8] - shape.ring[0]) / w
    up = np.array([axis[1], -axis[0]])
    up = up if up[1] < 0 else -up
    lines = []
    for t in np.sort(rng.uniform(0.03, 0.86, int(34 + 30 * look.lashes))):
        root = _along(upper, float(t)) + up * 0.004 * w
        length = w * (0.13 - 0.085 * t) * rng.uniform(0.6, 1.15) * (0.7 + 0.6 * look.lashes)
        lean = -axis * (0.85 - 1.15 * t) + rng.normal(0, 0.16) * axis
        s = np.linspace(0, 1, 6)[:, None]
        lines.append(root + length * (s * (lean + 0.25 * up) + 0.75 * s**2 * up))
    hair = strokes(under.shape[:2], lines, max(0.011 * w, 0.35), 4 if w < 160 else 2)  # type: ignore[arg-type]
    hair = hair * (0.35 + 0.5 * look.lashes)
    dark = 0.18 * np.minimum(look.iris_rgb, 70) + 8
    return np.asarray(under + (dark - under) * hair[..., None], np.float32)


def _along(points: NDArray[np.float64], t: float) -> NDArray[np.float64]:
    """The point a fraction `t` along a polyline by its number of points."""
    k = t * (len(points) - 1)
    i = min(int(k), len(points) - 2)
    return np.asarray(points[i] + (k - i) * (points[i + 1] - points[i]))
