"""The two networks, each leased while it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Points, Rgb
from ...imaging.face.alignment import to_arcface
from ...imaging.face.face_crop import warped
from ...imaging.geometry import inverted
from ...progress import Tick, still
from ...residency.cards import ARCFACE, SCRFD
from ...settings import Settings
from ..onnx_network import OnnxNetwork
from .scrfd import Found, decoded, fed

if TYPE_CHECKING:
    import onnxruntime

FACE_PX: Final = 112
LENGTH: Final = 512


class Scrfd:
    """Finds faces in squares of `scrfd.INPUT_PX`."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._network = OnnxNetwork(SCRFD, path, "finds faces as SCRFD does", settings)

    def find(self, squares: Sequence[Rgb], tick: Tick = still) -> list[list[Found]]:
        """For each square, which is a step, its faces, surest first.

        Raises:
            WeightsMissing: the file is no such network.
        """
        return self._network.each(
            squares, lambda session, square: decoded(_answers(session, fed(square))), before=lambda _: tick()
        )


class ArcFace:
    """Tells who a face is; always on the processor, since it is asked between the painter's turns on the GPU."""

    def __init__(self, path: Path, settings: Settings) -> None:
        settings = replace(settings, device="cpu")
        self._network = OnnxNetwork(ARCFACE, path, "tells people apart as ArcFace does", settings)

    def embedding(self, pixels: Rgb, landmarks: Points) -> NDArray[np.float32]:
        """(512,), of length 1; the face is aligned by its landmarks.

        Raises:
            WeightsMissing: the file is no such network.
        """
        face = warped(pixels, inverted(to_arcface(landmarks)), (FACE_PX, FACE_PX))
        planes = (face.astype(np.float32).transpose(2, 0, 1)[None] - 127.5) / 127.5
        return self._network.each(
            [np.ascontiguousarray(planes)], lambda session, one: _unit(np.asarray(_answers(session, one)[0]))
        )[0]


def _answers(session: onnxruntime.InferenceSession, planes: NDArray[Any]) -> list[Any]:
    """Of a network with one input."""
    return list(session.run(None, {session.get_inputs()[0].name: planes}))


def _unit(answer: NDArray[Any]) -> NDArray[np.float32]:
    if answer.size != LENGTH or not np.isfinite(answer).all():
        raise ValueError(f"an answer of {answer.shape}, or no numbers")
    flat = answer.reshape(-1).astype(np.float32)
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), np.float32)
