"""Runs the refiner network on eyes that the appearance model has painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Points, Tones
from ...imaging.channels import as_three
from ...imaging.face.lids import EyeShape
from ...imaging.face.mesh478 import Side
from ...imaging.luma import LUMA, luma_of
from ...system.parallel import side_by_side
from ..packaged import network_of
from ..random_streams import REFINER, stream
from ..reloaded import Reloaded
from . import layout
from .refiner_frame import RefinerFrame, eye_frame

if TYPE_CHECKING:
    import onnxruntime

NOISE: Final = 0.35
"""Standard deviation of the noise a variation gets; the likeliest eyes get none."""

CRISP: Final = 0.25
"""How much stronger the detail between the lids becomes than the network dares to make it. Trained on what is likely,
it draws pupils, rims and lids' edges a third too faint; more than this, and what it draws in the wrong place shows."""
CRISP_LID: Final = 0.5
"""How much stronger the detail over the upper lid becomes, whose edge and crease come out softer still."""
CRISP_FINE: Final = 0.04
"""Standard deviation of a Gaussian, in eye widths: finer detail is what becomes stronger."""

ANTI_GRID_TAPS: Final = (-1 / 16, 4 / 16, 10 / 16, 4 / 16, -1 / 16)
"""Filter along rows and columns that leaves a fifth of what has a period of 2.5 pixels, three quarters at 4, and
coarser things as they are. At its finest, the network weaves lines along its grid, which large eyes would show."""

GLINT_NEAR: Final = 0.08
"""Distance around a pixel in which the painted eye tells how bright it may become, in eye widths."""
HUE_NEAR: Final = 0.04
"""Distance around a pixel in which the painted eye tells how strong its colour may become, in eye widths."""
GLINT_KEPT: Final = 0.3
"""Share of a glint beyond that brightness that stays: a wet lid glistens, but what the network makes of a bright white
is a scratch. In the iris, where catch-lights are, all of it does."""


@dataclass(frozen=True, slots=True)
class PaintedEyes:
    """A piece of a photo with the eyes that were painted there.

    Args:
        pixels: (h, w, 3).
        mask: (h, w) 0..1, where they were.
        landmarks: (478, 2+) of the face, in the piece's pixels.
        shapes: of the eyes, in the piece's pixels.
        turned: whether a gaze has moved the irises of these.
    """

    pixels: Tones
    mask: Plane
    landmarks: Points
    shapes: Mapping[Side, EyeShape]
    turned: bool = False


