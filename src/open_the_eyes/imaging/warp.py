"""Smooth warps between two sets of matching points: thin-plate splines (Bookstein 1989), drawn on a coarse grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Points


def _kernel(a: Points, b: Points) -> NDArray[np.float64]:
    """(N, 2), (M, 2) -> (N, M) of d² log d², in place: the many passes over a big array are what takes the time."""
    squared = a @ (-2 * b.T)
    squared += (a**2).sum(axis=1)[:, None]
    squared += (b**2).sum(axis=1)
    np.maximum(squared, 1e-9, out=squared)
    kernel = np.log(squared)
    kernel *= squared
    return np.asarray(kernel)


@dataclass(frozen=True, slots=True)
class ThinPlate:
    """A smooth map of the plane that carries `anchors` onto chosen targets."""

    anchors: Points
    weights: NDArray[np.float64]
    origin: Points
    scale: float

    @classmethod
    def between(cls, source: Points, target: Points, stiffness: float = 1e-3) -> ThinPlate:
        """The map from `source` (N, 2) to `target` (N, 2), or to anything else that points can have, (N, k).

        `stiffness` lets it miss noisy points by a little.
        """
        origin = source.mean(axis=0, keepdims=True)
        scale = float(np.abs(source - origin).max()) or 1.0
        a = (source - origin) / scale
        n = len(a)
        border = np.column_stack([np.ones(n), a])
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _kernel(a, a) + stiffness * np.eye(n)
        system[:n, n:], system[n:, :n] = border, border.T
        weights = np.linalg.solve(system, np.vstack([target, np.zeros((3, target.shape[1]))]))
        return cls(a, np.asarray(weights, np.float64), origin, scale)

    def __call__(self, points: Points) -> Points:
        """(M, 2) -> (M, 2), or (M, k)."""
        p = (points - self.origin) / self.scale
        pulls, shift, linear = np.split(self.weights, [-3, -2])
        return np.asarray(_kernel(p, self.anchors) @ pulls + shift + p @ linear)

    def field(self, shape_hw: tuple[int, int], step: int = 4) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where every pixel of an (h, w) picture goes: two (h, w) planes, x and y, as `cv2.remap` takes them.

        Exact on every `step`-th pixel, linear between.
        """
        return between_nodes(self(nodes_of(shape_hw, step)), shape_hw, step)


def nodes_of(shape_hw: tuple[int, int], step: int) -> Points:
    """Every `step`-th pixel of an (h, w) picture and beyond its last ones, row by row; (N, 2)."""
    xs, ys = (step * np.arange(_shares(length, step).shape[1], dtype=np.float64) for length in shape_hw[::-1])
    return np.asarray(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2), np.float64)


def between_nodes(
    carried: Points, shape_hw: tuple[int, int], step: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where every pixel goes, if the nodes go to `carried` (N, 2): two (h, w) planes, linear between nodes."""
    down, across = (_shares(length, step) for length in shape_hw)
    grids = carried.astype(np.float32).T.reshape(2, down.shape[1], across.shape[1])
    x, y = (down @ grid @ across.T for grid in grids)
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _shares(length: int, step: int) -> NDArray[np.float32]:
    """(length, nodes): how much of each pixel each node has."""
    nodes = np.arange((length - 1) // step + 2, dtype=np.float32)
    at = np.arange(length, dtype=np.float32)[:, None] / step
    return np.asarray(np.maximum(1 - np.abs(at - nodes), 0), np.float32)
