"""`python -m training.noise FACES [--noise S ...]`: how noisy photos are, and the eyes that are opened in them.

FACES is a folder of blinks, one face a picture. Each is opened as it is and with normal noise of so many levels'
standard deviation added, which is blurred a little as by a camera. A line for each: at how many pictures noise is seen
(`imaging.detail.noise`), and the noise under the patch as a multiple of that around it, medians over the pictures: of
the shut eyes, of the eyes as painted, and of these with the photo's noise. It is measured by another operator than the
one that adds it: Immerkaer, "Fast noise variance estimation" (1996), with a median in place of its mean, so that lashes
and edges do not count.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import load_engine
from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.detail.grain import MAD_TO_SIGMA
from open_the_eyes.imaging.detail.noise import noise_of
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, EyeGenerator, FaceDetector, Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

from .faces import pictures_in, read_rgb

BLUR: Final = 0.5
"""Standard deviation, pixels, of what demosaicing does to noise."""
LAPLACIAN: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
COVERED: Final = 0.5
"""Pixels under at least so much of the patch count as new."""
AROUND: Final = 41
"""What lies so many pixels around the mask counts as around it."""


def with_added(pixels: Rgb, strength: float) -> Rgb:
    """(H, W, 3) with noise of that standard deviation, always the same."""
    noise = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 1, pixels.shape).astype(np.float32), (0, 0), BLUR)
    return to_levels(to_tones(pixels) + np.asarray(strength * noise / noise.std(), np.float32))


def cut(pixels: Rgb, detector: FaceDetector) -> Crop | None:
    """The crop of the largest face, None where nothing can be opened in it."""
    faces = detector.detect(pixels)
    if not faces:
        return None
    face_crop = crop(pixels, max(faces, key=lambda face: face.box.area), SIDES)
    return face_crop if face_crop.mask.any() else None


def strength(pixels: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """The noise of (h, w, 3), where it is looked at."""
    found = cv2.filter2D(luma_of(pixels), -1, LAPLACIAN) / 6
    return MAD_TO_SIGMA * float(np.median(np.abs(found[where])))


def beside(shut: Crop, painter: EyeGenerator) -> list[float]:
    """The noise, how far it is seen, and as multiples of that around: of the shut eyes, the painted ones, and these in
    the photo."""
    (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
    new, taken = patch.mask >= COVERED, shut.mask > 0
    around = (cv2.dilate(taken.astype(np.uint8), np.ones((AROUND, AROUND))) > 0) & ~taken
    usual = max(strength(to_tones(shut.pixels), around), 1e-3)
    pictures = (to_tones(shut.pixels), patch.pixels, to_tones(blend(shut, patch)))
    noise = noise_of(shut.pixels, taken, shut.landmarks)
    return [noise.level, noise.seen, *(strength(picture, new) / usual for picture in pictures)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.0, 4.0, 8.0], metavar="S", help="levels of 255")
    given = parser.parse_args()
    engine = load_engine("appearance")
    pictures = [pixels for path in pictures_in(given.faces) if (pixels := read_rgb(path)) is not None]
    table = Table("noise added", "noise, median", "seen in", "shut", "painted", "with noise")
    for added in given.noise:
        noisy = (with_added(pixels, added) for pixels in track(pictures, f"noise of {added:g}"))
        crops = [found for pixels in noisy if (found := cut(pixels, engine.detector)) is not None]
        if not crops:
            raise SystemExit(f"{given.faces}: expected pictures with a face, found none.")
        rows = np.array([beside(shut, engine.generator) for shut in crops])
        seen = f"{100 * np.mean(rows[:, 1] > 0):.0f} % of {len(rows)}"
        table.add_row(f"{added:g}", f"{np.median(rows[:, 0]):.1f}", seen, *(f"{v:.2f}" for v in np.median(rows, 0)[2:]))
    Console().print(table)


if __name__ == "__main__":
    main()
