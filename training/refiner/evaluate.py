"""`python -m training.refiner.evaluate FACES... [--sample N] [--closed FOLDER]`: what detail on painted eyes is worth.

Bare eyes are as the appearance model paints them; refined ones have the refiner, drawn irises and lashes, and the
photo's own skin around them; whole ones have the detail of exemplars too, and are what the product paints.

Open-eyed portraits get a painted blink, the engine opens it, and the new eyes are laid into the untouched portrait, so
that everything around them is the photo itself. Measured under the patch: L1 and SSIM to the true eyes; sharpness, as a
multiple of the true eyes'; how far the mean colours of both irises lie apart, each picture's where they are in it. Then
a classifier is trained to tell edited eyes from untouched ones (`telltale.py`): the area under its ROC curve on people
it has not seen, 0.5 where it can only guess. On real blinks there is no truth: for those the sharpness of the new eyes
stands against the cheeks', as a multiple of what open eyes of the portraits have. Means with 95 % bootstrap intervals.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.bench.measures import gradient
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Plane, Rgb
from open_the_eyes.imaging.face.mesh478 import EYE_RING, SIDES
from open_the_eyes.models.appearance.generator import REFINER_FILE, AppearanceGenerator
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Patch, Request
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.crop import crop

from ..appearance.evaluate import crop_of, mean_with_interval, measures, usable
from ..faces import Portrait, detector, pictures_in, portraits, sample_of
from ..iris_colour import irises_apart
from ..painters import Bare, Refined
from .held_out import held_out
from .telltale import EyePicture, auc, exchanged, eye_pictures

WAYS: Final = ("bare", "refined", "whole")
COVERED: Final = 0.5
"""Pixels under at least so much of the patch are measured."""
EXCHANGED: Final = (1.4, 2.8, 5.6)
"""Standard deviations, in pixels of an eye 64 pixels wide, below which detail is exchanged for the true one's to see
what the classifier still tells."""
CHEEK: Final = (0.35, 1.1)
"""Skin below the eyes, for sharpness: so far below the eyes' line, in distances between the inner corners."""


@dataclass(frozen=True, slots=True)
class Look:
    """One face in one way: a picture of its crop, what was measured, and its two eyes for the classifier."""

    measured: dict[str, float]
    eyes: tuple[EyePicture, ...]


def generators(refiner: Path = REFINER_FILE) -> dict[str, AppearanceGenerator]:
    """What is compared: a painter for each of WAYS."""
    painters = (
        Bare(),
        Refined(refiner_file=refiner),
        AppearanceGenerator(refiner_file=refiner),
    )
    return dict(zip(WAYS, painters, strict=True))