class EyeRefiner(Reloaded):
    """Adds to painted eyes the detail that photographs have; `training/refiner` makes the network."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return network_of(self._path)  # each eye has its own thread, which is faster than two threads for both

    def refined(self, painted: Sequence[PaintedEyes], variety: float, seed: int) -> list[PaintedEyes]:
        """The same pieces of one photo with detail added to each of their eyes, inside the masks only.

        All eyes are refined at one size. What is added is laid over the pictures, so that pixels keep their own
        resolution.
        """
        shown = [(n, shape) for n, piece in enumerate(painted) for shape in piece.shapes.values()]
        eye_px = float(np.mean([shape.width for _, shape in shown]))
        roll = layout.to_strip(painted[0].landmarks)
        frames = [eye_frame(shape, roll, eye_px) for _, shape in shown]
        noise = stream(seed, REFINER).standard_normal((len(frames), *frames[0].size_wh[::-1]))
        noise *= NOISE * variety
        session = self._session

        def added(eye: tuple[PaintedEyes, RefinerFrame, NDArray[np.float64]]) -> Tones:
            piece, frame, noise = eye
            inputs = _inputs(piece, frame, noise)
            return _added(inputs, np.asarray(session.run(["refined"], inputs)[0], np.float32), frame)

        more = side_by_side(added, zip((painted[n] for n, _ in shown), frames, noise, strict=True))
        out = [piece.pixels.copy() for piece in painted]
        for (n, _), frame, detail in zip(shown, frames, more, strict=True):
            reached = frame.seen.to_whole().clipped((out[n].shape[1], out[n].shape[0]))
            part = out[n][: int(reached.bottom), : int(reached.right)]
            if part.size:  # not beyond the picture's edge
                part += frame.put_back(detail, (part.shape[0], part.shape[1]))
        pixels = [np.asarray(np.clip(p, 0, 255), np.float32) for p in out]
        return [replace(piece, pixels=p) for piece, p in zip(painted, pixels, strict=True)]


def _inputs(piece: PaintedEyes, frame: RefinerFrame, noise: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
    """What the network takes, of the eye that a frame shows of a piece."""
    return {
        "guess": np.asarray(frame.taken(piece.pixels).transpose(2, 0, 1)[None] / 127.5 - 1, np.float32),
        "mask": np.clip(frame.taken(piece.mask), 0, 1)[None, None],
        "geometry": frame.geometry()[None],
        "noise": noise[None, None].astype(np.float32),
    }


def _added(inputs: Mapping[str, NDArray[np.float32]], refined: NDArray[np.float32], frame: RefinerFrame) -> Tones:
    """What comes on top of the guess, (h, w, 3) of the frame."""
    refined = evened(refined, inputs["guess"])
    refined = of_painted_hues(refined, inputs["guess"], frame.shape.width)
    crisp = refined + inputs["mask"] * crispness(refined, inputs["geometry"], frame.shape.width)
    calm = crisp - glints(crisp, inputs["guess"], inputs["geometry"], frame.shape.width)
    return np.ascontiguousarray((calm - inputs["guess"])[0].transpose(1, 2, 0) * 127.5)


def evened(refined: NDArray[np.float32], guess: NDArray[np.float32]) -> NDArray[np.float32]:
    """Refined eyes (n, 3, h, w) without the finest of what was added to the guess."""
    out = guess.copy()
    taps = np.array(ANTI_GRID_TAPS, np.float32)
    for k, detail in enumerate((refined - guess).transpose(0, 2, 3, 1)):
        out[k] += cv2.sepFilter2D(np.ascontiguousarray(detail), -1, taps, taps).transpose(2, 0, 1)
    return out


def of_painted_hues(refined: NDArray[np.float32], guess: NDArray[np.float32], eye_px: float) -> NDArray[np.float32]:
    """Refined eyes (n, 3, h, w) as bright as they are, in no stronger colour than the guess has nearby.

    Where the network makes the red of an inner corner as bright as skin, that glows on pale or toned faces.
    """
    side = 2 * max(round(HUE_NEAR * eye_px), 1) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    out = np.empty_like(refined)
    for k, (eye, painted) in enumerate(zip(refined.transpose(0, 2, 3, 1), guess.transpose(0, 2, 3, 1), strict=True)):
        light, known = (as_three(luma_of(np.ascontiguousarray(picture))) for picture in (eye, painted))
        least, most = cv2.erode(painted - known, disc), cv2.dilate(painted - known, disc)
        new = light + np.clip(eye - light, least, most)
        out[k] = (new + light - as_three(luma_of(new))).transpose(2, 0, 1)
    return out


def glints(
    refined: NDArray[np.float32], guess: NDArray[np.float32], geometry: NDArray[np.float32], eye_px: float
) -> NDArray[np.float32]:
    """What of refined eyes (n, 3, h, w) is too bright to be left, outside the iris; all of -1..1, like the guess."""
    side = 2 * max(round(GLINT_NEAR * eye_px), 1) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    out = np.zeros_like(refined)
    for k, (eye, painted) in enumerate(zip(refined.transpose(0, 2, 3, 1), guess.transpose(0, 2, 3, 1), strict=True)):
        ceiling = cv2.dilate(luma_of(painted), disc)
        over = np.maximum(eye @ LUMA - ceiling, 0) * np.clip(4 * geometry[k, 0], 0, 1)
        out[k] = (1 - GLINT_KEPT) * over
    return out


def crispness(refined: NDArray[np.float32], geometry: NDArray[np.float32], eye_px: float) -> NDArray[np.float32]:
    """What to add to refined eyes (n, 3, h, w) between their lids and over them, which `geometry` (n, 4, h, w) tells.

    No iris changes its mean colour by it.
    """
    to_iris, below, above = geometry[:, 0], geometry[:, 1], geometry[:, 2]
    opening = np.clip(1 + np.minimum(below, above) / 0.4, 0, 1)
    lid = np.clip(-below / 0.3, 0, 1) * (above > 0)
    out = np.empty_like(refined)
    for k, eye in enumerate(refined.transpose(0, 2, 3, 1)):
        soft = cv2.GaussianBlur(np.ascontiguousarray(eye), (0, 0), CRISP_FINE * eye_px)
        fine = eye - soft
        detail = fine * as_three(opening[k])
        iris = as_three(np.clip(-4 * to_iris[k], 0, 1) * (opening[k] >= 1))
        detail = detail - iris * (detail * iris).sum(axis=(0, 1)) / max(float((iris[..., 0] ** 2).sum()), 1.0)
        out[k] = (CRISP * detail + CRISP_LID * fine * as_three(lid[k])).transpose(2, 0, 1)
    return out
