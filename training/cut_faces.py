"""`python -m training.cut_faces PHOTOS ... [--every N]`: faces that the picture's edge cuts off near the eyes.

Of every N-th photo of each folder the one face is cut off below its eyes, and above them with the photo head down, at
several distances (between the eyes): how many are then seen the right way up and where they are, the wrong way up or
elsewhere, and not at all.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from pathlib import Path
from typing import Final, Literal

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.eye_corners import eye_middle
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.face.pose import roll_of, turned_from

from .faces import pictures_in, read_rgb
from .turned import meshes

AT: Final = (0.25, 0.35, 0.5, 0.7, 1.0)
"""From the eyes to the edge, in distances between their middles."""
UPRIGHT_DEG: Final = 20.0
NEAR: Final = 0.2
"""So far from where an eye is it may be seen, in the same distances."""

Cut = Literal["below the eyes", "above them, head down"]


def eyes_of(landmarks: Points) -> Points:
    """(2, 2): the middle of each eye."""
    return np.array([eye_middle(landmarks, side) for side in SIDES])


def cut(pixels: Rgb, eyes: Points, where: Cut, at: float) -> tuple[Rgb, Points]:
    """What is left of a photo, and where its eyes are then."""
    far = at * math.dist(*eyes)
    if where == "below the eyes":
        return np.ascontiguousarray(pixels[: int(eyes[:, 1].mean() + far)]), eyes
    top = max(0, int(eyes[:, 1].mean() - far))
    left = np.ascontiguousarray(pixels[top:][::-1, ::-1])
    return left, np.array(left.shape[1::-1]) - 1 - (eyes - [0, top])


def outcome(pixels: Rgb, eyes: Points) -> Literal["right", "wrong", "none"]:
    """How the face with these eyes is seen."""
    found = [eyes_of(one) for one in meshes(pixels)]
    if not found:
        return "none"
    nearest = min(float(np.linalg.norm(one - eyes, axis=1).max()) for one in found)
    return "right" if nearest < NEAR * math.dist(*eyes) else "wrong"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="+", help="folders")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    given = parser.parse_args()
    wheres: tuple[Cut, ...] = ("below the eyes", "above them, head down")
    seen: dict[tuple[Cut, float], Counter[str]] = {(where, at): Counter() for where in wheres for at in AT}
    for folder in given.photos:
        for path in track(pictures_in(folder)[:: given.every], folder.name):
            pixels = read_rgb(path)
            faces = [] if pixels is None else meshes(pixels)
            if pixels is None or len(faces) != 1 or turned_from(roll_of(faces[0]), 0) > UPRIGHT_DEG:
                continue
            for (where, at), counter in seen.items():
                counter[outcome(*cut(pixels, eyes_of(faces[0]), where, at))] += 1
    table = Table("cut off", "at", "faces", "right", "wrong", "none")
    for (where, at), counter in seen.items():
        table.add_row(
            where, f"{at}", f"{counter.total()}", *(f"{counter[name]}" for name in ("right", "wrong", "none"))
        )
    Console().print(table)


if __name__ == "__main__":
    main()