def looks_of(portrait: Portrait, painters: dict[str, AppearanceGenerator]) -> dict[str, Look]:
    """The portrait untouched, and with eyes opened in each way; nothing where the blink cannot be opened."""
    blink = paint_blink(portrait.pixels, portrait.landmarks)
    whole = crop_of(portrait)
    face = detector().measure(blink, whole.face)
    if face is None:
        return {}
    shut = crop(blink, face, SIDES)
    true = replace(shut, pixels=np.asarray(shut.window.cut(portrait.pixels), np.uint8).copy())
    marks = portrait.landmarks - shut.window.offset
    looks = {"untouched": Look({"irises apart": irises_apart(true.pixels, marks)}, eye_pictures(true.pixels, marks))}
    for way, painter in painters.items():
        (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
        made = blend(true, patch)
        apart = irises_apart(made, _marks_of(made, portrait, true))
        looks[way] = Look(_measured(made, true, patch, marks) | {"irises apart": apart}, eye_pictures(made, marks))
    return looks


def _measured(made: Rgb, true: Crop, patch: Patch, marks: NDArray[np.float64]) -> dict[str, float]:
    inside = np.asarray(patch.mask >= COVERED, np.bool_)
    against = measures(made, replace(true, landmarks=marks), inside)
    return {
        "L1": against.l1,
        "SSIM": against.ssim,
        "sharpness": against.sharpness,
        "iris colour": against.iris,
    }


def eye_to_cheek(pixels: Rgb, marks: NDArray[np.float64], eyes: Plane) -> float:
    """Mean gradient where `eyes` (h, w) is covered, as a multiple of that of all skin below within the crop.

    `bench.measures.eye_to_skin` takes cheeks further down in the photo, without the nose between them.
    """
    inner = [marks[EYE_RING[side][8], :2] for side in SIDES]
    centre, apart = (inner[0] + inner[1]) / 2, float(np.linalg.norm(inner[0] - inner[1]))
    down = np.arange(pixels.shape[0])[:, None] - centre[1]
    cheek = (down > CHEEK[0] * apart) & (down < CHEEK[1] * apart) & (eyes <= 0)
    edges = gradient(pixels)
    return float(edges[eyes >= COVERED].mean() / max(float(edges[cheek].mean()), 1e-3)) if cheek.any() else 1.0


def blink_looks(portrait: Portrait, painters: dict[str, AppearanceGenerator]) -> dict[str, dict[str, float]]:
    """A real blink, opened in each way."""
    shut = crop_of(portrait)
    out = {}
    for way, painter in painters.items():
        (patch,) = painter.generate([Request(shut, seed=0)], GenerateOptions())
        made = blend(shut, patch)
        marks = _marks_of(made, portrait, shut)
        out[way] = {"eye : cheek": eye_to_cheek(made, marks, patch.mask), "irises apart": irises_apart(made, marks)}
    return out


def _marks_of(made: Rgb, portrait: Portrait, around: Crop) -> NDArray[np.float64]:
    """The landmarks of a face with the crop's new pixels, in the crop; where none is seen, those it had."""
    whole = portrait.pixels.copy()
    around.window.cut(whole)[...] = made
    face = detector().measure(whole, around.face)
    return np.asarray(around.landmarks if face is None else face.landmarks - around.window.offset, np.float64)


def table_of(rows: list[dict[str, Look]]) -> Table:
    """Means and intervals, a line a measure."""
    table = Table("", "wanted", "untouched", *WAYS, title=f"{len(rows)} portraits")
    digits = {"L1": 4, "SSIM": 3, "sharpness": 2, "iris colour": 1, "irises apart": 1}
    wanted = {"L1": "low", "SSIM": "high", "sharpness": "1", "iris colour": "low", "irises apart": "as untouched"}
    for name, places in digits.items():
        cells = []
        for way in ("untouched", *WAYS):
            values = [row[way].measured[name] for row in rows if name in row[way].measured]
            cells.append(
                "{:.{p}f}  [{:.{p}f}, {:.{p}f}]".format(*mean_with_interval(values), p=places) if values else ""
            )
        table.add_row(name, wanted[name], *cells)
    aucs = {way: auc([r["untouched"].eyes for r in rows], [r[way].eyes for r in rows]) for way in WAYS}
    table.add_row("told apart (AUC)", "0.5", "", *(f"{aucs[way].mean:.3f}  ± {aucs[way].spread:.3f}" for way in WAYS))
    nearer = [1 - (aucs[way].mean - 0.5) / max(aucs[WAYS[0]].mean - 0.5, 1e-6) for way in WAYS[1:]]
    table.add_row("nearer to 0.5 by", "33 %", "", "", *(f"{100 * share:.0f} %" for share in nearer))
    for sigma in EXCHANGED:
        cells = []
        for way in WAYS:
            pairs = [zip(row[way].eyes, row["untouched"].eyes, strict=True) for row in rows]
            eyes = [tuple(exchanged(made, true, sigma) for made, true in pair) for pair in pairs]
            cells.append(f"{auc([row['untouched'].eyes for row in rows], eyes).mean:.3f}")
        table.add_row(f"  were detail under {sigma} px true", "", "", *cells)
    return table


def closed_table(rows: list[dict[str, dict[str, float]]], usual: float) -> Table:
    """The same for real blinks, `usual` being what open eyes have."""
    table = Table("", "wanted", *WAYS, title=f"{len(rows)} real blinks")
    for name, scale, wanted in (("eye : cheek", usual, "1"), ("irises apart", 1.0, "low")):
        cells = [mean_with_interval([row[way][name] / scale for row in rows]) for way in WAYS]
        table.add_row(name, wanted, *("{:.2f}  [{:.2f}, {:.2f}]".format(*cell) for cell in cells))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, nargs="+", help="folders of open-eyed portraits, one face a picture")
    parser.add_argument("--sample", type=int, help="so many of them, always the same ones")
    parser.add_argument("--closed", type=Path, help="a folder of real blinks")
    parser.add_argument("--refiner", type=Path, default=REFINER_FILE)
    parser.add_argument("--json", type=Path, help="the figures of every portrait go here")
    given = parser.parse_args()
    painters = generators(given.refiner)
    paths = sample_of(held_out(given.faces), given.sample)
    # found first: a process forked from one that has painted may wait for its threads for ever
    shut = [] if given.closed is None else list(portraits(pictures_in(given.closed)))
    rows, usual = [], []
    for portrait in track(portraits(paths), "eyes", total=len(paths)):
        looks = looks_of(portrait, painters) if usable(portrait) else {}
        if looks:
            rows.append(looks)
            whole = crop_of(portrait)
            usual.append(eye_to_cheek(whole.pixels, whole.landmarks, whole.mask))
    if len(rows) < 10:
        raise SystemExit("expected at least ten open-eyed portraits that the refiner has not seen.")
    console = Console(width=150)
    console.print(table_of(rows))
    if shut:
        blinks = [blink_looks(portrait, painters) for portrait in shut]
        console.print(closed_table(blinks, float(np.mean(usual))))
    if given.json is not None:
        plain = [{way: look.measured for way, look in row.items()} for row in rows]
        given.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
