"""Eye crops out of folders of faces, cut once and kept in one file.

    python training/eye_state/data.py FACES OUT.npz

FACES holds `eye_state/closed`, `eye_state/open` and `train` (open-eyed faces). One picture in five of `eye_state`,
chosen by the hash of its name, is held out and never trained on.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from open_the_eyes.imaging.eyecrop import eye_crop
from open_the_eyes.imaging.mesh478 import SIDES
from open_the_eyes.imaging.openness import eye_width, opennesses
from open_the_eyes.models.mediapipe_faces import MediapipeDetector
from open_the_eyes.settings import Settings

WIDE_WH, WIDE_SPAN = (120, 88), 2.9  # room for jitter around the network's own crop
TRAIN_EVERY = 2  # of the many open-eyed faces, every other one is plenty

_detector: MediapipeDetector | None = None


def held_out(path: Path) -> bool:
    """One name in five, always the same ones."""
    return hashlib.sha256(path.name.encode()).digest()[0] % 5 == 0


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def rows_of(path: Path) -> list[tuple]:
    """(crop, openness, eye width in pixels, yaw) of both eyes of a picture's largest face."""
    global _detector
    _detector = _detector or MediapipeDetector(Settings())
    pixels = read(path)
    faces = _detector.detect(pixels)
    if not faces:
        return []
    face = max(faces, key=lambda one: one.box.area)
    openness = opennesses(face.landmarks)
    width = float(np.mean([eye_width(face.landmarks, side) for side in SIDES]))
    return [
        (eye_crop(pixels, face.landmarks, side, WIDE_WH, WIDE_SPAN), openness[side], width, face.yaw_deg)
        for side in SIDES
    ]


def pictures(faces: Path, train_every: int) -> Iterator[tuple[Path, int]]:
    """Path and label: 1 closed, 0 open."""
    for name, label in (("closed", 1), ("open", 0)):
        for path in sorted((faces / "eye_state" / name).glob("*.jpg")):
            yield path, label
    for path in sorted((faces / "train").glob("*.jpg"))[::train_every]:
        yield path, 0


def main(faces: Path, out: Path, train_every: int = TRAIN_EVERY) -> None:
    listed = list(pictures(faces, train_every))
    rows = []
    with ProcessPoolExecutor(2) as pool:
        for number, (found, (path, label)) in enumerate(
            zip(pool.map(rows_of, [path for path, _ in listed], chunksize=16), listed, strict=True)
        ):
            source = "eye_state" if "eye_state" in path.parts else "train"
            rows += [(*row, label, held_out(path) and source == "eye_state", source, path.name) for row in found]
            if number % 200 == 0:
                print(f"{number}/{len(listed)} pictures, {len(rows)} eyes", flush=True)
    crops, openness, width, yaw, label, held, source, name = (np.array(column) for column in zip(*rows, strict=True))
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        out, crops=crops, openness=openness, width=width, yaw=yaw, label=label, held=held, source=source, name=name
    )
    print(f"{len(rows)} eyes of {len(listed)} pictures -> {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
