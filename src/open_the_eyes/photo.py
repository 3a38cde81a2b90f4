"""A photo inside the package: upright RGB pixels, and everything of the file that has to survive."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .imaging.arrays import Rgb

FileFormat = Literal["JPEG", "PNG", "WEBP", "TIFF"]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file said besides its pixels; `files.read` fills it, `files.write` puts it back.

    Args:
        format: the container, sniffed from the bytes and never from the name.
        path: where it came from, None for bytes.
        sha256: of the file's bytes, hexadecimal.
        exif, icc, xmp: raw blocks as found; the EXIF orientation is the file's own.
        orientation: EXIF orientation 1..8 that was applied to make the pixels upright.
        mode: the colour kind of the stored picture, in Pillow's words ("RGB", "L", "CMYK", "P", "RGBA", ...).
        encoder: settings of the encoder worth repeating (JPEG: "qtables", "subsampling", "progressive"; WebP: "lossless";
            TIFF: "compression"; all: "dpi").
    """

    format: FileFormat
    path: Path | None = None
    sha256: str = ""
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    orientation: int = 1
    mode: str = "RGB"
    encoder: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Photo:
    """Upright RGB pixels, (H, W, 3) uint8; alpha (H, W) uint8 or None; the facts of the file it came from, if any."""

    pixels: Rgb
    alpha: NDArray[np.uint8] | None = None
    file: FileFacts | None = None

    @property
    def size_wh(self) -> tuple[int, int]:
        return int(self.pixels.shape[1]), int(self.pixels.shape[0])

    def with_pixels(self, pixels: Rgb) -> Photo:
        """The same file with other pixels of the same shape."""
        return replace(self, pixels=pixels)
