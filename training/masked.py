"""`python -m training.masked FACES ... [--every N] [--out DIR]`: blinks of people who wear a face mask.

Every N-th picture of each folder, of one face with its eyes shut, gets masks painted on, of several colours and up to
several heights. A row for each: how many faces are then seen in their place, elsewhere or the wrong way up, and not at
all; on how many of those in their place the cloth is seen (`imaging.occlusion.cloth`); and how far eyes that are opened
there are from those that are opened without the mask, L1 in levels beside the mask, with the mask taken for skin and
with skin painted under it. Both are opened where the face is without a mask, so that one column is of one thing. --out
writes what was compared: without a mask, masked, and each way. Such sheets show the folders' people: keep them private.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.arrays import Points, Rgb, to_levels, to_tones
from open_the_eyes.imaging.face.eye_corners import eyes_apart
from open_the_eyes.imaging.face.mesh478 import EAR, FACE_OVAL
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.imaging.occlusion.cloth import Cloth
from open_the_eyes.imaging.smooth import smoothed
from open_the_eyes.models.appearance.generator import AppearanceGenerator

from .cut_faces import UPRIGHT_DEG, eyes_of, outcome
from .degraded import opened
from .faces import detector, pictures_in, read_rgb
from .painters import AsItCame
from .sheet import eyes_of as strip_of
from .sheet import labelled, write_sheets


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask of a colour; `bridge` is a mesh point on the nose that it reaches up to, `cheeks` how far towards the eyes
    it reaches beside it: 0 is a low one, 1 touches their lower lids."""

    colour: tuple[int, int, int]
    bridge: int
    cheeks: float


MASKS: Final = {
    "blue, low": Mask((150, 190, 215), 195, 0.2),
    "blue, high": Mask((150, 190, 215), 6, 0.6),
    "white": Mask((236, 236, 232), 197, 0.4),
    "black": Mask((38, 38, 42), 197, 0.4),
}
_UNDER_EYES: Final = ((118, 230), (347, 450))
"""On each cheek a point below the eye and one at its lower lid."""
_ASIDE: Final = (117, 346)
_JAW: Final = FACE_OVAL[FACE_OVAL.index(288) : FACE_OVAL.index(58) + 1]
FOLDS: Final = 4.0
"""Levels."""


def worn(pixels: Rgb, landmarks: Points, mask: Mask) -> Rgb:
    """(H, W, 3): the face of these landmarks (478, 2+) with a mask on, lit as the face is."""
    at = landmarks[:, :2]
    left, right = (at[low] + (at[high] - at[low]) * mask.cheeks for low, high in _UNDER_EYES)
    top = [at[EAR["left"]], at[_ASIDE[0]], left, at[mask.bridge], right, at[_ASIDE[1]], at[EAR["right"]]]
    shape = np.rint(8 * np.array([*top, *at[_JAW]])).astype(np.int32)
    cover = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(cover, [shape], (255,), cv2.LINE_AA, 3)
    width = eyes_apart(landmarks)
    soft = cv2.GaussianBlur(cover, (0, 0), max(0.008 * width, 0.5)) / 255
    light = smoothed(luma_of(to_tones(pixels)), 0.15 * width)
    light = np.clip(light / np.percentile(light[cover > 0], 90), 0.25, 1.1)
    folds = FOLDS * np.sin(np.arange(len(cover))[:, None] * 2 * np.pi / (0.12 * width))
    noise = np.random.default_rng(0).normal(0, 3, pixels.shape)
    cloth = np.array(mask.colour) * light[..., None] + folds[..., None] + noise
    return to_levels(pixels + (cloth - pixels) * soft[..., None])


def _l1(one: Rgb, other: Rgb) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="+", help="folders")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, help="a folder for sheets to look at")
    given = parser.parse_args()
    ways = {"as skin": AsItCame(), "skin under it": AppearanceGenerator()}
    seen: dict[str, Counter[str]] = {name: Counter() for name in MASKS}
    off: dict[str, list[list[float]]] = {name: [] for name in MASKS}
    rows = []
    for path in track([path for folder in given.faces for path in pictures_in(folder)[:: given.every]], "masked"):
        pixels = read_rgb(path)
        faces = [] if pixels is None else detector().detect(pixels)
        if pixels is None or len(faces) != 1 or abs(faces[0].roll_deg) > UPRIGHT_DEG:
            continue
        face = replace(faces[0], refusal=None)
        without = opened(pixels, face, ways["skin under it"])
        for name, mask in MASKS.items():
            photo = worn(pixels, face.landmarks, mask)
            seen[name][outcome(photo, eyes_of(face.landmarks))] += 1
            seen[name]["cloth"] += Cloth.of(photo, face.landmarks) is not None
            made = {way: opened(photo, face, painter) for way, painter in ways.items()}
            beside = (without != pixels).any(axis=2) & (photo == pixels).all(axis=2)
            if beside.any():
                off[name].append(
                    [float(np.abs(one[beside].astype(int) - without[beside]).mean()) for one in made.values()]
                )
            rows.append(
                labelled([strip_of(one, face) for one in (without, photo, *made.values())], f"{path.stem} {name}")
            )
    table = Table("mask", "faces", "right", "wrong", "none", "cloth seen", *ways)
    for name, counts in seen.items():
        tallies = (f"{counts[what]}" for what in ("right", "wrong", "none", "cloth"))
        table.add_row(
            name, f"{counts.total() - counts['cloth']}", *tallies, *(f"{x:.2f}" for x in np.mean(off[name], axis=0))
        )
    Console(width=100).print(table)
    if given.out is not None:
        write_sheets(rows, given.out)


if __name__ == "__main__":
    main()
