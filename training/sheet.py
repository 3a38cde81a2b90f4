"""`python -m training.sheet PHOTOS OUT`: opens every photo of a folder; a contact sheet to look at, and a table.

Sheets show the eyes of each face, before and after, at a common size. They show the folder's people: keep them private.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import PhotoError, UsageError
from open_the_eyes.files import read
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import OUTER_CORNER
from open_the_eyes.imaging.geometry import similarity_from_two
from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.report import EyeReport
from open_the_eyes.results import Opened
from open_the_eyes.roles import Face

from .faces import pictures_in

TILE_WH = (480, 200)
ROWS = 10


def eyes_of(pixels: Rgb, face: Face) -> Rgb:
    """The eyes of a face, upright, at TILE_WH."""
    w, h = TILE_WH
    to_tile = similarity_from_two(
        face.landmarks[OUTER_CORNER["left"]],
        face.landmarks[OUTER_CORNER["right"]],
        np.array([0.19 * w, 0.56 * h]),
        np.array([0.81 * w, 0.56 * h]),
    )
    return np.asarray(cv2.warpAffine(pixels, to_tile, TILE_WH, flags=cv2.INTER_CUBIC), np.uint8)


def labelled(tiles: Sequence[Rgb], text: str) -> NDArray[np.uint8]:
    """One row of a sheet: tiles (h, w, 3) side by side, with a line of text on them."""
    row = np.hstack(tiles)
    for colour, thick in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(row, text, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thick, cv2.LINE_AA)
    return row


def tiles_of(path: Path, result: Opened, engine: Engine, before: Rgb, every: bool) -> list[NDArray[np.uint8]]:
    """One row a face that was opened or refused: before, then each variation."""
    rows = []
    for face, report in zip(engine.detector.detect(before), result.faces, strict=True):
        if not every and report.outcome in ("already_open", "skipped"):
            continue
        tiles = [eyes_of(p, face) for p in (before, *(v.pixels for v in result.variations))]
        rows.append(labelled(tiles, f"{path.stem[:26]} #{report.id} {report.outcome}"))
    return rows


def write_sheets(rows: list[NDArray[np.uint8]], out: Path) -> list[Path]:
    """Pages of ROWS rows as PNG."""
    out.mkdir(parents=True, exist_ok=True)
    pages = []
    for page, start in enumerate(range(0, len(rows), ROWS)):
        sheet = np.vstack(rows[start : start + ROWS])
        pages.append(out / f"sheet{page}.png")
        cv2.imwrite(str(pages[-1]), sheet[..., ::-1])
    return pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mode", default="standard")
    parser.add_argument("--variations", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every-face", action="store_true", help="also show faces that were left alone")
    given = parser.parse_args()
    try:
        options = Options.of(mode=given.mode, variations=given.variations, seed=given.seed)
    except UsageError as error:
        parser.error(str(error))
    engine, rows = load_engine(), []
    table = Table("photo", "face", "outcome", "left", "right", "seconds")
    counts: dict[str, int] = {}
    for path in pictures_in(given.photos):
        began = time.perf_counter()
        try:
            result = open_eyes(path, options, engine=engine)
        except PhotoError as error:
            counts["failed"] = counts.get("failed", 0) + 1
            table.add_row(path.name, "-", str(error), "", "", "")
            continue
        took = time.perf_counter() - began
        before = engine_input(path, engine)
        rows += tiles_of(path, result, engine, before, given.every_face)
        for face in result.faces:
            counts[face.outcome] = counts.get(face.outcome, 0) + 1
            eyes = [_told(eye) for eye in face.eyes.values()]
            table.add_row(path.name, str(face.id), f"{face.outcome} {face.reason}"[:60], *eyes, f"{took:.2f}")
        if not result.faces:
            counts["no face"] = counts.get("no face", 0) + 1
            table.add_row(path.name, "-", "no face", "", "", f"{took:.2f}")
    console = Console(width=150)
    console.print(table)
    console.print(counts)
    for page in write_sheets(rows, given.out):
        console.print(f"{page}")


def _told(eye: EyeReport) -> str:
    """How far open it was, and is where it was opened."""
    return f"{eye.openness_before:.2f}" + ("" if eye.openness_after is None else f" → {eye.openness_after:.2f}")


def engine_input(path: Path, engine: Engine) -> Rgb:
    """The pixels that the engine saw."""
    return read(path, engine.settings).pixels


if __name__ == "__main__":
    main()
