"""`python -m training.focus FACES [--blur S ...] [--open FACES]`: how soft photos are, and the eyes opened in them.

FACES is a folder of blinks, one face a picture. Each is opened as it is and blurred by Gaussians of so many pixels. A
line for each: at how many the painted eyes are blurred (`imaging.detail.focus`); and the blur of the shut eyes, of the
eyes as painted, and of these in the photo, as multiples of that of the face around them, medians over the pictures.
What open eyes have in truth is told by the faces of --open, blurred alike, in the last column.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import load_engine
from open_the_eyes.imaging.arrays import Plane, Rgb, to_tones
from open_the_eyes.imaging.detail.focus import measured, soft_part, softness
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, EyeGenerator, FaceDetector, Request
from open_the_eyes.stages.blend import Degradation, blend

from .faces import pictures_in, read_rgb
from .noise import cut


def blurred(pictures: Iterable[Rgb], by: float, detector: FaceDetector) -> list[Crop]:
    """The faces of pictures that are blurred by so many pixels; without those that are not found any more."""
    seen = (np.asarray(cv2.GaussianBlur(p, (0, 0), by), np.uint8) if by > 0 else p for p in pictures)
    return [found for pixels in seen if (found := cut(pixels, detector)) is not None]


def beside(crop: Crop, pictures: Iterable[Plane]) -> list[float]:
    """How soft the eyes are in pictures of the crop, beside what is around them; NaN where too few edges tell."""
    around = softness(measured(crop.pixels, crop.landmarks), measured(crop.mask, crop.landmarks) <= 0)
    painted = measured(crop.mask, crop.landmarks) > 0.5
    each = [softness(measured(picture, crop.landmarks), painted) for picture in pictures]
    return [np.nan if around is None or eyes is None else eyes / around for eyes in each]


def opened(shut: Crop, painter: EyeGenerator) -> list[float]:
    """Whether its eyes are blurred, 0 or 1; then `beside` of the shut eyes, the painted ones, those in the photo."""
    (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
    around = Degradation.of(shut)
    part = Box.of(shut.mask)
    soft = soft_part(patch.pixels, part, around.blur, np.minimum(patch.mask, shut.mask), shut.landmarks)
    pictures = (to_tones(shut.pixels), patch.pixels, to_tones(blend(shut, patch, around)))
    return [float(not np.array_equal(soft, patch.pixels)), *beside(shut, pictures)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--blur", type=float, nargs="+", default=[0.0, 1.0, 2.0, 3.0], metavar="S", help="pixels")
    parser.add_argument("--open", type=Path, metavar="FACES", help="a folder of open-eyed faces, one a picture")
    given = parser.parse_args()
    engine = load_engine("appearance")
    folders = [given.faces, given.open] if given.open else [given.faces]
    pictures = [[p for path in pictures_in(folder) if (p := read_rgb(path)) is not None] for folder in folders]
    table = Table("blurred by", "softened", "shut", "painted", "in the photo", "truly open")
    for by in given.blur:
        crops = blurred(track(pictures[0], f"blurred by {by:g}"), by, engine.detector)
        if not crops:
            raise SystemExit(f"{given.faces}: expected pictures with a face, found none.")
        rows = np.array([opened(shut, engine.generator) for shut in crops])
        medians, softened = np.nanmedian(rows[:, 1:], axis=0).tolist(), f"{rows[:, 0].sum():.0f} of {len(crops)}"
        for others in pictures[1:]:
            true = [beside(c, [to_tones(c.pixels)]) for c in blurred(others, by, engine.detector)]
            medians.append(float(np.nanmedian(true)))
        table.add_row(f"{by:g}", softened, *(f"{value:.2f}" for value in medians))
    Console().print(table)


if __name__ == "__main__":
    main()
