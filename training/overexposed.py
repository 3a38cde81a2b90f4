"""`python -m training.overexposed FACES ... [--stops N ...] [--sample N]`: eyes opened where skin is cut off at white.

Portraits with open eyes are exposed by so many stops more and cut off, get a painted blink and are opened: once as a
shorter exposure would show them (`models.appearance.light.highlights`) and once straight into the photo. Measured under
the patch against the true eyes, exposed and cut off alike: L1, levels as 0..1; how far their colours lie apart in
CIELAB's a and b; and by how much they are redder, or greener where that is negative (mean of a). Means over the
portraits in which anything is cut off.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.light.highlights import ShorterExposure
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

from .appearance.evaluate import crop_of, usable
from .faces import Portrait, detector, pictures_in, portraits, sample_of
from .painters import Straight

COVERED: Final = 0.5
"""Pixels under at least so much of the patch are measured."""


@dataclass(frozen=True, slots=True)
class Apart:
    """New eyes against the true ones."""

    l1: float
    colour: float
    redder: float


def exposed(pixels: Rgb, stops: float) -> Rgb:
    """(H, W, 3) sRGB with 2 ** `stops` times the light (IEC 61966-2-1), cut off at white."""
    coded = pixels.astype(np.float64) / 255
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4) * 2.0**stops
    return to_levels(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


def compared(portrait: Portrait, stops: float, painters: dict[str, AppearanceGenerator]) -> dict[str, Apart]:
    """The portrait exposed more and opened in each way; none where nothing is cut off or the blink cannot be opened."""
    true = exposed(portrait.pixels, stops)
    blink = paint_blink(true, portrait.landmarks)
    face = detector().measure(blink, crop_of(portrait).face)
    shut = None if face is None else crop(blink, face, SIDES)
    if shut is None or ShorterExposure.of(shut) is None:
        return {}
    truth = np.asarray(shut.window.cut(true), np.uint8)
    out = {}
    for way, painter in painters.items():
        (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
        made, inside = blend(shut, patch), patch.mask >= COVERED
        off = (_lab(made) - _lab(truth))[inside]
        l1 = float(np.abs(made[inside].astype(int) - truth[inside]).mean()) / 255
        out[way] = Apart(l1, float(np.hypot(off[:, 1], off[:, 2]).mean()), float(off[:, 1].mean()))
    return out


def _lab(pixels: Rgb) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="+", help="folders")
    parser.add_argument("--stops", type=float, nargs="+", default=[1.0, 1.6])
    parser.add_argument("--sample", type=int, default=60, help="so many portraits, the same ones every time")
    given = parser.parse_args()
    paths = [path for folder in given.faces for path in pictures_in(folder)]
    seen = [portrait for portrait in portraits(sample_of(paths, given.sample)) if usable(portrait)]
    painters = {"straight": Straight(), "shorter exposure": AppearanceGenerator()}
    table = Table("stops more", "portraits", "painted", "L1", "colour", "redder")
    for stops in given.stops:
        each = [compared(portrait, stops, painters) for portrait in track(seen, f"{stops} stops")]
        cut = [one for one in each if one]
        for way in painters if cut else ():
            mean = np.mean([(one[way].l1, one[way].colour, one[way].redder) for one in cut], axis=0)
            table.add_row(f"{stops:g}", str(len(cut)), way, f"{mean[0]:.4f}", f"{mean[1]:.2f}", f"{mean[2]:+.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
