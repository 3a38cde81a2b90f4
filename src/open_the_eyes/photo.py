"""A photo inside the package: upright RGB pixels, and everything of the file that has to survive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeGuard, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from . import notebook
from .edit_record import EditRecord
from .errors import UsageError
from .imaging.arrays import Rgb
from .imaging.depth import Deep, carried_over
from .imaging.geometry import Box
from .imaging.painting import Painting, Tile
from .imaging.pyramid import Pyramid, deepest_level

FileFormat = Literal["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"]

MEDIA_TYPES: Final[dict[FileFormat, str]] = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}
"""Media type of each format, as IANA registers it."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the file was encoded, as far as an encoder can be asked to do the same again.

    Args:
        dpi: dots an inch, across and down, None when the file does not say.
        qtables: JPEG, one table of 64 steps a component, in natural order.
        subsampling: JPEG, HEIF, AVIF, in Pillow's words: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0.
        progressive: JPEG.
        optimized: JPEG, Huffman tables of its own instead of the standard's.
        rgb_stored: JPEG, three components that are red, green and blue instead of YCbCr.
        lossless: WebP, HEIF, AVIF.
        compression: TIFF, in Pillow's words ("raw", "tiff_lzw", ...).
        predictor: TIFF, 2 when rows are stored as differences.
        recast: TIFF, PNG, what its form gives way to in a rewrite ("strips in place of tiles"); told of, not repeated.
        note_at: TIFF, where the maker's note of its EXIF began; 0 where there is none.
        icc_name: PNG, what the profile is called.
        bits: HEIF, AVIF, a colour.
        nclx: HEIF, AVIF, PNG, what the colours are where there is no profile: primaries, transfer and matrix (ITU-T
            H.273), and whether the range is full.
    """

    dpi: tuple[float, float] | None = None
    qtables: tuple[tuple[int, ...], ...] = ()
    subsampling: int = 0
    progressive: bool = False
    optimized: bool = False
    rgb_stored: bool = False
    lossless: bool = False
    compression: str = "raw"
    predictor: int = 1
    recast: tuple[str, ...] = ()
    note_at: int = 0
    icc_name: bytes = b"ICC Profile"
    bits: int = 8
    nclx: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A picture as its file coded it: what an editor of single blocks starts from.

    Args:
        coded: the smallest file with these pixels; JPEG.
        pixels: upright, as decoded from it; read-only, since what differs from them is what gets coded anew.
        sound: a strict decoder has nothing to say against it.
    """

    coded: bytes
    pixels: Rgb
    sound: bool = True


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file said besides its pixels; `files.read` fills it, `files.write` puts it back.

    Args:
        format: the container, sniffed from the bytes and never from the name; None for a picture that came from memory.
        path: where it came from, None for bytes.
        sha256: of the file's bytes, hexadecimal.
        exif: from its byte order mark on ("II*" or "MM*"), without JPEG's "Exif" prefix; the orientation in it is the
            file's own.
        icc: the profile `Photo.pixels` are in; for a CMYK or Lab file that is the one they were converted to.
        xmp: the packet as found.
        orientation: EXIF orientation 1..8 that was applied to make the pixels upright.
        mode: the colour kind of the stored picture, in Pillow's words ("RGB", "L", "CMYK", "P", "RGBA", ...).
        encoding: settings of the encoder worth repeating.
        blocks: everything else, byte for byte, in the file's order: (name, payload) of JPEG segments ("APP13", "COM"),
            PNG chunks ("IDAT" marks the place of the pixels), WebP chunks. The index of a JPEG of several pictures is
            the last, its positions counted from where the trailer begins.
        trailer: JPEG, the bytes behind the picture: further pictures, films, a maker's own data.
        notes: sentences on what of the file cannot be kept in whatever format it is written, or is doubtful.
        stored: JPEG, the picture as the file coded it.
        placeless: where the photo was taken is left out, so nothing else of the source file may go along.
        manifest_lost: the file has Content Credentials that no file made of it can carry.
        source_types: IPTC's words for what the picture is made of, wherever in the file they stood, if not captures.
    """

    format: FileFormat | None
    path: Path | None = None
    sha256: str = ""
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    orientation: int = 1
    mode: str = "RGB"
    encoding: Encoding = field(default_factory=Encoding)
    blocks: tuple[tuple[str, bytes], ...] = ()
    trailer: bytes = b""
    notes: tuple[str, ...] = ()
    stored: Stored | None = field(default=None, repr=False, compare=False)
    placeless: bool = False
    manifest_lost: bool = False
    source_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """Upright RGB pixels, (H, W, 3) uint8; alpha (H, W) uint8 or None; the facts of the file it came from, if any.

    Args:
        picture: the pixels, or a `Painting`, which puts them together when they are asked for.
        deep: the same picture with 16 bits a colour, (H, W, 3) or with alpha (H, W, 4), where the file has them;
            `pixels` and `alpha` are what of it is looked at.
        altered: the pixels are no longer the file's.
        edit: the last of our edits in them, None where there was none after the file was read.

    Raises:
        UsageError: arrays of another shape or type.
    """

    picture: Rgb | Painting
    alpha: NDArray[np.uint8] | None = None
    file: FileFacts | None = None
    deep: Deep | None = None
    altered: bool = False
    edit: EditRecord | None = None

    def __post_init__(self) -> None:
        _check_arrays(self)

    def __repr__(self) -> str:
        """Short, and without what the file tells of people and places."""
        file, (w, h) = self.file, self.size_wh
        told = () if file is None else (file.format, None if file.path is None else file.path.name)
        return f"<Photo {', '.join((f'{w} x {h}', *filter(None, told)))}>"

    def without_pixels(self) -> Photo:
        """The photo with its facts and its size, but black: all its pixels are one, so that they take no memory until
        they are pickled."""
        width, height = self.size_wh
        file = None if self.file is None else replace(self.file, stored=None)
        return Photo(np.broadcast_to(np.uint8(0), (height, width, 3)), None, file, None, self.altered, self.edit)

    def _repr_png_(self) -> bytes:
        """For notebooks, small and in the photo's own colours."""
        small = self.reduced(max(1, max(self.size_wh) / notebook.LARGEST))
        return notebook.png(small, None if self.file is None else self.file.icc)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Its pixels, for numpy; as they are unless another type, or a copy, is asked for.

        Raises:
            ValueError: no copy is to be made, and another type needs one.
        """
        if copy is False and dtype is not None and np.dtype(dtype) != self.pixels.dtype:
            raise ValueError(f"expected to copy pixels of {self.pixels.dtype} as {np.dtype(dtype)}, got copy=False.")
        found = np.asarray(self.pixels, dtype)
        return found.copy() if copy and np.shares_memory(found, self.pixels) else found

    @property
    def pixels(self) -> Rgb:
        """(H, W, 3); those of a painting and of a file are read-only."""
        return self.picture.whole if isinstance(self.picture, Painting) else self.picture

    @property
    def size_wh(self) -> tuple[int, int]:
        base = self.picture.base if isinstance(self.picture, Painting) else self.picture
        return int(base.shape[1]), int(base.shape[0])

    def cut(self, box: Box) -> Rgb:
        """The pixels inside a whole, clipped box; for reading only."""
        return self.picture.cut(box) if isinstance(self.picture, Painting) else cast("Rgb", box.cut(self.picture))

    def reduced(self, shrink: float) -> Rgb:
        """The picture halved as often as leaves it at most `shrink` times smaller; for reading only."""
        number = deepest_level(self.size_wh, shrink)
        return (self.picture if isinstance(self.picture, Painting) else Pyramid(self.picture)).level(number)

    def over(self, base: Rgb) -> Painting:
        """The picture as a painting over another one of its size."""
        if isinstance(self.picture, Painting) and self.picture.base is base:
            return self.picture
        return Painting(base, () if self.picture is base else (Tile(Box(0, 0, *self.size_wh), self.pixels),))

    def with_pixels(self, pixels: Rgb) -> Photo:
        """The same file with other pixels of the same shape; where these are as they were, so are the 16 bits."""
        deep = None if self.deep is None else carried_over(self.deep, self.pixels, pixels)
        return replace(self, picture=pixels, deep=deep, altered=True)

    def with_tiles(self, tiles: Sequence[Tile]) -> Photo:
        """The same with new pixels in some windows only, which costs nothing elsewhere; later tiles cover earlier ones.

        Nobody may change the photo's pixels, or the tiles', any more.
        """
        before = self.picture if isinstance(self.picture, Painting) else Painting(self.picture, ())
        after = Painting(before.base, (*before.tiles, *tiles))
        deep = None
        if self.deep is not None:
            deep = self.deep.copy()
            for window in (tile.window for tile in tiles):
                window.cut(deep)[...] = carried_over(window.cut(self.deep), before.cut(window), after.cut(window))
        return replace(self, picture=after, deep=deep, altered=True)


def _check_arrays(photo: Photo) -> None:
    picture: object = photo.picture
    pixels = picture.base if isinstance(picture, Painting) else picture
    if not _is_array(pixels, np.uint8) or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        wanted = "pixels of shape (height, width, 3), uint8, RGB"
        how = "Give them to photo_from, which takes grey, alpha, 16 bits and images of Pillow, too"
        raise UsageError(f"expected {wanted}; got {_kind(pixels)}. {how}.", option="photo")
    size_hw: tuple[int, int] = (pixels.shape[0], pixels.shape[1])
    alpha, deep = photo.alpha, photo.deep
    if alpha is not None and (not _is_array(alpha, np.uint8) or alpha.shape != size_hw):
        raise UsageError(f"expected alpha of shape {size_hw}, uint8; got {_kind(alpha)}. Convert it.", option="photo")
    shapes = [(*size_hw, planes) for planes in (3, 4)]
    if deep is not None and (not _is_array(deep, np.uint16) or deep.shape not in shapes):
        wanted = f"deep of shape {shapes[0]} or {shapes[1]}, uint16"
        raise UsageError(f"expected {wanted}; got {_kind(deep)}. Convert it.", option="photo")


def _is_array(given: object, dtype: type[np.generic]) -> TypeGuard[NDArray[np.generic]]:
    return isinstance(given, np.ndarray) and given.dtype == dtype


def _kind(given: object) -> str:
    """What it is, for a message."""
    return f"{given.shape} {given.dtype}" if isinstance(given, np.ndarray) else type(given).__name__
