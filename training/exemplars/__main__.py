"""`python -m training.exemplars PHOTOS --measured FACES... [-o FILE]`: makes `exemplars.npz`.

PHOTOS give their detail, which the file holds: they need the rights for that. On FACES is measured what painted eyes
lack; nothing of any one of them is kept. People whom the refiner never sees are in neither.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from open_the_eyes.models.appearance.generator import EXEMPLARS_FILE

from ..faces import expect_faces, portraits, sample_of
from ..refiner.held_out import to_learn_from
from .build import exemplars_of, mean_points_of, photographed
from .lacking import lacking


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="a folder of open-eyed portraits")
    parser.add_argument("--measured", type=Path, nargs="+", required=True, help="folders of open-eyed faces")
    parser.add_argument("--sample", type=int, default=500, help="so many of them, always the same ones")
    parser.add_argument("-o", "--out", type=Path, default=EXEMPLARS_FILE)
    given = parser.parse_args()
    faces = photographed(portraits(to_learn_from([given.photos])))
    expect_faces(len(faces), 1, given.photos)
    points = mean_points_of(faces)
    lack = lacking(portraits(sample_of(to_learn_from(given.measured), given.sample)), points)
    made = exemplars_of(faces, points, lack)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    made.save(given.out)
    print(
        f"{given.out}: {len(faces)} exemplars, measured on {lack.faces} faces, {given.out.stat().st_size / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    main()
