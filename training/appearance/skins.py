"""`python -m training.appearance.skins FACES`: the hues of skins, and of the whites of eyes beside them.

FACES is the folder that the appearance model is built from. Prints the constants of `cast.py`: mean and covariance of a
skin's log R/G and log B/G, and how many of the faces lie within `FARTHEST` of that mean. Then those of `colour.py`:
what least squares tell of a white's log R/G and log B/G from the skin's, and how far whites lie off. Then that of
`likely_whites.py`: between what 98 of 100 eyes' whites lie off the usual ones.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.appearance import generator, layout
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.light import likely_whites
from open_the_eyes.models.appearance.light.cast import FARTHEST, chroma
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.strip import to_mean_shape

from ..faces import Portrait, expect_faces, pictures_in, portraits

FEWEST: Final = 3
"""Faces that have a covariance which can be inverted."""


def chromas(model: AppearanceModel, portrait: Portrait) -> NDArray[np.float64]:
    """(4, 2): of the skin around one face's eyes and of the mean of both eyes' whites; how far each eye's lie off."""
    points = layout.points_on_strip(portrait.landmarks)
    strip = to_mean_shape(portrait.pixels, portrait.landmarks, points, model.mean_points)
    skin = model.skin_of(strip)
    white = np.mean([iris.bright_white(model, strip, side) for side in SIDES], axis=0)
    return np.stack([chroma(skin), chroma(white), *likely_whites.off(model, strip, skin)])


def whites_from(skins: NDArray[np.float64], whites: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Chromas (n, 2) each -> (2, 3): a white's as a constant and so much of the skin's; (2,): deviations around it."""
    design = np.column_stack([np.ones(len(skins)), skins])
    found = np.asarray(np.linalg.lstsq(design, whites, rcond=None)[0], np.float64)
    return found.T, np.asarray((whites - design @ found).std(axis=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed faces, one a picture")
    given = parser.parse_args()
    model = AppearanceModel.load(generator.MODEL_FILE)
    both = np.array([chromas(model, portrait) for portrait in portraits(pictures_in(given.faces))])
    expect_faces(len(both), FEWEST, given.faces)
    skins, whites = both[:, 0], both[:, 1]
    mean, spread = skins.mean(axis=0), np.cov(skins.T)
    away = skins - mean
    distances = np.sqrt(np.einsum("ni,ij,nj->n", away, np.linalg.inv(spread), away))
    print(f"{len(skins)} faces; mean {mean.round(3).tolist()}, covariance {spread.round(4).tolist()}")
    print(f"{100 * np.mean(distances < FARTHEST):.1f} % of them lie within {FARTHEST}")
    coefficients, off = whites_from(skins, whites)
    print(f"whites from skins {coefficients.round(3).tolist()}, deviations {off.round(3).tolist()}")
    between = np.percentile(both[:, 2:].reshape(-1, 2), [1, 99], axis=0).T
    print(f"98 of 100 eyes have whites that lie off between {between.round(2).tolist()}")


if __name__ == "__main__":
    main()
