"""What the whole face tells beside the skin around the eyes, as numbers; its eyes are covered, so it tells nothing of
them.

`training/face_networks` cuts the network out of the mesh's: see its model card.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Rgb
from ..packaged import DATA, network_of
from ..reloaded import Reloaded

if TYPE_CHECKING:
    import onnxruntime

TRAITS_FILE: Final = DATA / "face_traits.onnx"


class FaceTraits(Reloaded):
    """The network, read when the first face is seen; for any number of threads at once.

    Raises:
        WeightsMissing: the file is not where it should be, or damaged.
    """

    def __init__(self, file: Path = TRAITS_FILE) -> None:
        self._file: Final = file

    @cached_property
    def _network(self) -> onnxruntime.InferenceSession:
        return network_of(self._file)

    def of(self, view: Rgb | None) -> NDArray[np.float32] | None:
        """(768,) of a face as `imaging.face.face_view` shows it; None where it was not looked at."""
        if view is None:
            return None
        (traits,) = self._network.run(["traits"], {"pixels": view[None]})
        return np.asarray(traits, np.float32)
