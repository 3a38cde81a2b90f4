"""`python -m training.appearance FACES [-o MODEL.npz]`: builds the appearance model; minutes on two cores."""

from __future__ import annotations

import argparse
from pathlib import Path

from open_the_eyes.models.appearance import generator

from ..faces import pictures_in, portraits
from .build import build


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed faces, one a picture")
    parser.add_argument("-o", "--out", type=Path, default=generator.MODEL_FILE)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    model, figures = build(portraits(pictures_in(given.faces), workers=given.workers), given.workers)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    model.save(given.out)
    print(figures)
    print(f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
