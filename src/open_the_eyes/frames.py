"""How good the frames of a burst are: what speaks against each, of eyes, who is missing, blur, size and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from .imaging.arrays import to_tones
from .imaging.detail.blocks import blockiness
from .imaging.detail.noise import noise_of
from .imaging.detail.sharpness import fine_energy
from .seen import Seen

# What speaks against a frame. The frame with the least is the best one.
CLOSED, UNSURE, HIDDEN, MISSING = 1.0, 0.6, 0.3, 1.5
"""Cost of each face with closed eyes, of each with eyes that may be closed, of each that cannot be edited, and of each
face fewer than the frame with most faces has."""
BLUR: Final = 1.2
"""Cost of detail that is 1/e of the sharpest frame's, proportional to the logarithm."""
SMALL: Final = 0.8
"""Cost of a picture half as wide as the largest; for a quarter it is three times as much, for an eighth six times: a
phone's picture may stand beside a camera's, a copy for the web hardly. More than sharpening gives a reduced copy."""
UNCLEAN: Final = 0.02
"""Cost of each level of noise (`imaging.detail.noise`), and of each beyond `_GENTLE` of jumps between the squares of a
JPEG (`imaging.detail.blocks`): little, so that it decides between frames that are as good otherwise."""
_GENTLE: Final = 1.0
"""Jumps between the squares of a JPEG, levels, that a hardly compressed picture may have: a camera's files have 0.3 at
most."""
_FACE_PX: Final = (64, 160)
"""Widths, pixels, between which the one lies at which faces are compared, so that a step towards the camera is no
advantage. At less, blur would not show: somebody far away must not make all frames equal."""
_AS_WIDE: Final = 1.15
"""Factor between the widths of faces up to which they are compared as they are: brought to one width, one of them alone
would become softer."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One photo of the burst: `problems` is 0 for a perfect one, `sharpness` the fine detail of its faces, levels, with
    all frames brought to one size; `size_wh` is its own, pixels."""

    name: str
    faces: int
    closed: int
    unsure: int
    sharpness: float
    problems: float
    size_wh: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "faces": self.faces,
            "closed": self.closed,
            "unsure": self.unsure,
            "sharpness": round(self.sharpness, 3),
            "problems": round(self.problems, 3),
            "size_wh": list(self.size_wh),
        }


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame as it was looked at: its name, the outcome of each face, its size, and how wide its faces are: the middle
    one, 0 without a face; pixels."""

    name: str
    outcomes: tuple[str, ...]
    size_wh: tuple[int, int]
    face_px: float

    @property
    def side(self) -> float:
        """Side of a square of the same area, pixels."""
        return math.sqrt(math.prod(self.size_wh))


@dataclass(frozen=True, slots=True)
class Detail:
    """What the middle face of a frame tells of its picture: its `sharpness`, as `Frame` has it, and what is `unclean`,
    levels of noise and of compression; 0 without a face."""

    sharpness: float = 0.0
    unclean: float = 0.0


def frames_of(shots: Sequence[Shot], details: Sequence[Detail]) -> tuple[Frame, ...]:
    """The shots of one burst and what `details_of` tells of each, judged beside each other."""
    most = max(len(one.outcomes) for one in shots)
    sharpest = max(*(one.sharpness for one in details), 1e-3)
    told = zip(shots, details, _reduced(shots), strict=True)
    return tuple(_frame(one, most, detail, sharpest, reduced) for one, detail, reduced in told)


def _frame(shot: Shot, most: int, detail: Detail, sharpest: float, reduced: float) -> Frame:
    outcomes = shot.outcomes
    closed, unsure = outcomes.count("closed"), outcomes.count("unsure")
    hidden = len(outcomes) - closed - unsure - outcomes.count("already_open")
    problems = CLOSED * closed + UNSURE * unsure + HIDDEN * hidden + MISSING * (most - len(outcomes))
    if outcomes:
        problems += BLUR * math.log(sharpest / max(detail.sharpness, 0.05 * sharpest)) + UNCLEAN * detail.unclean
    halvings = math.log2(reduced)
    problems += SMALL * halvings * (1 + halvings) / 2
    return Frame(shot.name, len(outcomes), closed, unsure, detail.sharpness, problems, shot.size_wh)


def _reduced(shots: Sequence[Shot]) -> list[float]:
    """How many times as small as the largest each frame is, at least 1.

    Both the picture and its faces have to be smaller: of a crop, or beside a panorama, the picture alone is, and of
    somebody who stood further away the face.
    """
    side, face = max(one.side for one in shots), max(one.face_px for one in shots)
    return [min(side / one.side, face / one.face_px) if one.face_px else side / one.side for one in shots]


def details_of(seen: Sequence[Seen], shots: Sequence[Shot]) -> list[Detail]:
    """What the faces of each frame tell, those of the middle one.

    A reduced copy has more detail in each pixel, and is therefore enlarged to the size of the largest frame. There the
    frame with the smallest faces tells at what width all are compared. Noise would pass for detail, and is left out.
    """
    enlarged = [one.face_px * times for one, times in zip(shots, _reduced(shots), strict=True) if one.face_px]
    least, most = _FACE_PX
    at = min(max(min(enlarged, default=most), least), most)
    return [
        _detail(one, at / shot.face_px) if shot.face_px else Detail() for one, shot in zip(seen, shots, strict=True)
    ]


def _detail(seen: Seen, factor: float) -> Detail:
    """Of the middle face, in the photo made so many times as large."""
    factor = factor if max(factor, 1 / factor) > _AS_WIDE else 1.0
    sharp, unclean, how = [], [], cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    for face in seen.faces:
        box = face.box.within(seen.photo.pixels)
        part = box.cut(seen.photo.pixels)
        if min(part.shape[:2]) < 8:
            continue
        noise = noise_of(part, np.zeros(part.shape[:2], np.bool_), face.landmarks - box.offset)
        level = noise.level * noise.seen
        sized = np.asarray(cv2.resize(part, None, fx=factor, fy=factor, interpolation=how), np.uint8)
        sharp.append(fine_energy(to_tones(sized), np.ones(sized.shape[:2], np.bool_), min(factor, 1.0) * level))
        unclean.append(level + max(blockiness(part) - _GENTLE, 0.0))
    return Detail(float(np.median(sharp)), float(np.median(unclean))) if sharp else Detail()
