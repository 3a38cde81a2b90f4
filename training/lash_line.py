"""`python -m training.lash_line FACES`: how dark lashes and pupils are, shut, opened and in truth.

FACES is a folder with `closed.csv`: real blinks, of which those with an open frame of the same person and scene tell.
An eye a line: the darkness of the shut eye's lash line, and of the opened eye's upper and lower lashes and pupil beside
those in the open frame. Under them, for each of the three, the line through the true ones over the shut line's
(`lash_line.UPPER`, `LOWER`, `PUPIL`), and how well that and the opened eye foretell the true ones.
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
from open_the_eyes.models.appearance.lashes.lash_line import MatchedEye, lashes_of_lid
from open_the_eyes.models.appearance.lashes.shut_lines import EyeInPicture, ShutLine, shut_line
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes

from .faces import blinks_listed
from .reference_eval import Shot, shot

PARTS: Final = ("upper", "lower", "pupil")
CHEEK: Final = (0.3, 0.55)
"""Where skin is looked at, from and to below the lower lid's edge, in eye widths: no lash hangs so far."""


def shapes(landmarks: Points) -> dict[Side, EyeShape]:
    """Both eyes of a face's mesh, in the picture's pixels."""
    points = transformed(layout.points_on_strip(landmarks), inverted(layout.to_strip(landmarks)))
    return {side: eye_shape(points, side) for side in SIDES}


@dataclass(frozen=True, slots=True)
class OpenEye:
    """Darkness of what PARTS name, beside the skin further below, whose brightness is `cheek`, 0..255."""

    upper: float
    lower: float
    pupil: float
    cheek: float


def open_eye(photo: Tones, shape: EyeShape) -> OpenEye | None:
    """An eye in a picture (h, w, 3); None where it cannot be measured."""
    eye = EyeInPicture.of(photo, shape, 1.2)
    if eye is None:
        return None
    below = eye.between & (eye.above < -CHEEK[0]) & (eye.above > -CHEEK[1])
    if not below.any():
        return None
    cheek = float(np.median(eye.level[below]))
    upper, lower = (lashes_of_lid(eye, beside, cheek) for beside in (-eye.below, -eye.above))
    pupil = MatchedEye(eye, shape, ShutLine(0.0, cheek)).pupil
    return None if upper is None or lower is None or pupil is None else OpenEye(upper[1], lower[1], pupil, cheek)


@dataclass(frozen=True, slots=True)
class Darkness:
    """Of one eye: of its lash line when shut, beside the same skin, and of it opened and in truth."""

    shut: float
    opened: OpenEye
    true: OpenEye


def darknesses(shut: Shot, open_eyed: Shot, engine: Engine) -> list[Darkness]:
    """Those of the eyes of a blink that can be measured.

    The opened eye's lids are looked for in the result, as everybody else who measures it would.
    """
    marks = shut.face.landmarks
    result = open_eyes(Photo(shut.pixels), engine=engine).photo.pixels
    opened = min(engine.detector.detect(result), key=lambda face: float(np.ptp(face.landmarks - marks)))
    found = []
    for side in SIDES:
        told = shut_line(to_tones(shut.pixels), shapes(marks)[side])
        ours, theirs = (
            open_eye(to_tones(picture), shapes(face.landmarks)[side])
            for picture, face in ((result, opened), (open_eyed.pixels, open_eyed.face))
        )
        if told is not None and ours is not None and theirs is not None:
            found.append(Darkness(1 - (1 - told.darkness) * told.skin / ours.cheek, ours, theirs))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    folder: Path = parser.parse_args().faces
    pairs = blinks_listed(folder)
    engine = load_engine()
    table = Table("", "shut", *(f"{part}, {which}" for part in PARTS for which in ("opened", "true")))
    eyes: list[Darkness] = []
    for row in track(pairs, "blinks"):
        shut, open_eyed = (shot(folder / row[key], engine) for key in ("file", "same_person_open"))
        for eye in darknesses(shut, open_eyed, engine):
            each = (getattr(one, part) for part in PARTS for one in (eye.opened, eye.true))
            table.add_row(Path(row["file"]).stem, f"{eye.shut:.2f}", *(f"{value:.2f}" for value in each))
            eyes.append(eye)
    if not eyes:
        raise SystemExit(f"{folder}: expected eyes whose lash lines can be measured, shut and open, found none.")
    told = Table("beside the true one", "as the shut line tells", "it correlates by", "opened, off by", "correlates by")
    line = np.array([eye.shut for eye in eyes])
    for part in PARTS:
        made, true = (np.array([getattr(one, part) for one in ones]) for ones in zip(*map(_both, eyes), strict=True))
        slope, added = np.polyfit(line, true, 1)
        alike = (np.corrcoef(one, true)[0, 1] for one in (line, made))
        first, second = (f"{value:.2f}" for value in alike)
        told.add_row(part, f"{slope:.2f} x {added:+.2f}", first, f"{np.abs(made - true).mean():.3f}", second)
    Console().print(table, told)


def _both(eye: Darkness) -> tuple[OpenEye, OpenEye]:
    return eye.opened, eye.true


if __name__ == "__main__":
    main()
