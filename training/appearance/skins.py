"""`python -m training.appearance.skins FACES`: the hues that skins have by themselves, the constants of `cast.py`.

FACES is the folder that the appearance model is built from. Prints mean and covariance of a skin's log R/G and log B/G,
and how many of the faces lie within `FARTHEST` of that mean.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from open_the_eyes.models.appearance import generator, layout
from open_the_eyes.models.appearance.cast import FARTHEST, chroma
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.strip import sampled

from ..faces import Portrait, pictures_in, portraits


def skin_chroma(model: AppearanceModel, portrait: Portrait) -> NDArray[np.float64]:
    """(2,) of the skin around one face's eyes."""
    points = layout.points_on_strip(portrait.landmarks)
    return chroma(model.skin_of(sampled(portrait.pixels, portrait.landmarks, points, model.mean_points)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed faces, one a picture")
    given = parser.parse_args()
    model = AppearanceModel.load(generator.MODEL_FILE)
    skins = np.array([skin_chroma(model, portrait) for portrait in portraits(pictures_in(given.faces))])
    mean, spread = skins.mean(axis=0), np.cov(skins.T)
    away = skins - mean
    distances = np.sqrt(np.einsum("ni,ij,nj->n", away, np.linalg.inv(spread), away))
    print(f"{len(skins)} faces; mean {mean.round(3).tolist()}, covariance {spread.round(4).tolist()}")
    print(f"{100 * np.mean(distances < FARTHEST):.1f} % of them lie within {FARTHEST}")


if __name__ == "__main__":
    main()
