"""`python -m training.likeness.evaluate FACES`: how often two faces are rightly and wrongly taken for one person's.

As the product meets them: one of the two blinks. Blinks are painted, but for `closed`, where they are real. Strangers
are all pairs of two people within a folder; of each pair both blink in turn.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.bench.statistics import wilson
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Rgb, to_levels
from open_the_eyes.models.reference.likeness import Likeness
from open_the_eyes.roles import Face

from ..faces import blinks_listed, detector, pictures_in, read_rgb

SHOTS: Final = ((1.3, 4.0, 0.8, 80), (0.8, -6.0, 1.15, 70), (1.0, 9.0, 0.65, 50))
"""Other shots of a picture: how much nearer, turned by how many degrees, how much lighter, in which JPEG quality."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A face described: who it is, in which picture, and whether it blinks."""

    person: str
    picture: str
    blinks: bool
    row: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Count:
    """How many pairs were taken for one person's."""

    taken: int
    pairs: int

    def cells(self) -> tuple[str, str, str]:
        """Count, share, and its 95 % interval (Wilson 1927); of no pairs there is no share."""
        if not self.pairs:
            return "none", "", ""
        rates = (self.taken / self.pairs, *wilson(self.taken, self.pairs))
        share, low, high = (f"{100 * value:.3g}" for value in rates)
        return f"{self.taken} of {self.pairs}", f"{share} %", f"[{low}, {high}]"


def largest(pixels: Rgb) -> Face | None:
    """The largest face of a picture."""
    return max(detector().detect(pixels), key=lambda face: face.box.area, default=None)


def another_shot(pixels: Rgb, shot: tuple[float, float, float, int]) -> Rgb:
    """The same picture nearer or further, tilted, in another light and a coarser file."""
    nearer, turn_deg, light, quality = shot
    h, w = pixels.shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), turn_deg, nearer), np.float64)
    matrix[:, 2] += [(nearer - 1) * w / 2, (nearer - 1) * h / 2]
    size_wh = (round(nearer * w), round(nearer * h))
    moved = cv2.warpAffine(pixels, matrix, size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    lit = to_levels(moved * np.array([0.94, 1.0, 1.05]) * light)
    _, stored = cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, quality])  # red for blue, there and back
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)


def seen(likeness: Likeness, pixels: Rgb, person: str, picture: str, *, blinks: bool) -> list[Seen]:
    """The picture's largest face; nothing where none is found."""
    face = largest(pixels)
    return [] if face is None else [Seen(person, picture, blinks, likeness.describe(pixels, face))]


def portraits_seen(likeness: Likeness, folder: Path, *, again: bool) -> list[Seen]:
    """Of each picture of a folder: as it is, with a painted blink, and `again` in other shots."""
    found: list[Seen] = []
    for path in track(pictures_in(folder), folder.name):
        pixels = read_rgb(path)
        face = None if pixels is None else largest(pixels)
        if pixels is None or face is None:
            continue
        person = path.stem.removesuffix("_neutral").removesuffix("_smiling")
        blink = paint_blink(pixels, face.landmarks)
        found.append(Seen(person, path.stem, False, likeness.describe(pixels, face)))
        found += seen(likeness, blink, person, path.stem, blinks=True)
        for number, shot in enumerate(SHOTS if again else ()):
            found += seen(likeness, another_shot(pixels, shot), person, f"{path.stem}, {number}", blinks=False)
    return found


def blinks_seen(likeness: Likeness, folder: Path) -> list[Seen]:
    """Real blinks and the open frames of the same people, from `closed.csv`."""
    found: list[Seen] = []
    for row in blinks_listed(folder):
        person = row["file"].partition("_f")[0].partition("-b-")[0]
        for key, blinks in (("file", True), ("same_person_open", False)):
            pixels = read_rgb(folder / row[key])
            found += [] if pixels is None else seen(likeness, pixels, person, row[key], blinks=blinks)
    return found


def with_strangers(found: list[Seen], where: Path) -> list[Seen]:
    """What was found, if anybody blinks in it beside somebody else's open eyes.

    Raises:
        SystemExit: nobody does.
    """
    if not any(a.blinks and not b.blinks and a.person != b.person for a in found for b in found):
        people = len({one.person for one in found})
        raise SystemExit(f"{where}: expected faces of at least two people, shut and open, found {people}; name others.")
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs of two people, people for whom any stranger was taken, pairs of pictures of one person; log-odds of the
    likest stranger."""

    strangers: Count
    deceived: Count
    same: Count
    likest: float


def counted(likeness: Likeness, found: Sequence[Seen]) -> Counts:
    """Each blink held against each open face."""
    blinks, opened = [s for s in found if s.blinks], [s for s in found if not s.blinks]
    evidence = np.array([[likeness.evidence(a.row, b.row) for b in opened] for a in blinks])
    one = np.array([[a.person == b.person for b in opened] for a in blinks])
    copy = np.array([[a.picture == b.picture for b in opened] for a in blinks])
    taken, same = evidence >= 0, one & ~copy
    return Counts(
        Count(int(taken[~one].sum()), int((~one).sum())),
        Count(int((taken & ~one).any(axis=1).sum()), len(blinks)),
        Count(int(taken[same].sum()), int(same.sum())),
        float(evidence[~one].max()),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder with val/, identity/, closed.csv and closed/")
    given, likeness = parser.parse_args(), Likeness()
    val, identity, closed = (given.faces / name for name in ("val", "identity", "closed"))
    sets = {
        "val": with_strangers(portraits_seen(likeness, val, again=True), val),
        "identity": with_strangers(portraits_seen(likeness, identity, again=False), identity),
        "closed": with_strangers(blinks_seen(likeness, given.faces), closed),
    }
    table = Table("pairs", "taken for one person", "share", "95 % interval", "likest stranger, log-odds")
    for name, found in sets.items():
        counts = counted(likeness, found)
        table.add_row(f"{name}: two people", *counts.strangers.cells(), f"{counts.likest:.2f}")
        table.add_row(f"{name}: people with any stranger taken for them", *counts.deceived.cells(), "")
        table.add_row(f"{name}: one person", *counts.same.cells(), "", end_section=True)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
