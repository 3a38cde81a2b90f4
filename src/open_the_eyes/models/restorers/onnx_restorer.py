"""Runs a face restoration network that came as ONNX: CodeFormer, GFPGAN, GPEN, RestoreFormer++."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Rgb, to_levels
from ...imaging.face.alignment import ALIGNED_PX
from ...progress import NO_WATCH
from ...residency import ModelCard, Residency
from ...roles import Watch
from ...settings import Settings
from ..onnx_network import OnnxNetwork

if TYPE_CHECKING:
    import onnxruntime

_KINDS: Final = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}


class OnnxRestorer:
    """Fulfils `FaceRestorer`.

    Exports differ in the names and types of what they want, so both are read from the file: the input of four axes is
    the face, (1, 3, 512, 512) RGB in -1..1; another one is the fidelity.
    """

    def __init__(self, card: ModelCard, path: Path, settings: Settings, residency: Residency | None = None) -> None:
        self.name = card.name
        self.network = OnnxNetwork(card, path, f"restores faces of {ALIGNED_PX} x {ALIGNED_PX}", settings, residency)

    def restore(self, faces: Sequence[Rgb], fidelity: float, watch: Watch = NO_WATCH) -> list[Rgb]:
        """Each face by itself, so that a result does not depend on what else is in the photo.

        Raises:
            WeightsMissing: the file is no network of this kind.
            NoRoomOnGpu: it does not fit.
        """

        def work(session: onnxruntime.InferenceSession, number: int) -> Rgb:
            return self._one(session, faces[number], fidelity)

        def tell_done(number: int) -> None:
            watch.tell("restore", number / len(faces))

        return self.network.each(range(len(faces)), work, watch, tell_done)

    def _one(self, session: onnxruntime.InferenceSession, face: Rgb, fidelity: float) -> Rgb:
        planes = np.ascontiguousarray(face.transpose(2, 0, 1)[None]) / 127.5 - 1
        answer = session.run(None, self._fed(session, planes, fidelity))[0]
        return self._face_of(np.asarray(answer), face)

    def _fed(self, session: onnxruntime.InferenceSession, planes: NDArray[Any], fidelity: float) -> dict[str, Any]:
        fed: dict[str, Any] = {}
        for wanted in session.get_inputs():
            kind = _KINDS.get(wanted.type)
            shape = tuple(axis if isinstance(axis, int) else None for axis in wanted.shape)
            if kind is None or not (len(shape) < 2 or _takes(shape, planes.shape)):
                raise self.network.foreign(f"an input {wanted.name} of {wanted.type} {wanted.shape}")
            fed[wanted.name] = planes.astype(kind) if len(shape) == 4 else np.full(_filled(shape), fidelity, kind)
        return fed

    def _face_of(self, answer: NDArray[Any], face: Rgb) -> Rgb:
        """(1, 3, 512, 512) in -1..1 -> (512, 512, 3); an answer that is no numbers leaves the face as it was."""
        if answer.shape != (1, 3, ALIGNED_PX, ALIGNED_PX):
            raise self.network.foreign(f"an output of {answer.shape}")
        if not np.isfinite(answer).all():
            return face.copy()
        return to_levels((answer[0].astype(np.float32).transpose(1, 2, 0) + 1) * 127.5)


def _takes(wanted: tuple[int | None, ...], given: tuple[int, ...]) -> bool:
    """Whether an input of that shape, None for any length, can be given an array of this one."""
    return len(wanted) == len(given) and all(axis in (None, length) for axis, length in zip(wanted, given, strict=True))


def _filled(shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """An axis of any length is one long."""
    return tuple(1 if axis is None else axis for axis in shape)
