"""`python -m training.lash_line FACES`: how dark lashes are, shut, opened and in truth.

FACES is a folder with `closed.csv`: real blinks, of which those with an open frame of the same person and scene tell.
An eye a line: the darkness of the shut eye's lash line, of the opened eye's upper and lower lashes, and of those in the
open frame, each beside the skin further below; under them their means, and how far the shut line and the opened eye are
off the true ones and go with them (`lash_line.UPPER`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.imaging.arrays import Points, Tones, to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.appearance.lashes.lash_line import EyeInPicture, lashes_of_lid, shut_line
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes

from .faces import blinks_listed
from .reference_eval import Shot, shot

COLUMNS: Final = ("shut", "upper, opened", "upper, true", "lower, opened", "lower, true")
CHEEK: Final = (0.3, 0.55)
"""Where skin is looked at, from and to below the lower lid's edge, in eye widths: no lash hangs so far."""


def shapes(landmarks: Points) -> dict[Side, EyeShape]:
    """Both eyes of a face's mesh, in the picture's pixels."""
    points = transformed(layout.points_on_strip(landmarks), inverted(layout.to_strip(landmarks)))
    return {side: eye_shape(points, side) for side in SIDES}


@dataclass(frozen=True, slots=True)
class OpenLashes:
    """Darkness of an open eye's lashes beside the skin further below, whose brightness is `cheek`, 0..255."""

    upper: float
    lower: float
    cheek: float


def open_lashes(photo: Tones, shape: EyeShape) -> OpenLashes | None:
    """Those of an eye in a picture (h, w, 3); None where they cannot be measured."""
    eye = EyeInPicture.of(photo, shape, 1.2)
    if eye is None:
        return None
    below = eye.inside & (eye.above < -CHEEK[0]) & (eye.above > -CHEEK[1])
    if not below.any():
        return None
    cheek = float(np.median(eye.level[below]))
    upper, lower = (lashes_of_lid(eye, beside, cheek) for beside in (-eye.below, -eye.above))
    return None if upper is None or lower is None else OpenLashes(upper[1], lower[1], cheek)


def darknesses(shut: Shot, open_eyed: Shot, engine: Engine) -> list[list[float]]:
    """What COLUMNS name, of each eye of a blink that can be measured.

    The opened eye's lids are looked for in the result, as everybody else who measures it would.
    """
    marks = shut.face.landmarks
    result = open_eyes(Photo(shut.pixels), engine=engine).photo.pixels
    opened = min(engine.detector.detect(result), key=lambda face: float(np.ptp(face.landmarks - marks)))
    rows = []
    for side in SIDES:
        told = shut_line(to_tones(shut.pixels), shapes(marks)[side])
        ours, theirs = (
            open_lashes(to_tones(picture), shapes(face.landmarks)[side])
            for picture, face in ((result, opened), (open_eyed.pixels, open_eyed.face))
        )
        if told is not None and ours is not None and theirs is not None:
            line = 1 - (1 - told.darkness) * told.skin / ours.cheek
            rows.append([line, ours.upper, theirs.upper, ours.lower, theirs.lower])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    folder: Path = parser.parse_args().faces
    pairs = blinks_listed(folder)
    engine, table, found = load_engine(), Table("", *COLUMNS), []
    for row in track(pairs, "blinks"):
        shut, open_eyed = (shot(folder / row[key], engine) for key in ("file", "same_person_open"))
        for each in darknesses(shut, open_eyed, engine):
            table.add_row(Path(row["file"]).stem, *(f"{value:.2f}" for value in each))
            found.append(each)
    if not found:
        raise SystemExit(f"{folder}: expected eyes whose lash lines can be measured, shut and open, found none.")
    lines = np.array(found)
    table.add_section()
    table.add_row("mean", *(f"{value:.2f}" for value in lines.mean(axis=0)))
    for what, made, true in (("upper", 1, 2), ("lower", 3, 4)):
        off = {column: abs(lines[:, column] - lines[:, true]).mean() for column in (0, made)}
        alike = {column: np.corrcoef(lines[:, column], lines[:, true])[0, 1] for column in (0, made)}
        for name, figures in ((f"off the true {what}", off), (f"goes with the true {what}", alike)):
            table.add_row(name, *(f"{figures[k]:.2f}" if k in figures else "" for k in range(len(COLUMNS))))
    Console().print(table)


if __name__ == "__main__":
    main()
