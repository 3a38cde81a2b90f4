"""Shots of one group: where a face's neighbours are recognised in their places, the face between them may be, too.

Faces alone leave some true pairs a little short of certain, since a grin moves all of a face. Hardly any stranger comes
so near, and one who does seldom stands in the person's place, as large, while all the others kept theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Points
from ..imaging.assignment import Pairing
from ..roles import Face

WITNESSES: Final = 2
"""Fewest other people of the group who have to be recognised in both shots."""
VOUCHED: Final = 1.0
"""Log-odds that these witnesses add to a pair which lacks no more than that. Doubling it recognises no further person,
and mistakes one more stranger for whoever stood in that place (`training.likeness.groups`)."""
AWAY: Final = 0.6
"""Most that a face lies from where its neighbours' move puts it, in its widths: heads move from shot to shot."""
LARGER: Final = 1.25
"""Largest factor, up or down, between a face's size and the one that its neighbours' change gives it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened between two shots: the second is `scale` times as large, and moved by `shift` (2,) pixels."""

    scale: float
    shift: Points

    @classmethod
    def between(cls, ours: Sequence[Face], theirs: Sequence[Face]) -> Change:
        """Of faces that are known to be the same, by least squares."""
        before, after = (np.array([face.box.centre_xy for face in faces]) for faces in (ours, theirs))
        around = before - before.mean(axis=0)
        scale = float((around * (after - after.mean(axis=0))).sum() / max(float((around**2).sum()), 1e-9))
        return cls(scale, after.mean(axis=0) - scale * before.mean(axis=0))

    def keeps(self, face: Face, other: Face) -> bool:
        """Whether `other`, in the second shot, lies where this change takes `face`, and is as large."""
        distance = np.subtract(other.box.centre_xy, self.scale * np.array(face.box.centre_xy) + self.shift)
        grown = other.box.width / max(self.scale * face.box.width, 1e-9)
        return float(np.linalg.norm(distance)) < AWAY * other.box.width and 1 / LARGER < grown < LARGER


def vouched(
    evidence: NDArray[np.float64], pairs: Sequence[Pairing], sure: float, ours: Sequence[Face], theirs: Sequence[Face]
) -> NDArray[np.float64]:
    """(n, m) log-odds, with what neighbours add for faces without a partner.

    Args:
        evidence: (n, m), of the faces alone.
        pairs: of that evidence; one with a margin of `sure` and more is a witness.
    """
    known = [(row, pair.column) for row, pair in enumerate(pairs) if pair.column is not None and pair.margin >= sure]
    if len(known) < WITNESSES:
        return evidence
    change = Change.between([ours[row] for row, _ in known], [theirs[column] for _, column in known])
    if not all(change.keeps(ours[row], theirs[column]) for row, column in known):
        return evidence
    taken = {column for _, column in known}
    out = evidence.copy()
    for row, pair in enumerate(pairs):
        if pair.column is not None:
            continue
        for column in range(evidence.shape[1]):
            near = -VOUCHED <= evidence[row, column] < 0 and column not in taken
            if near and change.keeps(ours[row], theirs[column]):
                out[row, column] += VOUCHED
    return out
