"""`python -m training.catch_lights PHOTOS ...`: how many lights opened eyes mirror, and whether both of a face agree.

Opens every photo of the folders and looks for lights in the irises of the finished faces, which are found anew: places
that are brighter than what is around them, than the iris, and than a share of the eye's brightest. With `--as-they-are`
nothing is opened: open-eyed photographs tell what is usual. Eyes smaller than `SMALLEST` pixels show no two lights.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.imaging.arrays import Rgb, to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.imaging.smooth import smoothed
from open_the_eyes.models.appearance.irises.ball import GLINT, Ball, ball_of
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.roles import Face

from .faces import pictures_in, read_rgb

SMALLEST: Final = 30.0
"""Corner to corner, pixels."""
BLUR: Final = 0.04
"""Standard deviation, in radii of the iris: grain is no light."""
WITHIN, CLEAR = 0.75, 0.5
"""A light lies so near to the iris' centre, in radii, and so clear of the lids."""
APART: Final = 0.3
"""Lights nearer to each other than this, in radii, are one."""
SHARE: Final = 0.3
"""A light is so bright beside its eye's brightest, both over the iris."""


def lights_of(ball: Ball) -> list[tuple[float, float]]:
    """Where lights lie in an iris, the brightest first: radii towards one side of the picture, and down the face."""
    level = smoothed(luma_of(ball.pixels), max(BLUR * ball.radius, 0.4))
    clear_iris = (ball.from_centre < WITHIN) & (ball.clear > CLEAR)
    over = np.where(clear_iris, level - GLINT * ball.iris_level, -1).astype(np.float32)
    side = max(round(APART * ball.radius), 1) * 2 + 1
    peaks = (over == cv2.dilate(over, np.ones((side, side)))) & (over > 0) & (over > SHARE * over.max())
    brightest_first = np.argsort(-over[peaks])
    across, down = ball.side_sign * ball.across[peaks][brightest_first], ball.down[peaks][brightest_first]
    return list(zip(across.tolist(), down.tolist(), strict=True))


def balls_of(pixels: Rgb, face: Face) -> list[Ball]:
    """The open eyes of a face that are large enough."""
    marks = face.landmarks[:, :2]
    shapes = [EyeShape.of(marks[list(EYE_RING[side])], marks[list(IRIS[side])], side) for side in SIDES]
    balls = [ball_of(to_tones(pixels), shape) for shape in shapes if shape.width >= SMALLEST]
    return [ball for ball in balls if ball is not None]


def faces_in(path: Path, engine: Engine, as_they_are: bool) -> Iterator[list[list[tuple[float, float]]]]:
    """Of each face that was opened, or of each: the lights of each eye."""
    pixels = read_rgb(path)
    if pixels is None:
        return
    wanted = None
    if not as_they_are:
        result = open_eyes(path, engine=engine)
        pixels, wanted = result.photo.pixels, {face.id for face in result.faces if face.outcome == "opened"}
    for number, face in enumerate(engine.detector.detect(pixels), 1):
        if wanted is None or number in wanted:
            yield [lights_of(ball) for ball in balls_of(pixels, face)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="+", help="folders")
    parser.add_argument("--as-they-are", action="store_true", help="open nothing")
    given = parser.parse_args()
    photos, engine = [path for folder in given.photos for path in pictures_in(folder)], load_engine()
    faces = [face for path in track(photos, "photos") for face in faces_in(path, engine, given.as_they_are)]
    eyes = [lights for face in faces for lights in face]
    pairs = [face for face in faces if len(face) == 2 and all(face)]
    apart = [float(np.hypot(*np.subtract(one[0], two[0]))) for one, two in pairs]
    table = Table("eyes", "without light", "one", "several", "apart in a face (radii, median)")
    counts = [sum(len(lights) == n for lights in eyes) for n in (0, 1)]
    shares = [f"{100 * n / max(len(eyes), 1):.1f} %" for n in (*counts, len(eyes) - sum(counts))]
    table.add_row(str(len(eyes)), *shares, f"{np.median(apart):.2f}" if apart else "-")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
