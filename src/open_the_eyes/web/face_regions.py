"""Faces in a photo as the page knows them: where they are, and what can be done with them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..imaging.face.mesh478 import EYE_RING, OUTER_CORNER, SIDES
from ..imaging.geometry import Box
from ..results import Inspected
from ..roles import Outcome

CLOSE_UP_WH: Final = (1.9, 0.8)
"""Part of the photo that is shown of a face's eyes, in distances between their outer corners."""


@dataclass(frozen=True, slots=True)
class FaceRegion:
    """A face as it was found; all places in fractions of the photo's width and height.

    Args:
        eyes: what is shown when it is about this face's eyes.
        rings: the outline of each eye, x and y in turn.
    """

    id: int
    outcome: Outcome
    reason: str
    box: Box
    eyes: Box
    rings: tuple[tuple[float, ...], ...]

    @property
    def choosable(self) -> bool:
        return self.outcome in ("closed", "unsure")

    @property
    def seems_open(self) -> bool:
        """Whether it can be chosen only by saying that it is not."""
        return self.outcome == "already_open"

    def to_json(self) -> dict[str, Any]:
        boxes = {name: _listed(getattr(self, name)) for name in ("box", "eyes")}
        return {"id": self.id, "outcome": self.outcome, "reason": self.reason, **boxes, "rings": self.rings}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> FaceRegion:
        rings = tuple(tuple(ring) for ring in values["rings"])
        return cls(values["id"], values["outcome"], values["reason"], Box(*values["box"]), Box(*values["eyes"]), rings)


@dataclass(frozen=True, slots=True)
class PhotoFaces:
    """The size of a photo, and the faces in it."""

    size_wh: tuple[int, int]
    faces: tuple[FaceRegion, ...]


def photo_faces(found: Inspected) -> PhotoFaces:
    """What was found in a photo, in fractions of its size."""
    w, h = found.photo.size_wh
    faces = []
    for report, face in zip(found.faces, found.detected, strict=True):
        points = face.landmarks[:, :2] / (w, h)
        left, right = (face.landmarks[OUTER_CORNER[side], :2] for side in SIDES)
        apart = max(1.0, float(((left - right) ** 2).sum() ** 0.5))
        x, y = (left + right) / 2
        half_w, half_h = (apart * share / 2 for share in CLOSE_UP_WH)
        eyes = Box(x - half_w, y - half_h, x + half_w, y + half_h).clipped((w, h))
        rings = tuple(tuple(round(float(v), 5) for v in points[EYE_RING[side]].ravel()) for side in SIDES)
        box = report.box.clipped((w, h))
        places = _scaled(box, w, h), _scaled(eyes, w, h)
        faces.append(FaceRegion(report.id, report.outcome, report.reason, *places, rings))
    return PhotoFaces((w, h), tuple(faces))


def _scaled(box: Box, w: int, h: int) -> Box:
    return Box(box.left / w, box.top / h, box.right / w, box.bottom / h)


def _listed(box: Box) -> list[float]:
    return [round(side, 5) for side in (box.left, box.top, box.right, box.bottom)]
