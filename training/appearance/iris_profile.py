"""`python -m training.appearance.iris_profile FACES`: how bright irises are from pupil to rim, and their lights.

FACES is a folder of open-eyed faces; the sharper, the more this tells. Eyes are grouped in thirds by how bright the
iris is beside the white. Prints of each the median brightness at every distance from the centre as a multiple of the
iris' own, beside it, where neither lid shades it; the pupil's as a multiple of the white's; how much fibres deviate;
where the brightest spot lies, and how bright and wide it is. `pattern.py`, `round_iris.py` and `drawn_light.py` have
their constants from there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from open_the_eyes.imaging.arrays import to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.imaging.smooth import smoothed
from open_the_eyes.models.appearance.irises.ball import Ball, ball_of, catch_light

from ..faces import Portrait, pictures_in, portraits

DISTANCES: Final = np.arange(0, 1.55, 0.1)
BESIDE: Final = 0.6
"""Only what lies no further above or below the iris' centre, in radii, counts for brightness."""
LARGEST: Final = 3
"""Eyes are drawn so many times as large first: a small iris has few pixels at each distance."""
GROUPS: Final = 3
"""Dark, between and light."""


@dataclass(frozen=True, slots=True)
class Iris:
    """One iris: brightness at each distance as a multiple of the iris' own, NaN where none is seen, and the rest."""

    profile: NDArray[np.float64]
    beside_white: float
    pupil: float
    fibres: float
    light_xy: tuple[float, float]
    light_beside_white: float
    light_radius: float


def irises_of(portrait: Portrait) -> Iterator[Iris]:
    """Those of one face that can be measured."""
    for side in SIDES:
        marks = portrait.landmarks[IRIS[side], :2]
        ring = portrait.landmarks[EYE_RING[side], :2]
        left, top = np.maximum(np.floor(ring.min(axis=0) - 10).astype(int), 0)
        right, bottom = np.ceil(ring.max(axis=0) + 10).astype(int)
        small = to_tones(portrait.pixels[top:bottom, left:right])
        if small.size == 0:
            continue
        picture = np.asarray(cv2.resize(small, None, fx=LARGEST, fy=LARGEST, interpolation=cv2.INTER_CUBIC), np.float32)
        marks, ring = ((points - (left, top) + 0.5) * LARGEST - 0.5 for points in (marks, ring))
        ball = ball_of(picture, EyeShape.of(ring, marks, side))
        if ball is not None:
            yield measured(ball)


def measured(ball: Ball) -> Iris:
    """What one eye tells."""
    level, r, seen = luma_of(ball.pixels), ball.from_centre, ball.clear > 0.5
    beside = seen & (np.abs(ball.down) < BESIDE)
    rings = [level[beside & (np.abs(r - distance) < 0.05)] for distance in DISTANCES]
    profile = np.array([float(np.median(ring)) if ring.size > 8 else np.nan for ring in rings])
    logs = np.log(np.maximum(level, 4))
    fine = (logs - smoothed(logs, 0.2 * ball.radius))[seen & (r > 0.55) & (r < 0.8) & (ball.down > -0.2)]
    light = catch_light(ball)
    lit = seen & (r < 0.8) & (level > ball.iris_level * (1 + light.strength / 2)) & (light.strength > 0)
    return Iris(
        profile / ball.iris_level,
        ball.iris_level / ball.white_level,
        float(np.nanmin(profile[:4], initial=np.inf)) / ball.white_level,
        float(fine.std()) if fine.size else 0.0,
        light.xy,
        ball.iris_level * (1 + light.strength) / ball.white_level,
        float(np.sqrt(lit.sum() / np.pi) / ball.radius),
    )


def table_of(irises: list[Iris]) -> Table:
    """Medians of three groups."""
    groups = np.array_split(sorted(irises, key=lambda iris: iris.beside_white), GROUPS)
    table = Table(*("", "dark", "between", "light"), title=f"{len(irises)} irises, medians; lengths in radii")

    def row(name: str, values: list[float], digits: int = 2) -> None:
        table.add_row(name, *(f"{value:.{digits}f}" for value in values))

    row("iris : white", [float(np.median([i.beside_white for i in group])) for group in groups])
    row("pupil : white", [float(np.median([i.pupil for i in group])) for group in groups])
    for n, distance in enumerate(DISTANCES):
        row(f"at {distance:.1f}, : iris", [float(np.nanmedian([i.profile[n] for i in group])) for group in groups])
    row("fibres, log", [float(np.median([i.fibres for i in group])) for group in groups], 3)
    for n, name in enumerate(("light to the left eye's nose", "light down")):
        row(name, [float(np.median([i.light_xy[n] for i in group])) for group in groups])
    row("light : white", [float(np.median([i.light_beside_white for i in group])) for group in groups])
    row("light's radius", [float(np.median([i.light_radius for i in group])) for group in groups])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed faces, one a picture")
    given = parser.parse_args()
    found = portraits(pictures_in(given.faces))
    irises = [iris for portrait in found for iris in irises_of(portrait)]
    if len(irises) < GROUPS:
        raise SystemExit(f"{given.faces}: expected irises of open-eyed faces, at least {GROUPS}, found {len(irises)}.")
    Console().print(table_of(irises))


if __name__ == "__main__":
    main()
