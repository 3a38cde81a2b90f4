"""Groups the training faces by eye colour, so that a colour that exists is chosen instead of the mean of all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

GROUPS = 8


def colour_groups(ratios: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """(n, 3) iris : sclera ratios -> (GROUPS, 3) mean ratios, darkest first, and each face's group."""
    logs = np.log(np.clip(ratios, 0.02, 2))
    lightness = logs.mean(axis=1)
    hue = 1.5 * (logs[:, 0] - logs[:, 2])
    green = 1.5 * (logs[:, 1] - (logs[:, 0] + logs[:, 2]) / 2)
    _, member = kmeans2(np.column_stack([lightness, hue, green]), GROUPS, minit="++", rng=0)
    centres = np.array([np.exp(logs[member == k].mean(axis=0)) for k in range(GROUPS)])
    order = np.argsort(centres.mean(axis=1))
    rank = np.empty(GROUPS, np.intp)
    rank[order] = np.arange(GROUPS)
    return centres[order], rank[member]
