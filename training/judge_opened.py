"""`python -m training.judge_opened PHOTOS`: opens the blinks of a folder; an independent judge says how many look open.

The judge (`training/eye_state/judge.py`) shares nothing with the network that the product verifies itself with. PHOTOS
holds one face a picture with its eyes shut. Tight face crops get a border in which the picture fades out into its own
mean colour, as room for the face detector; nothing of it comes near the eyes.

The shipped network and the judge's usual file learnt from all folds of `eye_state` but `SHIPPED_LEAVES_OUT`, and that
one helped to choose rules. For blinks that nothing and nobody has seen, leave another fold out of both:

    python -m training.eye_state.train out/eyes.npz out/without1.onnx --leave-out 1
    python -m training.eye_state.judge FACES out/judge1.npz --leave-out 1
    python -m training.judge_opened FACES/eye_state/closed --fold 1 --network out/without1.onnx --judge out/judge1.npz
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from open_the_eyes.models.mediapipe_faces import MediapipeDetector
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.eye_state import EyeStateNetwork
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.roles import Face

from .eye_state.data import FOLDS, fold_of
from .eye_state.judge import DEFAULT, Judge
from .faces import pictures_in, read_rgb, sample_of
from .sheet import eyes_of, labelled, write_sheets

CLOSED_FROM: Final = 0.5
"""Of the judge's probability."""


@dataclass(frozen=True, slots=True)
class Row:
    """One picture.

    Args:
        outcome: of its largest face; "no face" where none was found.
        openness, closed: what the pipeline measured and what the judge thinks of the worse eye, before and after.
    """

    name: str
    outcome: str
    reason: str
    openness_before: float = 0.0
    openness_after: float = 0.0
    closed_before: float = 0.0
    closed_after: float = 0.0

    @property
    def looks_open(self) -> bool:
        return self.outcome == "opened" and self.closed_after < CLOSED_FROM


def with_room(pixels: Rgb, share: float) -> Rgb:
    """The picture mirrored outwards by `share` of its longer side and faded to its mean colour, without a hard edge."""
    d = round(share * max(pixels.shape[:2]))
    if d == 0:
        return pixels
    wide = to_tones(np.asarray(cv2.copyMakeBorder(pixels, d, d, d, d, cv2.BORDER_REFLECT_101), np.uint8))
    inner = np.pad(np.ones(pixels.shape[:2], np.float32), d)
    distance = cv2.distanceTransform((inner < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    fade = np.clip(1 - distance / (0.5 * d), 0, 1)[..., None]
    soft = cv2.GaussianBlur(wide, (0, 0), max(0.1 * d, 1.0))
    out = np.where(inner[..., None] > 0, wide, pixels.mean(axis=(0, 1)) * (1 - fade) + soft * fade)
    return to_levels(out)


def judged(path: Path, pixels: Rgb, engine: Engine, options: Options, judge: Judge) -> tuple[Row, Opened, Face | None]:
    """One picture opened, and what the judge says of it."""
    result = open_eyes(Photo(pixels), options, engine=engine)
    faces = engine.detector.detect(pixels)
    if not faces:
        return Row(path.name, "no face", ""), result, None
    index = max(range(len(faces)), key=lambda k: faces[k].box.area)
    face, report = faces[index], result.faces[index]
    again = engine.detector.measure(result.photo.pixels, face) or face
    before = judge.closed_probability(pixels, face)
    after = judge.closed_probability(result.photo.pixels, again)
    row = Row(
        path.name,
        report.outcome,
        report.reason,
        min(report.eyes[side].openness_before for side in SIDES),
        min(report.eyes[side].openness_after or report.eyes[side].openness_before for side in SIDES),
        max(before.values()),
        max(after.values()),
    )
    return row, result, face


def tile(before: Rgb, after: Rgb, face: Face, row: Row) -> Rgb:
    """Both pictures' eyes side by side, with what was said of them."""
    words = f"{row.name[:24]} {row.outcome}, judge {row.closed_before:.2f} > {row.closed_after:.2f} {row.reason[:64]}"
    return labelled([eyes_of(before, face), eyes_of(after, face)], words)


def table_of(rows: list[Row]) -> Table:
    """Counts of outcomes, and of those opened how many look open."""
    table = Table("outcome", "pictures", "share", "look open to the judge")
    for outcome, count in Counter(row.outcome for row in rows).most_common():
        ours = [row for row in rows if row.outcome == outcome]
        open_now = sum(row.closed_after < CLOSED_FROM for row in ours) if outcome != "no face" else 0
        table.add_row(outcome, str(count), f"{count / len(rows):.1%}", f"{open_now} ({open_now / count:.1%})")
    return table


def chosen(folder: Path, fold: int | None, sample: int | None) -> list[Path]:
    """The pictures: all, or one fold of them (`eye_state.data`); then a sample."""
    paths = [path for path in pictures_in(folder) if fold is None or fold_of(path) == fold]
    return sample_of(paths, sample)


def run(paths: Iterable[Path], options: Options, given: argparse.Namespace) -> tuple[list[Row], list[Rgb]]:
    """Rows of all pictures, tiles of those that went wrong (with --every-face of all)."""
    engine, judge = load_engine("appearance"), Judge.load(given.judge)
    if given.network is not None:
        engine = replace(engine, detector=MediapipeDetector(engine.settings, EyeStateNetwork(given.network)))
    rows, tiles = [], []
    for path in track(list(paths), "opening"):
        pixels = read_rgb(path)
        if pixels is None:
            continue
        pixels = with_room(pixels, given.room)
        row, result, face = judged(path, pixels, engine, options, judge)
        rows.append(row)
        if face is not None and (given.every_face or not row.looks_open):
            tiles.append(tile(pixels, result.photo.pixels, face, row))
    return rows, tiles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="only these pictures of an eye_state folder")
    parser.add_argument("--network", type=Path, help="an eye-state network that did not learn from them")
    parser.add_argument("--sample", type=int, help="so many of them, always the same ones")
    parser.add_argument("--room", type=float, default=0.25, help="border around each picture; 0 for whole photos")
    parser.add_argument("--mode", default="standard")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="also open eyes that the product is unsure about")
    parser.add_argument("--judge", type=Path, default=DEFAULT)
    parser.add_argument(
        "--sheets", type=Path, help="failures to look at go here, as PNG; keep them out of the repository"
    )
    parser.add_argument("--every-face", action="store_true", help="successes too")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not given.judge.exists():
        raise SystemExit(
            f"{given.judge}: expected a judge; train it: python -m training.eye_state.judge FACES {given.judge}"
        )
    try:
        options = Options.of(mode=given.mode, seed=given.seed, all=given.all)
    except UsageError as error:
        parser.error(str(error))
    rows, tiles = run(chosen(given.photos, given.fold, given.sample), options, given)
    console = Console(width=120)
    console.print(table_of(rows))
    open_now = sum(row.looks_open for row in rows)
    console.print(f"{open_now} of {len(rows)} blinks were opened and look open: {open_now / max(len(rows), 1):.1%}")
    if given.sheets is not None:
        for page in write_sheets(tiles, given.sheets):
            console.print(f"{page}")
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
