"""A folder of faces as pictures with landmarks, found once and in the same order everywhere."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from open_the_eyes.models.mediapipe_faces import MediapipeDetector
from rich.progress import track

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.settings import Settings

from .kept import fingerprint

CACHE = Path("out/landmarks")
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture and the landmarks of its largest face, (478, 3)."""

    path: Path
    pixels: Rgb
    landmarks: Points


@cache
def detector() -> MediapipeDetector:
    """One detector a process."""
    return MediapipeDetector(Settings())


def pictures_in(folder: Path) -> list[Path]:
    """Every picture directly in a folder, by name.

    Raises:
        SystemExit: there is no such folder, or no picture in it.
    """
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not found:
        came = "found none" if folder.is_dir() else "it is no folder"
        raise SystemExit(f"{folder}: expected a folder with pictures ({', '.join(sorted(SUFFIXES))}), {came}.")
    return found


def expect_faces(found: int, least: int, where: Path) -> None:
    """Ends the command where fewer faces were found than it can learn or tell from.

    Raises:
        SystemExit: there are fewer.
    """
    if found < least:
        raise SystemExit(
            f"{where}: expected pictures of open-eyed faces, at least {least}, found {found}; name others."
        )


def blinks_listed(folder: Path) -> list[dict[str, str]]:
    """Rows of `closed.csv` with `same_person_open`: the `file` of a blink, and one of the same person with open eyes.

    Raises:
        SystemExit: there is no such table, or no such row in it.
    """
    table = folder / "closed.csv"
    if not table.is_file():
        raise SystemExit(f"{table}: expected a table of blinks, with columns file and same_person_open, found none.")
    with table.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("file") and row.get("same_person_open")]
    if not rows:
        raise SystemExit(f"{table}: expected rows with file and same_person_open, found none.")
    return rows


def sample_of(paths: list[Path], count: int | None) -> list[Path]:
    """So many of the paths, always the same ones; all of them where there are no more, or no number is given."""
    return sorted(random.Random(0).sample(paths, count)) if count is not None and count < len(paths) else paths


def read_rgb(path: Path) -> Rgb | None:
    """An 8-bit RGB picture, None where it cannot be read."""
    stored = np.frombuffer(path.read_bytes(), np.uint8)
    bgr = cv2.imdecode(stored, cv2.IMREAD_COLOR) if stored.size else None  # OpenCV raises on an empty file
    return None if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _landmarks(path: Path) -> Points | None:
    pixels = read_rgb(path)
    faces = [] if pixels is None else detector().detect(pixels)
    return max(faces, key=lambda f: f.box.area).landmarks if faces else None


def portraits(paths: list[Path], workers: int = 2, cache: Path = CACHE) -> Iterator[Portrait]:
    """The pictures in which a face is found, in order; shows a progress bar.

    Landmarks are kept in `cache`, one file a list of pictures, so that a second training starts at once.
    """
    kept = cache / f"{fingerprint(paths)}.npz"
    if not kept.exists():
        with ProcessPoolExecutor(workers) as pool:
            found = list(track(pool.map(_landmarks, paths, chunksize=16), "landmarks", total=len(paths)))
        cache.mkdir(parents=True, exist_ok=True)
        rows = np.array([k for k, marks in enumerate(found) if marks is not None])
        np.savez(kept, rows=rows, landmarks=np.array([found[k] for k in rows]))
    with np.load(kept) as file:
        rows, landmarks = file["rows"], file["landmarks"]
    for row, marks in zip(rows, landmarks, strict=True):
        pixels = read_rgb(paths[row])
        if pixels is not None:
            yield Portrait(paths[row], pixels, marks)
