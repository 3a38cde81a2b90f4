"""Smooth warps between two sets of matching points: thin-plate splines (Bookstein 1989), drawn on a coarse grid."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Points


def _kernel(distance_squared: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(distance_squared * np.log(np.maximum(distance_squared, 1e-9)))


def _distances_squared(a: Points, b: Points) -> NDArray[np.float64]:
    return np.asarray(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T, 0))


@dataclass(frozen=True, slots=True)
class ThinPlate:
    """A smooth map of the plane that carries `anchors` onto chosen targets."""

    anchors: Points
    weights: NDArray[np.float64]
    origin: Points
    scale: float

    @classmethod
    def between(cls, source: Points, target: Points, stiffness: float = 1e-3) -> ThinPlate:
        """The map from `source` (N, 2) to `target` (N, 2); `stiffness` lets it miss noisy points by a little."""
        origin = source.mean(axis=0, keepdims=True)
        scale = float(np.abs(source - origin).max()) or 1.0
        a = (source - origin) / scale
        n = len(a)
        border = np.column_stack([np.ones(n), a])
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _kernel(_distances_squared(a, a)) + stiffness * np.eye(n)
        system[:n, n:], system[n:, :n] = border, border.T
        weights = np.linalg.solve(system, np.vstack([target, np.zeros((3, 2))]))
        return cls(a, weights, origin, scale)

    def __call__(self, points: Points) -> Points:
        """(M, 2) -> (M, 2)."""
        p = (points - self.origin) / self.scale
        basis = np.column_stack([_kernel(_distances_squared(p, self.anchors)), np.ones(len(p)), p])
        return np.asarray(basis @ self.weights)

    def field(self, shape_hw: tuple[int, int], step: int = 4) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where every pixel of an (h, w) picture goes: two (h, w) planes, x and y, as `cv2.remap` takes them.

        Exact on every `step`-th pixel, linear between.
        """
        h, w = shape_hw
        xs = np.arange(0, w - 1 + step, step, dtype=np.float64)
        ys = np.arange(0, h - 1 + step, step, dtype=np.float64)
        nodes = np.stack(np.meshgrid(xs, ys), axis=-1)
        carried = self(nodes.reshape(-1, 2)).reshape(*nodes.shape).astype(np.float32)
        at_x = np.tile(np.arange(w, dtype=np.float32) / step, (h, 1))
        at_y = np.tile(np.arange(h, dtype=np.float32)[:, None] / step, (1, w))
        planes = [cv2.remap(np.ascontiguousarray(carried[..., k]), at_x, at_y, cv2.INTER_LINEAR) for k in (0, 1)]
        return np.asarray(planes[0], np.float32), np.asarray(planes[1], np.float32)
