"""`python -m training.appearance.hues FACES [--closed FOLDER]`: two constants of colours around opened eyes.

FACES is a folder of open-eyed portraits that the appearance model has not seen. Shades: how fast the hue of skin over
and under eyes deepens as it gets darker, within one face (`skin.IN_SHADE`). Whites: an eye is opened, and by how much
its white lies off the one that its skin goes with is held against how the true one does; the slope is what
`iris.BELIEVED` should be. Blinks are painted on FACES; with --closed, a folder with `closed.csv`, photographed ones
that have an open frame are taken as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.face.lids import lid_distances
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box, inverted, transformed
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

from ..faces import Portrait, blinks_listed, detector, expect_faces, pictures_in, portraits
from ..painters import Bare
from .evaluate import crop_of, usable
from .skins import chromas

SKIN: Final = (0.04, 0.3)
"""Skin over and under an eye: so far from its lids, in eye widths."""
DARKEST: Final = 0.55
"""Of the usual brightness there; what is darker is lashes."""
ENOUGH: Final = 40
"""Pixels that tell a power."""
WHERE: Final = ("R/G over", "B/G over", "R/G under", "B/G under")


def shades(portrait: Portrait) -> list[NDArray[np.float64]]:
    """For each eye around which enough skin is seen, (2, 4): WHERE's powers of brightness and usual logarithms."""
    in_picture = transformed(layout.points_on_strip(portrait.landmarks), inverted(layout.to_strip(portrait.landmarks)))
    whole, found = portrait.pixels.astype(np.float32), []
    for side in SIDES:
        shape = iris.eye_shape(in_picture, side)
        around = Box.around(shape.ring).grown(1.0).within(whole)
        soft = cv2.GaussianBlur(whole, (0, 0), max(0.02 * shape.width, 0.5))
        lids, pixels = lid_distances(shape, around), around.cut(soft)
        beside = (lids.along > 0.05 * shape.width) & (lids.along < 0.95 * shape.width)
        powers = []
        for away in (-lids.below_upper / shape.width, -lids.above_lower / shape.width):
            powers += _powers(pixels[beside & (away > SKIN[0]) & (away < SKIN[1])])
        if len(powers) == len(WHERE):
            found.append(np.array(powers).T)
    return found


def _powers(skin: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Power and usual logarithm of R/G and of B/G of pixels (n, 3); nothing where too few of them are skin, and not
    lashes, burnt out or black."""
    if len(skin) < ENOUGH:
        return []
    level = skin @ LUMA
    kept = (level > DARKEST * np.median(level)) & (skin.max(axis=1) < 245) & (skin.min(axis=1) > 12)
    if kept.sum() < ENOUGH:
        return []
    r, g, b = np.log(skin[kept]).T
    bright = np.log(level[kept])
    return [(float(np.polyfit(bright, ratio, 1)[0]), float(np.median(ratio))) for ratio in (r - g, b - g)]


def painted_blinks(faces: Iterable[Portrait]) -> Iterator[tuple[Portrait, Portrait]]:
    """The truth, and the same face with its eyes painted shut."""
    for portrait in faces:
        shut = paint_blink(portrait.pixels, portrait.landmarks) if usable(portrait) else portrait.pixels
        face = detector().measure(shut, crop_of(portrait).face) if usable(portrait) else None
        if face is not None:
            yield portrait, Portrait(portrait.path, shut, face.landmarks)


def photographed_blinks(closed: Path) -> list[tuple[Portrait, Portrait]]:
    """The open frame, and the one with shut eyes; of those alone in which a face is found in both."""
    both = [
        list(portraits([closed / row[key] for key in ("same_person_open", "file")], workers=1))
        for row in blinks_listed(closed)
    ]
    return [(pair[0], pair[1]) for pair in both if len(pair) == 2]


def off(generator: AppearanceGenerator, true: Portrait, shut: Portrait) -> NDArray[np.float64]:
    """(2, 2): how log R/G and log B/G of the painted white differ from those its skin goes with, and the true one's."""
    around = crop(shut.pixels, crop_of(shut).face, SIDES)
    (patch,) = generator.generate([Request(around, seed=0)], GenerateOptions())
    made = shut.pixels.copy()
    around.window.cut(made)[...] = blend(around, patch)
    face = detector().measure(made, around.face)
    if face is None:
        return np.full((2, 2), np.nan)
    skin, white, *_ = chromas(generator.model, replace(shut, pixels=made, landmarks=face.landmarks))
    usual, _ = iris.usual_white(160 * np.exp(np.array([skin[0], 0.0, skin[1]])))
    return np.stack([white - usual, chromas(generator.model, true)[1] - usual])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed portraits, one a picture")
    parser.add_argument("--closed", type=Path, help="a folder of photographed blinks, with its table")
    given = parser.parse_args()
    # found first: a process forked from one that has painted may wait for its threads for ever
    photographed = [] if given.closed is None else photographed_blinks(given.closed)
    faces = list(portraits(pictures_in(given.faces)))
    measured = np.array([one for portrait in faces for one in shades(portrait)])
    expect_faces(len(measured), 1, given.faces)
    print(f"shades, {len(measured)} eyes: power of brightness, usual logarithm, and one as a multiple of the other")
    for name, (powers, usual) in zip(WHERE, measured.transpose(2, 1, 0), strict=True):
        share = -float((powers * usual).sum() / (usual**2).sum())
        print(f"  {name}: {np.median(powers):.2f}, {np.median(usual):.2f}; {share:.2f}")
    generator = Bare()
    found = {
        "painted": [off(generator, *blink) for blink in track(painted_blinks(faces), "painted", total=len(faces))],
        "photographed": [off(generator, *blink) for blink in photographed],
    }
    for kind, pairs in found.items():
        seen = [pair for pair in pairs if np.isfinite(pair).all()]
        if not seen:
            continue
        painted, true = np.array(seen).transpose(1, 0, 2)
        slopes = iris.BELIEVED * (painted * true).sum(axis=0) / (painted**2).sum(axis=0)
        error = np.sqrt(((painted - true) ** 2).mean(axis=0))
        print(f"whites, {len(painted)} {kind} blinks: to believe {slopes.round(2).tolist()} of R/G and B/G,", end=" ")
        print(f"error {error.round(3).tolist()}")


if __name__ == "__main__":
    main()
