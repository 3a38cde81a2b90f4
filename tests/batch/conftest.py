"""A small shoot, and what `open` makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from tests.processes import heed_ctrl_c

BLINKS: Final = 7
PHOTO_PX: Final = 300
PROGRAM: Final = (sys.executable, "-c", "import sys; from open_the_eyes.cli import main; sys.exit(main())")


@pytest.fixture(scope="session")
def shoot(tmp_path_factory: pytest.TempPathFactory, portrait: Rgb, blinked: Rgb) -> Path:
    """day1/blink0.jpg ..., of which one has more than its picture, and a PNG with closed eyes; day2/open.jpg with open
    ones, day2/broken.jpg, notes.md."""
    folder = tmp_path_factory.mktemp("shoot")
    for name in ("day1", "day2"):
        (folder / name).mkdir()
    for number in range(BLINKS):
        small = cv2.resize(blinked[number : 480 + number], (PHOTO_PX, PHOTO_PX), interpolation=cv2.INTER_AREA)
        suffix = ".png" if number == BLINKS - 1 else ".jpg"
        Image.fromarray(np.asarray(small, np.uint8)).save(folder / f"day1/blink{number}{suffix}", quality=90)
    with (folder / "day1/blink1.jpg").open("ab") as file:
        file.write(b"left behind the picture")
    Image.fromarray(portrait[:300, 80:380]).save(folder / "day2/open.jpg", quality=90)
    (folder / "day2/broken.jpg").write_text("this is text")
    (folder / "notes.md").write_text("this is none")
    return folder


@pytest.fixture(scope="session")
def by_open(shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The files that `open` writes, by their names in a tree like the shoot's."""
    folder = tmp_path_factory.mktemp("by-open")
    photos = sorted(map(str, shoot.glob("day1/*")))
    # with more threads than a worker has, as `open` would have them by itself on a larger machine
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    subprocess.run([*PROGRAM, "open", *photos, "-o", str(folder)], check=True, capture_output=True, env=environment)
    results = {f"day1/{path.name}": path.read_bytes() for path in folder.iterdir()}
    assert len(results) == BLINKS
    return results


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    """`open-the-eyes batch` with these arguments, in a process of its own."""
    command = [*PROGRAM, "batch", *map(str, arguments)]
    environment, pipe = os.environ | {"OTE_DEVICE": "cpu"}, subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, preexec_fn=heed_ctrl_c)


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit code, stdout and stderr."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def pictures(folder: Path) -> dict[str, bytes]:
    """Every file below that is none of the batch's own, by its name."""
    files = [path for path in folder.rglob("*") if path.is_file() and "open-the-eyes.batch" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def states(folder: Path) -> Sequence[str]:
    """The lines of the manifest."""
    manifest = folder / "open-the-eyes.batch/manifest.jsonl"
    return manifest.read_text().splitlines() if manifest.exists() else []
