"""Reads single eyes: closed or not, covered or not. A small network of our own, see training/eye_state/MODEL_CARD.md.

Landmarks alone confuse laughing, looking down, narrow eyes and glasses with shut eyes, and are little worth on faces of
50 pixels; the network sees the pixels as well, and takes the measured openness as one more piece of evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Rgb
from .packaged import DATA, network_of
from .reloaded import Reloaded

if TYPE_CHECKING:
    import onnxruntime

MODEL_FILE: Final = DATA / "eye_state.onnx"


@dataclass(frozen=True, slots=True)
class Reading:
    """Two probabilities, 0..1."""

    closed: float
    covered: float


class EyeStateNetwork(Reloaded):
    """Loaded at the first eye.

    Args:
        file: another network of this kind than the package's.

    Raises:
        WeightsMissing: the file is not where it should be (when the first eye is read).
    """

    def __init__(self, file: Path = MODEL_FILE) -> None:
        self._file = file

    def __eq__(self, other: object) -> bool:
        """Whether it reads the same."""
        return isinstance(other, EyeStateNetwork) and self._file == other._file

    def __hash__(self) -> int:
        return hash(self._file)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return network_of(self._file)

    def read(self, crops: Sequence[Rgb], opennesses: Sequence[float]) -> list[Reading]:
        """Eye crops of `imaging/face/eye_crop.py` with their measured openness -> one reading each.

        Eyes are read one at a time: a batch would let rounding of one depend on its neighbours.
        """
        readings = []
        for crop, openness in zip(crops, opennesses, strict=True):
            feed = {"crop": standardised(crop)[None], "measure": np.array([[openness, 1.0]], np.float32)}
            (logits,) = self._session.run(None, feed)
            closed, covered = 1 / (1 + np.exp(-np.asarray(logits, np.float64)[0]))
            readings.append(Reading(float(closed), float(covered)))
        return readings


def standardised(crop: Rgb) -> NDArray[np.float32]:
    """(h, w, 3) -> (3, h, w), mean 0, deviation about 1 over all of it: how bright the photo is does not matter."""
    x = crop.astype(np.float32)
    x = (x - x.mean()) / (x.std() + 8)
    return np.ascontiguousarray(x.transpose(2, 0, 1))
