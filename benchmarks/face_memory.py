"""`python -m benchmarks.face_memory`: what a photo that is all face takes of memory, by the pixel.

How much a pod needs for the largest photo that it takes follows from that (docs/kubernetes.md).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from rich.console import Console

from open_the_eyes.engine import load_engine
from open_the_eyes.imaging.arrays import Rgb

from . import pictures
from .cpu_speed import command

CASES: Final = (
    ("photo.jpg", 1, "standard", ()),
    ("photo.jpg", 5, "standard", ()),
    ("photo.jpg", 5, "ultra", ()),
    ("photo.png", 1, "standard", ()),
    ("photo.png", 5, "standard", ()),
    ("photo.png", 5, "ultra", ()),
    ("small.jpg", 1, "standard", ("photo.jpg",)),
    ("small.jpg", 1, "standard", ("photo.jpg", "again.jpg", "more.jpg")),
    ("small.jpg", 1, "standard", ("photo.png",)),
)
"""File, variations, mode, references; the PNG has 16 bits a colour."""

say: Final = Console(markup=False, highlight=False, soft_wrap=True).print


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, default=25.0, help="of the photo (default: %(default)s)")
    side = round((1e6 * parser.parse_args().megapixels) ** 0.5)
    detector = load_engine("appearance").detector
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        pictures.written(pictures.close_up((512, 512), detector), folder / "small.jpg")
        face = pictures.close_up((side, side), detector)
        pictures.written(face, folder / "photo.jpg")
        _write_16_bits(face, folder / "photo.png")
        for number, name in enumerate(("again.jpg", "more.jpg"), start=1):  # others, or they would be named twice
            pictures.written(np.roll(face, number, axis=1), folder / name)
        least, _ = _opened(folder, "small.jpg", 1, "standard")
        say(f"{least / 2**30:.2f} GiB for a face of 512 x 512 pixels; for one of {side} x {side}, bytes a pixel more:")
        for name, variations, mode, references in CASES:
            peak, written = _opened(folder, name, variations, mode, references)
            more, result = (peak - least) / side**2, written / side**2
            if references:
                say(f"{name} with {', '.join(references)}: {more:.1f} bytes a pixel of a reference")
                continue
            say(f"{name}, {variations} of mode {mode}: {more:.1f}; a result has {result:.1f} bytes a pixel")


def _write_16_bits(picture: Rgb, file: Path) -> None:
    cv2.imwrite(str(file), picture[..., ::-1].astype(np.uint16) * 257, [cv2.IMWRITE_PNG_COMPRESSION, 1])


def _opened(folder: Path, name: str, variations: int, mode: str, references: Sequence[str] = ()) -> tuple[float, int]:
    """Bytes that a fresh process takes to open a photo, and those of its largest result."""
    out = folder / f"{name}-{variations}-{mode}-{'-'.join(references)}"
    asked = ["--all", "--variations", str(variations), "--mode", mode]
    for reference in references:
        asked += ["--reference", str(folder / reference)]
    _, mebibytes = command("open", str(folder / name), "-o", f"{out}/", *asked)
    return mebibytes * 2**20, max(file.stat().st_size for file in out.iterdir())


if __name__ == "__main__":
    main()
