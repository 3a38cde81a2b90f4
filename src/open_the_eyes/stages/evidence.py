"""How much speaks for two faces being one person's: what they look like, and where they are in their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..roles import Face, FaceDescriber
from ..seen import Seen

MAYBE: Final = -2.0
"""Log-odds from which on two faces may be one person's: nearly all shots of one person have more, few strangers do."""
SAME_EMBEDDING: Final = 0.42
"""Cosine of two ArcFace embeddings from which on they are one person's (strangers rarely reach 0.3)."""
EMBEDDING_SCALE: Final = 14.0
"""Log-odds for each unit of the cosine of two embeddings above `SAME_EMBEDDING`."""
PLACE, PLACE_MOST = 0.3, 0.8
"""Log-odds taken away for each face width between two places, and the most that place takes: people change places."""
SIZE, SIZE_MOST = 3.0, 4.0
"""Log-odds taken away for each factor e between two sizes beyond the first half, and the most that size takes."""


def evidence(ours: Seen, theirs: Seen, describer: FaceDescriber) -> NDArray[np.float64]:
    """(ours, theirs) log-odds for one person; place and size can only take away, and never decide alone.

    Faces of which one has no embedding are compared by what the describer says of them, which is not asked otherwise.
    """
    table = np.zeros((len(ours.faces), len(theirs.faces)))
    embedded = _embedded(ours) and _embedded(theirs)
    rows, other_rows = ((), ()) if embedded else (_traits(ours, describer), _traits(theirs, describer))
    for i, face in enumerate(ours.faces):
        for j, other in enumerate(theirs.faces):
            if face.embedding is not None and other.embedding is not None:
                cosine = float(face.embedding @ other.embedding)
                table[i, j] = EMBEDDING_SCALE * (cosine - SAME_EMBEDDING)
            else:
                table[i, j] = describer.evidence(rows[i], other_rows[j])
            if table[i, j] >= 0:
                scale = theirs.pixels.shape[1] / ours.pixels.shape[1]
                table[i, j] = max(table[i, j] - _elsewhere(face, other, scale), 0.0)
    return table


def _elsewhere(face: Face, other: Face, scale: float) -> float:
    """Log-odds by which place and size speak against one person, where the other's picture is `scale` times as wide."""
    (ax, ay), (bx, by) = face.box.centre_xy, other.box.centre_xy
    away = float(np.hypot(bx / scale - ax, by / scale - ay)) / max(face.box.width, 1.0)
    size = abs(float(np.log(max(other.box.width, 1.0) / scale / max(face.box.width, 1.0))))
    return min(PLACE * away, PLACE_MOST) + min(SIZE * max(size - 0.5, 0.0), SIZE_MOST)


def described(seen: Seen, describer: FaceDescriber) -> Seen:
    """The same with the traits of its faces, if it has none yet and not all of them have embeddings instead."""
    return seen if _embedded(seen) else replace(seen, traits=_traits(seen, describer))


def _embedded(seen: Seen) -> bool:
    return all(face.embedding is not None for face in seen.faces)


def _traits(seen: Seen, describer: FaceDescriber) -> tuple[NDArray[np.float32], ...]:
    if seen.traits is not None:
        return seen.traits
    return tuple(describer.describe(seen.pixels, face) for face in seen.faces)


def count_related(ours: Seen, others: Sequence[Seen], describer: FaceDescriber) -> int:
    """How many of the others show somebody who may be one of ours; to give eyes more is needed."""
    ours = described(ours, describer)
    return sum(float(evidence(ours, other, describer).max(initial=-np.inf)) >= MAYBE for other in others)
