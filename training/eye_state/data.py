"""`python -m training.eye_state.data FACES OUT.npz`: eye crops out of folders of faces, cut once and kept in one file.

FACES holds `eye_state/closed`, `eye_state/open` and `train` (open-eyed faces). Pictures of `eye_state` fall into five
folds by the hash of their name; whoever trains leaves one out. The shipped network never saw `SHIPPED_LEAVES_OUT`.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_crop import eye_crop
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.face.openness import opennesses

from ..faces import Portrait, expect_faces, pictures_in, portraits
from .augment import WIDE_SPAN, WIDE_WH

FOLDS: Final = 5
SHIPPED_LEAVES_OUT: Final = 0
"""The fold whose pictures were looked at while rules were chosen; the others were trained on and never looked at."""

TRAIN_EVERY = 2
"""Of the many open-eyed faces, every other one is plenty."""


@dataclass(frozen=True, slots=True)
class Row:
    """One eye.

    Args:
        crops: (88, 120, 3), see `augment.WIDE_WH`.
        openness: what the landmarks measure.
        label: 1 closed, 0 open.
        fold: 0 to 4, or -1: never left out.
        source: the folder of FACES it comes from.
        name: the picture's.
    """

    crops: Rgb
    openness: float
    label: int
    fold: int
    source: str
    name: str


def fold_of(path: Path) -> int:
    """The same for a name wherever it lies."""
    return hashlib.sha256(path.name.encode()).digest()[0] % FOLDS


def pictures(faces: Path, train_every: int) -> list[Path]:
    """All of `eye_state`, and every so manieth of `train`."""
    labelled = [path for name in ("closed", "open") for path in pictures_in(faces / "eye_state" / name)]
    return labelled + pictures_in(faces / "train")[::train_every]


def rows_of(portrait: Portrait) -> list[Row]:
    """Both eyes of a picture's largest face; its folders say what they are."""
    path, openness = portrait.path, opennesses(portrait.landmarks)
    source = "eye_state" if path.parent.parent.name == "eye_state" else "train"
    label, fold = int(path.parent.name == "closed"), fold_of(path) if source == "eye_state" else -1
    crops = [eye_crop(portrait.pixels, portrait.landmarks, side, WIDE_WH, WIDE_SPAN) for side in SIDES]
    return [Row(crop, openness[side], label, fold, source, path.name) for crop, side in zip(crops, SIDES, strict=True)]


def collect(faces: Path, out: Path, train_every: int = TRAIN_EVERY) -> None:
    """Writes `out`, one array a field of `Row`."""
    listed = pictures(faces, train_every)
    rows = [row for portrait in portraits(listed) for row in rows_of(portrait)]
    expect_faces(len(rows), 1, faces)
    out.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {f.name: np.array([getattr(row, f.name) for row in rows]) for f in fields(Row)}
    np.savez(out, **arrays)
    print(f"{len(rows)} eyes of {len(listed)} pictures -> {out}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    collect(given.faces, given.out)


if __name__ == "__main__":
    main()
