"""Numbered faces with the states of their eyes, drawn on a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from ..imaging.arrays import Points, Rgb
from ..imaging.geometry import Box

Kind = Literal["open", "closed", "unsure", "refused"]

_RGB: Final[dict[Kind, tuple[int, int, int]]] = {
    "open": (60, 200, 90),
    "closed": (255, 140, 0),
    "unsure": (250, 220, 60),
    "refused": (175, 175, 175),
}
_INK: Final = (0, 0, 0)
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_TEXT_SHARE: Final = 0.028  # of the photo's mean side: read at a glance when the whole photo fills a screen
_TEXT_MIN_PX: Final = 11
_SHIFT: Final = 3  # OpenCV's fixed point: eye outlines keep eighths of a pixel


@dataclass(frozen=True, slots=True)
class FaceMark:
    """One face to draw: its box, its number, a short ASCII text, what colour, and the outlines of its eyes, (N, 2+)."""

    box: Box
    number: int
    label: str
    kind: Kind
    eye_rings: tuple[Points, ...] = ()


def annotate(pixels: Rgb, marks: Sequence[FaceMark]) -> Rgb:
    """A fresh copy of the photo with every mark on it; letters and lines grow with the photo.

    Labels such as "2 closed" stand above their box, or below it where the photo ends, and never outside the photo.
    """
    canvas = np.ascontiguousarray(pixels).copy()
    height, width = canvas.shape[:2]
    text_px = max(_TEXT_MIN_PX, _TEXT_SHARE * (height + width) / 2)
    line_px = max(1, round(text_px / 9))
    for mark in marks:
        _outline(canvas, mark, line_px)
    for mark in marks:  # letters last: no box crosses them
        _label(canvas, mark, text_px)
    return canvas


def _outline(canvas: Rgb, mark: FaceMark, line_px: int) -> None:
    height, width = canvas.shape[:2]
    box = mark.box.to_whole().clipped((width - 1, height - 1))
    colour = _RGB[mark.kind]
    cv2.rectangle(canvas, (int(box.left), int(box.top)), (int(box.right), int(box.bottom)), colour, line_px)
    for ring in mark.eye_rings:
        fixed = np.rint(ring[:, :2] * 2**_SHIFT).astype(np.int32)
        cv2.polylines(canvas, [fixed], True, colour, max(1, line_px // 2), cv2.LINE_AA, _SHIFT)


def _label(canvas: Rgb, mark: FaceMark, text_px: float) -> None:
    height, width = canvas.shape[:2]
    text = f"{mark.number} {mark.label}".strip()
    stroke = max(1, int(text_px / 13))
    scale = cv2.getFontScaleFromHeight(_FONT, round(text_px * 0.75), stroke)
    (text_w, text_h), under = cv2.getTextSize(text, _FONT, scale, stroke)
    if text_w > width:  # a photo narrower than the words: smaller letters rather than lost ones
        scale *= width / text_w
        (text_w, text_h), under = cv2.getTextSize(text, _FONT, scale, 1)
        stroke = 1
    pad = max(1, round(text_px / 6))
    plate_h = text_h + under + 2 * pad
    left = int(min(max(mark.box.left, 0), max(0, width - text_w - 2 * pad)))
    above = int(mark.box.top) - plate_h
    top = above if above >= 0 else int(min(mark.box.bottom, height - plate_h))
    top = max(top, 0)
    cv2.rectangle(canvas, (left, top), (left + text_w + 2 * pad, top + plate_h), _RGB[mark.kind], cv2.FILLED)
    cv2.putText(canvas, text, (left + pad, top + pad + text_h), _FONT, scale, _INK, stroke, cv2.LINE_AA)
