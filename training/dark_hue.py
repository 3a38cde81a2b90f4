"""`python -m training.dark_hue FACES [--portraits FOLDER...]`: the hue of lashes and lash lines, opened and in truth.

FACES is a folder with `closed.csv`: real blinks, of which those with an open frame of the same person and scene tell.
Portraits get a painted blink. Measured is what is darkest along the upper lid and at the outer corner, beside the skin
below: by how much blue over red, and green over both, move with it, in logarithms. A set a line: how far opened eyes
are off the true ones (root mean square), and how far the hue is off that the shut lashes alone and the brows alone
foretell for such a darkness (`models/appearance/light/dark_hue.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from open_the_eyes.imaging.arrays import Points, Rgb, Tones, to_tones
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.light.dark_hue import ShutEye, brow_beside, darkest_of, softened_logs
from open_the_eyes.models.appearance.skin.shut_eye_regions import MIN_PIXELS
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

from .appearance.evaluate import crop_of
from .appearance.hues import painted_blinks, photographed_blinks
from .faces import Portrait, detector, pictures_in, portraits, sample_of
from .lash_line import shapes

LASHES: Final = (0.0, 0.06)
"""So far above an open upper lid's edge they are measured, in eye widths."""
CORNER: Final = (-0.25, 0.05, 0.2)
"""Along the eye from the outer corner, and so far over and under the lids' line there."""
SKIN: Final = (0.05, 0.15)
"""So far under the lower lid there is skin."""


def of_line(photo: Tones, shut: EyeShape) -> NDArray[np.float32] | None:
    """(3,): by how much the logarithms of the darkest of a shut eye's line differ from those of the skin below it, in a
    picture (h, w, 3); None where too little of either is seen."""
    eye = ShutEye.of(photo, shut)
    return None if eye is None else eye.line


def of_brow(photo: Tones, landmarks: Points, side: Side, shut: EyeShape) -> NDArray[np.float32] | None:
    """The same of the brow over it, of the face whose landmarks (478, 2+) are given."""
    eye = ShutEye.of(photo, shut)
    return None if eye is None else brow_beside(photo, landmarks, side, eye.skin)


def darkest(pixels: Tones, where: NDArray[np.bool_], skin: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """(3,): by how much the logarithms of the darkest pixels there differ from the skin's; None where these are few."""
    if min(where.sum(), skin.sum()) < MIN_PIXELS:
        return None
    logs = softened_logs(pixels)
    return darkest_of(logs[where], np.median(logs[skin], axis=0))


def open_eyes_hue(pixels: Rgb, shape: EyeShape) -> NDArray[np.float32] | None:
    """(3,): by how much the logarithms of the darkest around an open eye differ from its skin's; None if not seen."""
    part = Box.around(shape.ring).grown(0.6).within(pixels)
    lids, width = lid_distances(shape, part), shape.width
    along, above, under = lids.along / width, -lids.below_upper / width, -lids.above_lower / width
    middle = (along > 0.15) & (along < 0.85)
    lashes = middle & (above > LASHES[0]) & (above < LASHES[1])
    lashes |= (along > CORNER[0]) & (along < CORNER[1]) & (np.abs(above) < CORNER[2])
    return darkest(part.cut(to_tones(pixels)), lashes, middle & (under > SKIN[0]) & (under < SKIN[1]))


def hue(dark: NDArray[np.float32]) -> NDArray[np.float64]:
    """(2,): blue over red, and green over both."""
    r, g, b = dark.astype(np.float64)
    return np.array([b - r, g - (r + b) / 2])


def errors(true: Portrait, shut: Portrait, painter: AppearanceGenerator) -> list[list[NDArray[np.float64]]]:
    """For each eye that can be measured, how far what was painted, shut lashes and brows are off."""
    around = crop(shut.pixels, crop_of(shut).face, SIDES)
    (patch,) = painter.generate([Request(around, seed=0)], GenerateOptions())
    made = shut.pixels.copy()
    around.window.cut(made)[...] = blend(around, patch)
    face = detector().measure(made, around.face)
    if face is None:
        return []
    marks: dict[str, Points] = {"true": true.landmarks, "shut": shut.landmarks, "made": face.landmarks}
    eyes: dict[str, dict[Side, EyeShape]] = {name: shapes(points) for name, points in marks.items()}
    rows = []
    for side in SIDES:
        wanted = open_eyes_hue(true.pixels, eyes["true"][side])
        painted = open_eyes_hue(made, eyes["made"][side])
        line = of_line(to_tones(shut.pixels), eyes["shut"][side])
        brow = of_brow(to_tones(shut.pixels), shut.landmarks, side, eyes["shut"][side])
        if wanted is not None and painted is not None and line is not None and brow is not None:
            foretold = [hue(own) * float(painted[1]) / min(float(own[1]), -0.15) for own in (line, brow)]
            rows.append([one - hue(wanted) for one in (hue(painted), *foretold)])
    return rows


def row_of(name: str, blinks: Iterable[tuple[Portrait, Portrait]], painter: AppearanceGenerator) -> list[str]:
    found = np.array([row for true, shut in blinks for row in errors(true, shut, painter)])
    if not len(found):
        return [name, "0"]
    cells = (", ".join(f"{value:.3f}" for value in np.sqrt((off**2).mean(axis=0))) for off in found.transpose(1, 0, 2))
    return [name, str(len(found)), *cells]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--portraits", type=Path, nargs="*", default=[], help="folders of open-eyed faces")
    parser.add_argument("--sample", type=int, default=60, help="so many of each, always the same ones")
    given = parser.parse_args()
    # found first: a process forked from one that has painted may wait for its threads for ever
    blinks = photographed_blinks(given.faces)
    folders = {path.name: list(portraits(sample_of(pictures_in(path), given.sample))) for path in given.portraits}
    painter = AppearanceGenerator()
    table = Table("", "eyes", "opened", "shut lashes", "brows", title="off the true hue: blue over red, green")
    table.add_row(*row_of("photographed", blinks, painter))
    for name, faces in folders.items():
        table.add_row(*row_of(name, painted_blinks(faces), painter))
    Console().print(table)


if __name__ == "__main__":
    main()
