"""The product shown on a portrait that may be shown: a blink is painted, then opened, and both are set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from .. import files
from ..engine import Engine, load_engine
from ..errors import OpenTheEyesError, PhotoNotWritten
from ..imaging.arrays import Points, Rgb
from ..imaging.face.eye_corners import eyes_apart
from ..imaging.face.mesh478 import EYE_RING
from ..imaging.geometry import Box
from ..options import EngineName
from ..photo import Photo
from ..pipeline import open_eyes
from ..portrait import portrait
from ..progress import Progress
from ..report import Report
from ..roles import Face
from ..system.arithmetic import one_blas_thread
from .blink import paint_blink

NAMES: Final = ("before.png", "after.png", "before-after.png")
LABELS: Final = ("Original (NASA, public domain)", "Blink painted on", "Opened by Open The Eyes")
COLUMN_PX: Final = 512
BORDER_PX, GAP_PX, LABEL_PX = 24, 12, 20
"""White around everything, the gap between the pictures, and the size of the letters."""
PAPER, INK = 255, (90, 90, 90)
EYES_WIDTH: Final = 2.0
"""Width of the enlarged strip, in distances between the outer corners of the eyes."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The pictures written: the blink, the opened eyes, both beside the original; and the report of opening them."""

    before: Path
    after: Path
    sheet: Path
    report: Report


@one_blas_thread()
def run_demo(
    folder: Path, engine: EngineName | Engine = "auto", progress: Progress | None = None, *, overwrite: bool = False
) -> DemoResult:
    """Paints a blink on a public-domain portrait, opens it as any other photo, and writes three pictures to `folder`.

    The folder is made where there is none. With `overwrite`, files called `NAMES` in it are replaced.

    Raises:
        PhotoNotWritten: the folder is a file, or cannot be written, or has a file of one of these names.
        WeightsMissing: the portrait's file is not as the package has it.
        OpenTheEyesError: the engine finds no face on the portrait.
    """
    tell = progress or _silent
    before, after, sheet = (_made(folder) / name for name in NAMES)
    for path in (before, after, sheet):
        files.check_free(path, overwrite=overwrite)
    tell("blink", 0.0)
    engine = load_engine(engine) if isinstance(engine, str) else engine
    original, blinked, landmarks = blinked_portrait(engine)
    files.write(Photo(blinked), before, record=None, overwrite=overwrite)

    opened = open_eyes(before, engine=engine, progress=lambda stage, fraction: tell(stage, 0.2 + 0.7 * fraction))
    report = opened.save(after, overwrite=overwrite)

    tell("sheet", 0.9)
    picture = side_by_side((original, blinked, opened.photo.pixels), landmarks)
    files.write(Photo(picture), sheet, record=None, overwrite=overwrite)
    tell("sheet", 1.0)
    return DemoResult(before, after, sheet, report)


def blinked_portrait(engine: Engine) -> tuple[Rgb, Rgb, Points]:
    """The public-domain portrait, the same with a blink painted on, and the mesh of its face.

    Raises:
        WeightsMissing: the portrait's file is not as the package has it.
        OpenTheEyesError: the engine finds no face on it.
    """
    original = portrait()
    landmarks = _face_of(original, engine).landmarks
    return original, paint_blink(original, landmarks), landmarks


def side_by_side(pictures: Sequence[Rgb], landmarks: Points, labels: Sequence[str] = LABELS) -> Rgb:
    """Pictures of one face, all (H, W, 3), and its mesh -> a labelled sheet: whole above, eyes enlarged below."""
    strip = _eyes_strip(landmarks, pictures[0])
    columns = []
    for picture, label in zip(pictures, labels, strict=True):
        parts = (_written(label), _as_wide(picture), _white(GAP_PX, COLUMN_PX), _as_wide(strip.cut(picture)))
        columns += [np.vstack(parts)]
    gap = _white(columns[0].shape[0], GAP_PX)
    row = np.hstack([part for column in columns for part in (gap, column)][1:])
    sides = ((BORDER_PX, BORDER_PX), (BORDER_PX, BORDER_PX), (0, 0))
    return np.pad(row, sides, constant_values=PAPER)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise PhotoNotWritten(f"{folder}: expected a folder for the demo's pictures, this is a file.") from None
    except OSError as error:
        raise PhotoNotWritten(f"{folder}: expected to make this folder, got: {error.strerror or error}.") from error
    return folder


def _face_of(picture: Rgb, engine: Engine) -> Face:
    """The largest face."""
    faces = engine.detector.detect(picture)
    if not faces:
        raise OpenTheEyesError(
            f"demo: expected detector {engine.detector.name} to find the portrait's face, it found none; "
            "`open-the-eyes doctor` says what is missing."
        )
    return max(faces, key=lambda face: face.box.area)


def _eyes_strip(landmarks: Points, picture: Rgb) -> Box:
    """The part of a picture around both eyes, whole pixels."""
    x, y = Box.around(landmarks[EYE_RING["left"] + EYE_RING["right"]]).centre_xy
    wide = EYES_WIDTH * eyes_apart(landmarks)
    return Box(x - wide / 2, y - 0.24 * wide, x + wide / 2, y + 0.18 * wide).within(picture)


def _as_wide(picture: Rgb) -> Rgb:
    """The picture brought to the width of a column."""
    h, w = picture.shape[:2]
    if w == COLUMN_PX:
        return picture
    size_wh = COLUMN_PX, max(round(h * COLUMN_PX / w), 1)
    way = cv2.INTER_AREA if w > COLUMN_PX else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(picture, size_wh, interpolation=way), dtype=np.uint8)


def _written(text: str) -> Rgb:
    """A line of text in the middle of a white band as wide as a column; drawn large and brought down."""
    zoom, font = 4, cv2.FONT_HERSHEY_DUPLEX
    height = LABEL_PX + GAP_PX
    scale = cv2.getFontScaleFromHeight(font, round(0.62 * LABEL_PX * zoom), 1)
    width = cv2.getTextSize(text, font, scale, 2)[0][0]
    band = np.ascontiguousarray(_white(height * zoom, COLUMN_PX * zoom))
    place = (COLUMN_PX * zoom - width) // 2, round(0.72 * LABEL_PX * zoom)
    cv2.putText(band, text, place, font, scale, INK, 3, cv2.LINE_AA)
    return np.asarray(cv2.resize(band, (COLUMN_PX, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _white(height: int, width: int) -> Rgb:
    return np.full((height, width, 3), PAPER, np.uint8)


def _silent(stage: str, fraction: float) -> None:
    """Tells nobody."""
