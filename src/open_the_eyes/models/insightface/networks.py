"""The two networks, loaded when they are first asked; on a GPU the detector leaves it again when it has answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ...errors import WeightsMissing
from ...imaging.alignment import to_arcface
from ...imaging.arrays import Points, Rgb
from ...imaging.facecrop import warped
from ...imaging.geometry import inverted
from ...settings import Settings
from ..onnx_runs import on_gpu, session_of
from .scrfd import Found, decoded, fed

if TYPE_CHECKING:
    import onnxruntime

FACE_SIDE: Final = 112
LENGTH: Final = 512


class Scrfd:
    """Finds faces in squares of `scrfd.SIDE`."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._network = _Network(path, settings)

    def find(self, squares: Sequence[Rgb]) -> list[list[Found]]:
        """For each square its faces, surest first.

        Raises:
            WeightsMissing: the file is no such network.
        """
        with self._network.loaded() as session:
            name = session.get_inputs()[0].name
            try:
                return [decoded(session.run(None, {name: fed(square)})) for square in squares]
            except Exception as error:
                raise self._network.foreign("finds faces as SCRFD does", error) from error


class ArcFace:
    """Tells who a face is; always on the processor, since it is asked between the painter's turns on the GPU."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._network = _Network(path, replace(settings, device="cpu"))

    def embedding(self, pixels: Rgb, landmarks: Points) -> NDArray[np.float32]:
        """(512,), of length 1; the face is aligned by its landmarks.

        Raises:
            WeightsMissing: the file is no such network.
        """
        face = warped(pixels, inverted(to_arcface(landmarks)), (FACE_SIDE, FACE_SIDE))
        planes = (face.astype(np.float32).transpose(2, 0, 1)[None] - 127.5) / 127.5
        with self._network.loaded() as session:
            try:
                answer = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(planes)})[0]
                return _unit(np.asarray(answer))
            except Exception as error:
                raise self._network.foreign("tells people apart as ArcFace does", error) from error


class _Network:
    """A file, and its session while it is kept."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._kept: onnxruntime.InferenceSession | None = None
        self._loading = Lock()

    @contextmanager
    def loaded(self) -> Iterator[onnxruntime.InferenceSession]:
        with self._loading:
            session = self._kept or session_of(self._path, self._settings)
            self._kept = None if on_gpu(session) else session
        yield session

    def foreign(self, wanted: str, error: Exception) -> WeightsMissing:
        name = self._path.parent.name
        return WeightsMissing(
            f"{self._path}: expected a network that {wanted}, got: {error!s:.200}. "
            f"Put the right file there: open-the-eyes fetch {name}"
        )


def _unit(answer: NDArray[Any]) -> NDArray[np.float32]:
    if answer.size != LENGTH or not np.isfinite(answer).all():
        raise ValueError(f"an answer of {answer.shape}, or no numbers")
    flat = answer.reshape(-1).astype(np.float32)
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), np.float32)
