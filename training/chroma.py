"""`python -m training.chroma FACES... [--sample N]`: how soft photos' colours are, and what eyes gain by sharing it.

FACES are folders of open-eyed people, one a picture, who get a painted blink; it is opened, and the new eyes are laid
into the untouched portrait, once with colours as sharp as they are painted, once with colours as soft as the photo's
(`imaging.detail.chroma`). Between the true lids: how far red and blue, less luma, lie from the truth, in levels; and by
how much red less luma is off on average, below 0 where eyes are too green or blue. A row for each stretch of blurs that
were seen, and the mean blur in it, in eye widths.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_corners import seen_eye_width
from open_the_eyes.imaging.face.mesh478 import EYE_RING, SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.stages.blend import Degradation, blend
from open_the_eyes.stages.crop import crop

from .appearance.evaluate import crop_of, usable
from .faces import Portrait, detector, pictures_in, portraits, sample_of

STRETCHES: Final = (0.0, 0.02, 0.05, 0.1, 1.0)
"""Blurs between which portraits share a row, in eye widths."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One portrait: the blur of its colours in eye widths, and how far the eyes' colours are off, sharp and softened:
    (2, 2) of mean distance and red's mean difference, levels."""

    blur: float
    off: NDArray[np.float64]


def opened(portrait: Portrait, painter: AppearanceGenerator) -> Opened | None:
    """None where the painted blink is not found, or no pixel lies between the true lids."""
    blink = paint_blink(portrait.pixels, portrait.landmarks)
    face = detector().measure(blink, crop_of(portrait).face)
    if face is None:
        return None
    shut = crop(blink, face, SIDES)
    true = replace(shut, pixels=np.asarray(shut.window.cut(portrait.pixels), np.uint8).copy())
    between = _between_lids(portrait, true)
    if not between.any():
        return None
    (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
    measured = Degradation.of(shut)
    pictures = (blend(true, patch, replace(measured, chroma_blur=0.0)), blend(true, patch, measured))
    off = np.array([_off(picture, true.pixels, between) for picture in pictures])
    width = float(np.mean([seen_eye_width(shut.landmarks, side) for side in SIDES]))
    return Opened(measured.chroma_blur / width, off)


def _between_lids(portrait: Portrait, true: Crop) -> NDArray[np.bool_]:
    inside = np.zeros(true.mask.shape, np.uint8)
    for side in SIDES:
        ring = portrait.landmarks[EYE_RING[side], :2] - true.window.offset[:2]
        cv2.fillPoly(inside, [np.rint(ring).astype(np.int32)], 1)
    return inside > 0


def _off(made: Rgb, true: Rgb, where: NDArray[np.bool_]) -> tuple[float, float]:
    colours = [
        picture[where][:, ::2].astype(np.float32) - luma_of(picture[where].astype(np.float32))[:, None]
        for picture in (made, true)
    ]
    apart = colours[0] - colours[1]
    return float(np.abs(apart).mean()), float(apart[:, 0].mean())


def rows_of(all_opened: list[Opened]) -> Iterator[list[str]]:
    for low, high in pairwise(STRETCHES):
        these = [one for one in all_opened if low <= one.blur < high]
        if these:
            (sharp, sharp_red), (soft, soft_red) = np.mean([one.off for one in these], axis=0)
            blur = np.mean([one.blur for one in these])
            yield [
                f"{low:g} to {high:g}",
                *(str(len(these)), f"{blur:.3f}"),
                *(f"{sharp:.2f}", f"{soft:.2f}", f"{sharp_red:+.1f}", f"{soft_red:+.1f}"),
            ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="+", help="folders of open-eyed portraits, one face a picture")
    parser.add_argument("--sample", type=int, help="so many of each folder, always the same ones")
    given = parser.parse_args()
    painter = AppearanceGenerator()
    # found first: a process forked from one that has painted may wait for its threads for ever
    folders = {folder.name: list(portraits(sample_of(pictures_in(folder), given.sample))) for folder in given.faces}
    for name, found in folders.items():
        table = Table("blur", "portraits", "mean", "off", "off, softened", "red off", "red off, softened")
        eyes = [opened(one, painter) for one in track(found, name) if usable(one)]
        for row in rows_of([one for one in eyes if one is not None]):
            table.add_row(*row)
        Console().print(name, table)


if __name__ == "__main__":
    main()
