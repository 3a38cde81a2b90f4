"""`python -m training.degraded FACES [--paint] [--kind KIND ...] [--out DIR]`: eyes opened in degraded photos.

FACES is a folder of blinks, of which the largest face counts, or with --paint of open-eyed people, whose largest face
gets a painted blink; these are degraded on purpose. What is wanted is the picture opened
first and degraded then; what is measured against it is the same picture degraded first and opened then. A row for each
kind of degradation and each way of painting: L1 where anything was painted, and by how many levels its darkest (1st
percentile of luma) and brightest (98th) lie off, on average in size; and how many of the pictures count as in odd light
(`models.appearance.light.usual_light`) and as moved (`imaging.detail.motion`). Lengths are for a face of 400 pixels.
--out writes what was compared: degraded, wanted, and each way. Such sheets show the folder's people: keep them private.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Face, Request
from open_the_eyes.stages.blend import Degradation, blend, lay
from open_the_eyes.stages.crop import crop

from .faces import detector, pictures_in, read_rgb
from .overexposed import exposed
from .painters import AsItCame
from .sheet import eyes_of, labelled, write_sheets

Degrade: TypeAlias = Callable[[Rgb, float], Rgb]
"""A picture and its face's width, pixels -> the picture degraded."""

Colour: TypeAlias = tuple[float, float, float]


def faded(black: Colour, white: Colour) -> Degrade:
    """Black and white lie at these colours."""
    return lambda pixels, _: to_levels(np.array(black) + pixels / 255 * np.subtract(white, black))


def in_light(share: Colour) -> Degrade:
    """So much of the light is left, in each colour."""

    def dimmed(pixels: Rgb, _: float) -> Rgb:
        return np.dstack([exposed(pixels[..., k], np.log2(share[k])) for k in range(3)])

    return dimmed


def moved(length: float, degrees: float) -> Degrade:
    """The camera moved by so many pixels."""

    def blurred(pixels: Rgb, face_px: float) -> Rgb:
        return np.asarray(cv2.filter2D(pixels, -1, _stroke(length * face_px / 400, degrees)), np.uint8)

    return blurred


def _stroke(length: float, degrees: float) -> NDArray[np.float32]:
    """The kernel of a movement by so many pixels, of a sum of 1."""
    finer, side = 8, 2 * round(length / 2) + 3
    way = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]) * length * finer / 2
    large, middle = np.zeros((side * finer, side * finer), np.float32), side * finer / 2
    first, last = (np.rint(middle + sign * way).astype(int).tolist() for sign in (-1, 1))
    cv2.line(large, first, last, (1.0,), finer - 2)
    kernel = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(kernel / kernel.sum(), np.float32)


KINDS: Final[dict[str, Degrade]] = {
    "none": lambda pixels, _: pixels,
    "a little faded": faded((40, 40, 40), (235, 235, 235)),
    "matte": faded((32, 32, 32), (250, 250, 250)),
    "faded": faded((70, 70, 70), (210, 210, 210)),
    "much faded": faded((90, 90, 90), (190, 190, 190)),
    "faded, warm": faded((95, 75, 60), (235, 215, 185)),
    "haze": faded((120, 120, 120), (245, 245, 245)),
    "a quarter of the light": in_light((0.25, 0.25, 0.25)),
    "a seventh of the light": in_light((0.15, 0.15, 0.15)),
    "amber light": in_light((1, 0.55, 0.12)),
    "candles": in_light((1, 0.42, 0.05)),
    "green light": in_light((0.5, 1, 0.5)),
    "moved by 9": moved(9, 0),
    "moved by 15": moved(15, 0),
    "moved by 12, down": moved(12, 90),
    "moved by 12, aslant": moved(12, 35),
}


def opened(pixels: Rgb, face: Face, painter: AppearanceGenerator) -> Rgb:
    """A picture with the eyes of one face opened, whatever a verification would say."""
    shut = crop(pixels, face, SIDES)
    (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
    return lay(pixels, shut, blend(shut, patch))


def off(made: Rgb, wanted: Rgb, where: NDArray[np.bool_]) -> list[float]:
    """L1, and the sizes of what darkest and brightest differ by; levels 0..255."""
    ends = [np.percentile(luma_of(pixels[where]), (1, 98)) for pixels in (made, wanted)]
    l1 = np.abs(made[where].astype(int) - wanted[where]).mean()
    return [float(l1), *np.abs(ends[0] - ends[1]).tolist()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--paint", action="store_true", help="these people have their eyes open")
    parser.add_argument("--kind", nargs="+", choices=sorted(KINDS), default=list(KINDS), metavar="KIND")
    parser.add_argument("--out", type=Path, help="a folder for sheets to look at")
    given = parser.parse_args()
    ways = {"as it came": AsItCame(), "in usual light": AppearanceGenerator()}
    pictures = [(path, pixels) for path in pictures_in(given.faces) if (pixels := read_rgb(path)) is not None]
    found = [(path, pixels, faces) for path, pixels in pictures if (faces := detector().detect(pixels))]
    seen = [(path, pixels, max(faces, key=lambda face: face.box.area)) for path, pixels, faces in found]
    if given.paint:
        seen = [(path, paint_blink(pixels, face.landmarks), face) for path, pixels, face in seen]
    seen = [(path, pixels, replace(face, refusal=None)) for path, pixels, face in seen]
    if not seen:
        raise SystemExit(f"{given.faces}: expected pictures with a face, found none.")
    first = [opened(pixels, face, ways["in usual light"]) for _, pixels, face in track(seen, "opened first")]
    table = Table("degraded", "painted", "L1", "darkest", "brightest", "odd", "moved")
    for kind in given.kind:
        figures: dict[str, list[list[float]]] = {way: [] for way in ways}
        rows, odd, shifted = [], dict.fromkeys(ways, 0), 0
        for (path, pixels, face), before in zip(track(seen, kind), first, strict=True):
            degraded, wanted = (KINDS[kind](p, face.box.width) for p in (pixels, before))
            shut = crop(degraded, face, SIDES)
            shifted += Degradation.of(shut).motion is not None
            for way, painter in ways.items():
                odd[way] += painter.lit(shut).crop is not shut
            made = {way: opened(degraded, face, painter) for way, painter in ways.items()}
            where = (before != pixels).any(axis=2)
            for way, picture in made.items():
                figures[way].append(off(picture, wanted, where))
            rows.append(_row([degraded, wanted, *made.values()], face, f"{path.stem[:26]} {kind}"))
        for way, each in figures.items():
            counts = (f"{count} of {len(seen)}" for count in (odd[way], shifted))
            table.add_row(kind, way, *(f"{value:.2f}" for value in np.mean(each, axis=0)), *counts)
        if given.out is not None:
            write_sheets(rows, given.out / kind.replace(",", "").replace(" ", "_"))
    Console(width=100).print(table)


def _row(pictures: Sequence[Rgb], face: Face, text: str) -> NDArray[np.uint8]:
    return labelled([eyes_of(pixels, face) for pixels in pictures], text)


if __name__ == "__main__":
    main()
