"""`python -m training.lash_line FACES`: how dark lash lines and pupils are, shut, opened and in truth.

FACES is a folder with `closed.csv`: real blinks, of which those with an open frame of the same person and scene tell.
An eye a line: the darkness of the shut eye's lash line, of the opened eye's, and of the line in the open frame; under
them their means, and how far the shut line foretells the true one (`lash_line.LINE_SHARE`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.imaging.arrays import Points, Rgb, Tones, to_tones
from open_the_eyes.imaging.face.lids import EyeShape
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.imaging.geometry import inverted, transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.appearance.lashes.lash_line import OPEN_LINE, EyeInPicture, shut_line
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes

from .faces import blinks_listed
from .reference_eval import shot


def shapes(landmarks: Points) -> dict[Side, EyeShape]:
    """Both eyes of a face's mesh, in the picture's pixels."""
    points = transformed(layout.points_on_strip(landmarks), inverted(layout.to_strip(landmarks)))
    return {side: eye_shape(points, side) for side in SIDES}


def open_line(photo: Tones, shape: EyeShape, skin: float) -> float | None:
    """The darkness of an open eye's lash line in a picture (h, w, 3), beside skin so bright; None outside of it."""
    eye = EyeInPicture.of(photo, shape, 0.4)
    return None if eye is None else eye.darkest_row(skin, OPEN_LINE)[0]


def darknesses(shut: Rgb, shut_marks: Points, true: Rgb, true_marks: Points, engine: Engine) -> list[list[float]]:
    """[shut, opened, true] for each eye of a blink that can be measured.

    The opened eye's lids are looked for in the result, as everybody else who measures it would.
    """
    result = open_eyes(Photo(shut), engine=engine).photo.pixels
    opened = min(engine.detector.detect(result), key=lambda face: float(np.ptp(face.landmarks - shut_marks)))
    rows = []
    for side in SIDES:
        in_shut = shut_line(to_tones(shut), shapes(shut_marks)[side])
        in_truth = shut_line(to_tones(true), shapes(true_marks)[side])  # for its skin: exposures differ
        if in_shut is None or in_truth is None:
            continue
        ours = open_line(to_tones(result), shapes(opened.landmarks)[side], in_shut.skin)
        theirs = open_line(to_tones(true), shapes(true_marks)[side], in_truth.skin)
        if ours is not None and theirs is not None:
            rows.append([in_shut.line, ours, theirs])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    folder: Path = parser.parse_args().faces
    pairs = blinks_listed(folder)
    engine, table, found = load_engine(), Table("", "shut", "opened", "true"), []
    for row in track(pairs, "blinks"):
        shut, true = (shot(folder / row[key], engine) for key in ("file", "same_person_open"))
        for each in darknesses(shut.pixels, shut.face.landmarks, true.pixels, true.face.landmarks, engine):
            table.add_row(Path(row["file"]).stem, *(f"{value:.2f}" for value in each))
            found.append(each)
    if not found:
        raise SystemExit(f"{folder}: expected eyes whose lash lines can be measured, shut and open, found none.")
    lines = np.array(found)
    table.add_section()
    table.add_row("mean", *(f"{value:.2f}" for value in lines.mean(axis=0)))
    table.add_row("off the true one", *(f"{abs(lines[:, k] - lines[:, 2]).mean():.2f}" for k in range(2)), "")
    table.add_row("goes with it", *(f"{np.corrcoef(lines[:, k], lines[:, 2])[0, 1]:.2f}" for k in range(2)), "")
    Console().print(table)


if __name__ == "__main__":
    main()
