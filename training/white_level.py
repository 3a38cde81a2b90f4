"""`python -m training.white_level FACES... [--closed FOLDER] [--sample N]`: how bright whites are beside lit skin.

Open eyes tell how bright a white is in the light that the face's brightest skin is in
(`light.white_level.LIT_WHITE`). Then eyes are opened, once with whites as bright as the model paints them and once as
the product does, and both are held against the true ones: root mean square of logarithms. Blinks are painted on FACES;
with --closed, a folder with `closed.csv`, photographed ones that have an open frame are taken as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from open_the_eyes.imaging.arrays import Points, Rgb, to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES, Side
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.irises.ball import ball_of
from open_the_eyes.models.appearance.light.white_level import LIT_WHITE, white_levels
from open_the_eyes.models.appearance.steps import Step, relight_whites
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

from .appearance.evaluate import crop_of
from .appearance.hues import painted_blinks, photographed_blinks
from .faces import Portrait, detector, expect_faces, pictures_in, portraits, sample_of

DARK: Final = 90.0
"""Whites that the model paints darker than this, 0..255, count once more on their own."""


class _AsPainted(AppearanceGenerator):
    """Whites as the model has them."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for step in super().steps if step is not relight_whites)


@dataclass(frozen=True, slots=True)
class White:
    """One eye: levels 0..255 of its white in truth, as painted and as the product has it, and as the light tells."""

    true: float
    painted: float
    lit: float
    estimated: float


def shape_of(marks: Points, side: Side) -> EyeShape:
    return EyeShape.of(marks[EYE_RING[side], :2], marks[IRIS[side], :2], side)


def level_of(pixels: Rgb, marks: Points, side: Side) -> float | None:
    ball = ball_of(to_tones(pixels), shape_of(marks, side))
    return None if ball is None else ball.white_level


def whites(true: Portrait, shut: Portrait, painters: tuple[AppearanceGenerator, AppearanceGenerator]) -> list[White]:
    """Of each eye that can be measured."""
    around = crop(shut.pixels, crop_of(shut).face, SIDES)
    estimated = white_levels(around, {side: shape_of(around.landmarks, side) for side in SIDES})
    made = [_opened(shut, around, painter) for painter in painters]
    found = []
    for side in estimated:
        levels = [None if one is None else level_of(one.pixels, one.landmarks, side) for one in (true, *made)]
        known = [level for level in levels if level is not None]
        if len(known) == len(levels):
            found.append(White(known[0], known[1], known[2], estimated[side]))
    return found


def _opened(shut: Portrait, around: Crop, painter: AppearanceGenerator) -> Portrait | None:
    (patch,) = painter.generate([Request(around, seed=0)], GenerateOptions())
    made = shut.pixels.copy()
    around.window.cut(made)[...] = blend(around, patch)
    face = detector().measure(made, around.face)
    return None if face is None else Portrait(shut.path, made, face.landmarks)


def row_of(name: str, found: list[White]) -> list[str]:
    if not found:
        return [name, "0"]
    true, painted, lit, estimated = np.log(np.array([(w.true, w.painted, w.lit, w.estimated) for w in found])).T
    off = [f"{np.sqrt(np.mean((one - true) ** 2)):.3f}" for one in (painted, lit)]
    return [name, str(len(found)), f"{LIT_WHITE * np.exp(np.median(true - estimated)):.0f}", *off]


def measured(
    blinks: Iterable[tuple[Portrait, Portrait]], painters: tuple[AppearanceGenerator, AppearanceGenerator]
) -> list[White]:
    return [white for true, shut in blinks for white in whites(true, shut, painters)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="+", help="folders of open-eyed portraits, one face a picture")
    parser.add_argument("--closed", type=Path, help="a folder of photographed blinks, with its table")
    parser.add_argument("--sample", type=int, help="so many portraits of each folder, always the same ones")
    given = parser.parse_args()
    # found first: a process forked from one that has painted may wait for its threads for ever
    photographed = [] if given.closed is None else photographed_blinks(given.closed)
    folders = {path.name: list(portraits(sample_of(pictures_in(path), given.sample))) for path in given.faces}
    painters = (_AsPainted(), AppearanceGenerator())
    table = Table("", "eyes", "lit white", "as painted", "lit", title="whites against the true ones")
    found = {"photographed": measured(photographed, painters)}
    found |= {name: measured(painted_blinks(faces), painters) for name, faces in folders.items()}
    every = [white for some in found.values() for white in some]
    expect_faces(len(every), 1, given.faces[0])
    for name, some in found.items():
        table.add_row(*row_of(name, some))
    dark = [white for white in every if white.painted < DARK]
    table.add_row(*row_of(f"painted darker than {DARK:.0f}", dark))
    Console().print(table)


if __name__ == "__main__":
    main()
