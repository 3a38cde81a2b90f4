"""`python -m training.donor_flaws FACES [--people N]`: which degraded references the reference engine lays in.

The pairs are those of `training.reference_eval`: blinks with an open frame (rows of `closed.csv` with
`same_person_open`), and each person of `identity/`, one photo with eyes painted shut and the other as the reference.
References are degraded on purpose, at the size of their photo, and held against the photo as it is, reduced (--size),
or degraded itself (--target). A row for each kind: of how many pairs the eyes would be laid in, why not of the others,
and least, middle and most of what `models.reference.flaws` measures.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.detail.motion import stroke_of
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.reference.flaws import Flaws
from open_the_eyes.roles import Face
from open_the_eyes.stages.crop import crop_without_view

from .faces import blinks_listed, detector, read_rgb
from .noise import with_added
from .reference_eval import people

Degrade: TypeAlias = Callable[[Rgb], Rgb]
Seen: TypeAlias = tuple[Rgb, Face]


def blurred(sigma: float) -> Degrade:
    return lambda pixels: np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def moved(length: float, degrees: float) -> Degrade:
    return lambda pixels: np.asarray(cv2.filter2D(pixels, -1, stroke_of(length, degrees)), np.uint8)


def noisy(strength: float) -> Degrade:
    return lambda pixels: with_added(pixels, strength)


def compressed(quality: int) -> Degrade:
    def coded(pixels: Rgb) -> Rgb:
        _, file = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.ascontiguousarray(np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])

    return coded


KINDS: Final[dict[str, Degrade]] = {
    "as it is": lambda pixels: pixels,
    **{f"blur {sigma}": blurred(sigma) for sigma in (1.0, 1.5, 2.0, 2.5, 4.0)},
    **{f"moved {length}, {degrees}": moved(length, degrees) for length, degrees in ((9, 0), (15, 0), (12, 60))},
    **{f"noise {strength}": noisy(strength) for strength in (4, 8, 12)},
    **{f"quality {quality}": compressed(quality) for quality in (50, 30, 20, 12, 8)},
}
SIZES: Final = (0.75, 0.5)
"""References that are nothing but smaller."""


def sized(seen: Seen, size: float) -> Seen:
    """A photo and its face so many times as large."""
    pixels, face = seen
    if size == 1:
        return seen
    box = Box(*(size * edge for edge in (face.box.left, face.box.top, face.box.right, face.box.bottom)))
    small = cv2.resize(pixels, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), replace(face, landmarks=face.landmarks * size, box=box)


def pairs_in(folder: Path, count: int | None) -> list[tuple[Seen, Seen]]:
    """Photos to be opened, and the references as they are."""
    paths = [(folder / row["file"], folder / row["same_person_open"], False) for row in blinks_listed(folder)]
    paths += [(one, other, True) for pair in people(folder, count, 1) for one, other in (pair, pair[::-1])]
    out = []
    for photo, other, paint in track(paths, "looking"):
        target, donor = (_largest(path) for path in (photo, other))
        if target is None or donor is None:
            continue
        pixels, face = target
        out.append(((paint_blink(pixels, face.landmarks) if paint else pixels, face), donor))
    return out


def _largest(path: Path) -> Seen | None:
    pixels = read_rgb(path)
    faces = [] if pixels is None else detector().detect(pixels)
    return None if pixels is None or not faces else (pixels, max(faces, key=lambda face: face.box.area))


def flaws(target: Seen, donor: Seen) -> Flaws:
    """Of one reference."""
    return Flaws.of(crop_without_view(*target, SIDES), crop_without_view(*donor, SIDES))


def row_of(found: list[Flaws]) -> list[str]:
    """Cells on all pairs of one kind."""
    why = Counter(one.obstacle for one in found if one.obstacle)
    cells = [f"{sum(not one.obstacle for one in found)} of {len(found)}"]
    cells.append(", ".join(f"{count} {words}" for words, count in why.most_common()))
    for name, times in (("blurred", 100), ("moved", 100), ("noisy", 1), ("blocky", 1)):
        cells.append(
            " ".join(f"{times * v:.2f}" for v in np.percentile([getattr(f, name) for f in found], (0, 50, 100)))
        )
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder with closed.csv, closed/ and identity/")
    parser.add_argument("--people", type=int, help="so many people of identity/, all if not said")
    parser.add_argument("--size", type=float, default=1.0, help="photos and references so many times as large")
    parser.add_argument("--target", choices=sorted(KINDS), default="as it is", help="what the photo itself is like")
    given = parser.parse_args()
    pairs = [(sized(a, given.size), sized(b, given.size)) for a, b in pairs_in(given.faces, given.people)]
    pairs = [((KINDS[given.target](pixels), face), donor) for (pixels, face), donor in pairs]
    table = Table("reference", "laid in", "why not", "softer, %", "moved, %", "noisier", "blockier")
    for kind, degrade in track(KINDS.items(), "degraded"):
        table.add_row(kind, *row_of([flaws(target, (degrade(donor[0]), donor[1])) for target, donor in pairs]))
    for size in SIZES:
        table.add_row(f"size {size}", *row_of([flaws(target, sized(donor, size)) for target, donor in pairs]))
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
