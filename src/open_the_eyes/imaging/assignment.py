"""Who is who between two groups: the pairing with the most evidence, and how sure each pair of it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pairing:
    """One row's partner.

    Args:
        column: which, None where none is likely enough.
        margin: how much more evidence the pair has than either side has with anybody else.
        rival: the likeliest column for a row without a partner, None where there is no column.
    """

    column: int | None
    margin: float
    rival: int | None


def paired(evidence: NDArray[np.float64]) -> list[Pairing]:
    """(n, m) log-odds -> one `Pairing` a row: the assignment with the largest sum (Kuhn 1955, the Hungarian method),
    pairs below 0 left out."""
    n, m = evidence.shape
    if n == 0 or m == 0:
        return [Pairing(None, 0.0, None) for _ in range(n)]
    from scipy.optimize import linear_sum_assignment  # takes longer to import than to run

    rows, columns = linear_sum_assignment(-np.maximum(evidence, -1.0))
    partner = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if evidence[r, c] >= 0}
    return [_pairing(evidence, row, partner.get(row)) for row in range(n)]


def _pairing(evidence: NDArray[np.float64], row: int, column: int | None) -> Pairing:
    if column is None:
        best = int(evidence[row].argmax())
        return Pairing(None, 0.0, best)
    others = np.delete(evidence[row], column)
    owners = np.delete(evidence[:, column], row)
    next_best = max(float(others.max(initial=-np.inf)), float(owners.max(initial=-np.inf)))
    return Pairing(column, float(evidence[row, column] - next_best), None)
