"""`python -m training.turned PHOTOS ... [--every N]`: whether faces are found in photos on their side or head down.

Every N-th photo of each folder is turned by quarter turns. The faces that are found in it as it is are looked for
there: how many are found again, and of these how many are seen on another side than they are turned to. As it is, those
are counted that are not seen upright: misread ones, and people who lie.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.mesh478 import FACE_OVAL
from open_the_eyes.imaging.face.pose import roll_of, turned_from
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.faces.search import same_face, turned_back

from .faces import detector, pictures_in, read_rgb

WRONG_DEG: Final = 60.0
"""Two rolls of one face that are further apart are no matter of a mesh laid a little askew."""


def meshes(pixels: Rgb, quarter_turns: int = 0) -> list[Points]:
    """The faces (478, 3) of a photo that is turned counter-clockwise before, where they lie in the photo as it is."""
    turned = np.ascontiguousarray(np.rot90(pixels, quarter_turns))
    size_wh = (pixels.shape[1], pixels.shape[0])
    return [turned_back(face.landmarks, quarter_turns, size_wh) for face in detector().detect(turned)]


def again(known: Sequence[Points], found: Sequence[Points]) -> Iterator[bool]:
    """For each known face that is among those found: whether it is seen the right way up."""
    for face in known:
        box = Box.around(face[FACE_OVAL])
        other = next((one for one in found if same_face(box, Box.around(one[FACE_OVAL]))), None)
        if other is not None:
            yield turned_from(roll_of(face), roll_of(other)) < WRONG_DEG


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="+", help="folders")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--by", type=int, nargs="*", choices=(1, 2, 3), default=(1, 2, 3), help="quarter turns")
    given = parser.parse_args()
    table = Table("folder", "turned by", "faces", "found again", "seen the wrong way up")
    for folder in given.photos:
        photos = [p for path in pictures_in(folder)[:: given.every] if (p := read_rgb(path)) is not None]
        upright = [meshes(pixels) for pixels in track(photos, folder.name)]
        faces = sum(map(len, upright))
        lying = sum(turned_from(roll_of(face), 0) >= WRONG_DEG for found in upright for face in found)
        table.add_row(folder.name, "0", f"{faces}", f"{faces}", f"{lying}")
        for turns in given.by:
            label = f"{folder.name}, turned by {90 * turns}"
            seen = [
                right
                for pixels, known in zip(track(photos, label), upright, strict=True)
                for right in again(known, meshes(pixels, turns))
            ]
            table.add_row(folder.name, f"{90 * turns}", f"{faces}", f"{len(seen)}", f"{seen.count(False)}")
    Console().print(table)


if __name__ == "__main__":
    main()
