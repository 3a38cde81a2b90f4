"""`python -m training.squint FACES...`: how differently both eyes of open-eyed portraits look.

Each argument is a folder of portraits, one face a picture. Printed is how `imaging.face.eye_change.convergence` lies
over them, and how many pairs `stages.verify` would refuse if they had been painted: what its two constants are
chosen by.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.face.eye_change import convergence
from open_the_eyes.imaging.face.pose import pose_of
from open_the_eyes.stages.verify import MAX_SQUINT, USUAL_CONVERGENCE, allowed_squint

from .faces import Portrait, expect_faces, pictures_in, portraits

SHARES: Final = (0.1, 1, 50, 99, 99.9)
"""Percentiles that are printed."""


def squint_of(portrait: Portrait) -> tuple[float, bool]:
    """How a pair converges, and whether it would be refused."""
    found = convergence(portrait.landmarks)
    return found, abs(found - USUAL_CONVERGENCE) > allowed_squint(pose_of(portrait.landmarks).yaw_deg)


def table_of(found: NDArray[np.float64], refused: int) -> Table:
    table = Table("percentile", "convergence, eye widths", title=f"{len(found)} pairs of open eyes")
    for share in SHARES:
        table.add_row(f"{share:g}", f"{np.percentile(found, share):+.3f}")
    off = int((np.abs(found - USUAL_CONVERGENCE) > MAX_SQUINT).sum())
    table.add_row("further off than in front", str(off))
    table.add_row("refused", str(refused))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="+", help="folders of open-eyed portraits, one face a picture")
    given = parser.parse_args()
    paths = [path for folder in given.faces for path in pictures_in(folder)]
    rows = [squint_of(one) for one in track(portraits(paths), "pairs", total=len(paths))]
    expect_faces(len(rows), 1, given.faces[0])
    Console().print(table_of(np.array([pair for pair, _ in rows]), sum(refused for _, refused in rows)))


if __name__ == "__main__":
    main()
