"""`python -m training.light_eyes FACES [--sample N]`: whose eyes come out light, for several likelihoods to begin at.

Open-eyed portraits get a painted blink; the appearance model chooses an eye colour for each, as for a photo's likeliest
eyes but for the whites, which it takes as predicted, and the true eyes tell whether it is on the right side of light
and dark. Off is the mean distance of the
logarithms of iris : white. `models.appearance.steer.LIGHT_LIKELY` was chosen by this.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.face.face_view import face_view
from open_the_eyes.models.appearance import steer
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.strip import to_mean_shape
from open_the_eyes.models.appearance.traits import FaceTraits

from .appearance.blinks import blink_of
from .appearance.build import in_mean_shape, strip_of
from .faces import Portrait, expect_faces, pictures_in, portraits, sample_of

MIDDLES: Final = (0.5, 0.55, 0.6, 0.65, 0.7)
"""Likelihoods of light eyes at which the likeliest are half light; in `LIGHT_LIKELY` the third."""


@dataclass(frozen=True, slots=True)
class IrisColours:
    """Of one face: its true iris : white, how likely each group of colours is, and what its predicted texture shows."""

    true: NDArray[np.float64]
    likely: NDArray[np.float64]
    predicted: NDArray[np.float64]


def iris_colours_of(portrait: Portrait, model: AppearanceModel, traits: FaceTraits) -> IrisColours | None:
    """None where no blink can be painted."""
    blink = blink_of(portrait)
    if blink is None:
        return None
    as_it_is = in_mean_shape(strip_of(portrait), model.mean_points).astype(np.float32)
    true = iris.colour_ratio(model, model.relative(as_it_is, model.skin_of(as_it_is)))
    pixels, marks = blink.shut.pixels, blink.shut.landmarks
    strip = to_mean_shape(pixels, marks, blink.points, model.mean_points)
    skin = model.skin_of(strip)
    relative = model.relative(strip, skin)
    features = model.texture_features(relative, blink.points, skin, traits.of(face_view(pixels, marks)))
    painted = model.with_texture(relative, model.predict_texture(features).mean)
    return IrisColours(true, model.iris_likelihoods(features), iris.colour_ratio(model, painted))


def row_of(middle: float, faces: list[IrisColours], groups: NDArray[np.float32]) -> list[str]:
    off = middle - np.mean(steer.LIGHT_LIKELY)
    with patch.object(steer, "LIGHT_LIKELY", tuple(end + off for end in steer.LIGHT_LIKELY)):
        chosen = np.array(
            [steer.chosen_ratio("auto", one.likely, one.predicted, groups, 0.0, default_rng(0)) for one in faces]
        )
    true = np.array([one.true for one in faces])
    ours, theirs = steer.is_light(chosen), steer.is_light(true)
    shares = [f"{100 * share.mean():.1f} %" for share in (ours == theirs, theirs, ours, ours & ~theirs)]
    return [f"{middle:g}", *shares, f"{np.abs(np.log(chosen) - np.log(true)).mean():.3f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed portraits, one face a picture")
    parser.add_argument("--sample", type=int, help="so many of them, always the same ones")
    given = parser.parse_args()
    found = list(portraits(sample_of(pictures_in(given.faces), given.sample)))
    model, traits = AppearanceModel.load(MODEL_FILE), FaceTraits()
    measured = [iris_colours_of(one, model, traits) for one in track(found, "eye colours")]
    faces = [one for one in measured if one is not None]
    expect_faces(len(faces), 1, given.faces)
    table = Table(title=f"{given.faces.name}: {len(faces)} portraits")
    for name in ("half light at", "right side", "light in truth", "painted light", "wrongly light", "off"):
        table.add_column(name, justify="right")
    for middle in MIDDLES:
        table.add_row(*row_of(middle, faces, model.iris_ratios))
    Console().print(table)


if __name__ == "__main__":
    main()
