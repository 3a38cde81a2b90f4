"""MediaPipe's two face networks: where faces are, and the 478-point mesh of one face.

They come in the package, converted to ONNX (training/face_networks/MODEL_CARD.md), and run on onnxruntime like our own.
"""

from __future__ import annotations

from typing import Final

from ...imaging.arrays import Points, Rgb
from ..packaged import DATA, network_of
from .detections import Detection, detections_of

FINDER_FILE: Final = DATA / "face_finder.onnx"
MESH_FILE: Final = DATA / "face_mesh.onnx"
MESH_PX: Final = 192
"""Side of what the mesh network sees, pixels."""


class FaceNetworks:
    """Both networks, for any number of threads at once.

    Raises:
        WeightsMissing: a file is not where it should be, or damaged.
    """

    def __init__(self, min_score: float) -> None:
        self._min_score: Final = min_score
        self._finder: Final = network_of(FINDER_FILE)
        self._mesh: Final = network_of(MESH_FILE)

    def find(self, window: Rgb) -> list[Detection]:
        """(192, 192, 3) -> faces, best first."""
        places, logits = self._finder.run(["places", "logits"], {"pixels": window[None]})
        return detections_of(places[0], logits[0, :, 0], self._min_score)

    def mesh(self, crop: Rgb) -> tuple[Points, float]:
        """(192, 192, 3) upright crop, 1.5 times the face -> (478, 3) crop pixels, and how likely it is a face, 0..1."""
        points, presence = self._mesh.run(["points", "presence"], {"pixels": crop[None]})
        lifted = points.astype("float64")
        lifted[:, :2] -= 0.5  # the network counts from the pixels' edges
        return lifted, float(presence[0])
