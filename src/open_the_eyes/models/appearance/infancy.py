"""Whether a face is an infant's, and how the eyes of one differ from those that the appearance model predicts.

Eyes grow less than faces do. At birth a cornea is but 1.7 mm narrower than an adult's 11.7, and it is full grown within
a year or two (Augusteyn et al. 2012), while lids are 17 mm long then, 24 at two years, and 27 at fourteen; the upper
one stands highest at three to six months ("Milestones and normative data", in Taylor and Hoyt's Pediatric Ophthalmology
and Strabismus). The appearance model learns from too few infants to know it, so its shapes are changed by what is
known. How infants are told, and how surely: `training/infancy`.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points
from ...imaging.easing import smoothstep
from ...imaging.face.mesh478 import SIDES
from ...imaging.geometry import transformed
from ..packaged import DATA, whole
from ..reloaded import Reloaded
from . import layout

INFANCY_FILE: Final = DATA / "infancy.npz"

_MIDLINE: Final = [10, 1, 2, 4, 0, 17, 175, 152]
"""Mesh numbers from the forehead over nose and lips to the chin."""
_BESIDE: Final = ([234, 48, 61, 58, 172], [454, 278, 291, 288, 397])
"""Mesh numbers of the left and the right end of face, nostrils, mouth and jaw."""

LOG_ODDS: Final = (-0.4, 0.5)
"""Log-odds of a face being an infant's, up to which its eyes are an adult's, and from which on wholly an infant's."""
IRISES: Final = 1.2
"""Size of an infant's irises, in times the predicted ones: by the figures above, beside the lids' length, it is 1.36 at
birth and 1.13 at two years."""
LIDS: Final = 1.25
"""How far an infant's lids are apart, in times the predicted distance; chosen by looking at 40 infants."""


class Infancy(Reloaded):
    """A logistic regression on `FaceTraits` and `proportions`, read when the first face is asked about.

    Raises:
        WeightsMissing: the file is not where it should be, or damaged.
    """

    def __init__(self, file: Path = INFANCY_FILE) -> None:
        self._file: Final = file

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        with whole(self._file) as file, np.load(file, allow_pickle=False) as arrays:
            return np.asarray(arrays["weights"], np.float32)

    def share(self, traits: NDArray[np.float32] | None, landmarks: Points) -> float:
        """How far the eyes of a face are an infant's, 0..1; 0 for a face that was not looked at.

        Args:
            traits: (768,).
            landmarks: (478, 2+), in any picture.
        """
        if traits is None:
            return 0.0
        features = np.concatenate([traits, proportions(landmarks), [1.0]])
        return smoothstep(float(features @ self._weights), *LOG_ODDS)


def proportions(landmarks: Points) -> NDArray[np.float64]:
    """(18,): how far parts of a face lie below its eyes, and how broad they are, in strip pixels."""
    at = transformed(landmarks, layout.to_strip(landmarks))
    left, right = (at[numbers] for numbers in _BESIDE)
    return np.concatenate([at[_MIDLINE, 1], (left[:, 1] + right[:, 1]) / 2, right[:, 0] - left[:, 0]])


def lids_apart(share: float) -> float:
    """How far lids are apart, in times the predicted distance, for an infant's `share`, 0..1."""
    return float(LIDS**share)


def with_larger_irises(points: Points, share: float) -> Points:
    """The strip's points (len(layout.MESH), 2) with irises larger around their centres, as far as the face is an
    infant's: `share`, 0..1."""
    out = points.copy()
    for side in SIDES:
        iris = layout.iris_of(out, side)
        iris[1:] = iris[0] + (iris[1:] - iris[0]) * IRISES**share
    return out
