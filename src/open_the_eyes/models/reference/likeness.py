"""Whether two faces are one person's, told from all that a blink does not change.

Edges of the aligned face after whitening (principal components brought to one size, as in eigenfaces after Moghaddam &
Pentland 1997: what varies among all people counts less than what makes one of them), and colours. It is made for shots
of one occasion, not for a passport: where it is not sure it says so, and an ArcFace embedding, where the detector has
one, is asked instead.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Rgb
from ...imaging.face.likeness import COLOURS, colours_of, edges_of
from ...roles import Face
from ..packaged import DATA, whole
from ..reloaded import Reloaded

FILE: Final = DATA / "likeness.npz"

EDGES: Final = 10.0
"""Log-odds for each unit of the edges' cosine."""
COLOUR: Final = (0.75, 0.75, 0.25)
"""Most log-odds by which a colour unlike the other's speaks against one person: of skin, of hair, of clothes."""
COLOUR_FAR: Final = 20.0
"""Difference of two colours, levels of L*a*b*, from which on they are simply unlike: another light can do that to one
person's."""
NEEDED: Final = 6.0
"""Log-odds that edges and colours must bring together; below, it may be somebody else. The likest of 413,604 pairs of
strangers has 5.85: of people before one wall in one shirt. Of those that share nothing none has more than 4.9."""


class Likeness(Reloaded):
    """Fulfils `FaceDescriber`; its file is read when the first face is described.

    Raises:
        WeightsMissing: the file is not where it should be.
    """

    name = "edges and colours"

    def __init__(self, file: Path = FILE) -> None:
        self._file = file

    @cached_property
    def _learnt(self) -> dict[str, NDArray[np.float32]]:
        with whole(self._file) as path, np.load(path, allow_pickle=False) as file:
            basis = file["basis"].astype(np.float32) * file["step"]
            return {"mean": file["mean"], "basis": basis}

    def describe(self, pixels: Rgb, face: Face) -> NDArray[np.float32]:
        """(n,): the whitened edges at length 1, and the colours."""
        learnt = self._learnt
        edges = (edges_of(pixels, face.landmarks) - learnt["mean"]) @ learnt["basis"]
        edges /= max(float(np.linalg.norm(edges)), 1e-6)
        return np.asarray(np.concatenate([edges, colours_of(pixels, face.landmarks)]), np.float32)

    def evidence(self, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        """Log-odds for one person: 0 is as sure as must be, negative may be somebody else."""
        split = self._learnt["basis"].shape[1]
        cosine = float(one[:split] @ other[:split])
        colours = np.linalg.norm((one[split:] - other[split:]).reshape(COLOURS, 3), axis=1)
        unlike = np.clip(np.nan_to_num(colours, nan=0.0) / COLOUR_FAR, 0, 1)
        return EDGES * cosine - float(unlike @ np.array(COLOUR)) - NEEDED
