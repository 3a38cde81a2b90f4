"""`python -m training.gaze FACES`: whether both eyes still look the same way where a gaze was asked for.

Every picture of `closed/` gets painted eyes, and those of `closed.csv` with `same_person_open` that photo's, each with
the gazes of GAZES. Printed is `imaging.face.eye_change.convergence` of what was opened, as the mesh sees it, and how
far it is from that of the same face without a gaze.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.files import read
from open_the_eyes.imaging.face.eye_change import convergence
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes

from .faces import blinks_listed, expect_faces, pictures_in

Gaze = tuple[float, float] | None

GAZES: Final[tuple[Gaze, ...]] = (None, (0.0, 0.0), (0.6, 0.0), (-0.6, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 0.8))


def converged(blink: Photo, references: Sequence[Photo], gaze: Gaze, engine: Engine) -> float:
    """How the largest face looks once it is opened; NaN where it is not."""
    asked = Options() if gaze is None else Options.of(gaze=gaze)
    opened = open_eyes(blink, asked, engine=engine, references=list(references))
    faces = engine.detector.detect(opened.photo.pixels) if opened.changed else []
    return convergence(max(faces, key=lambda face: face.box.area).landmarks) if faces else float("nan")


def table_of(found: NDArray[np.float64], title: str) -> Table:
    """Of (faces, GAZES), the first column without a gaze; faces that any gaze left shut are left out."""
    whole = found[np.isfinite(found).all(axis=1)]
    table = Table("gaze", "convergence, eye widths", "off", "off at most", title=f"{title}: {len(whole)} faces")
    for gaze, column in zip(GAZES, whole.T, strict=True):
        off = np.abs(column - whole[:, 0])
        mean, far, most = (f"{figure:.3f}" for figure in (column.mean(), off.mean(), off.max()))
        table.add_row("none" if gaze is None else "{:g}, {:g}".format(*gaze), mean, far, most)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder with closed.csv and closed/")
    folder = parser.parse_args().faces
    reader = load_engine("reference")
    pairs = [[folder / row[key] for key in ("file", "same_person_open")] for row in blinks_listed(folder)]
    for title, paths, engine in (
        ("painted", [[path] for path in pictures_in(folder / "closed")], load_engine("appearance")),
        ("from another photo", pairs, reader),
    ):
        photos = [[Photo(read(path, engine.settings).pixels) for path in each] for each in paths]
        found = [[converged(each[0], each[1:], gaze, engine) for gaze in GAZES] for each in track(photos, title)]
        figures = np.array(found)
        expect_faces(int(np.isfinite(figures).all(axis=1).sum()), 1, folder)
        Console().print(table_of(figures, title))


if __name__ == "__main__":
    main()
