"""What a format hands over when it is taken apart, what it needs to be put together, and the guard round decoders."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from PIL.Image import DecompressionBombError, Image

from ..errors import PhotoError, PhotoTooLarge, UnreadablePhoto, lacks_memory
from ..imaging.depth import Deep
from ..photo import Encoding

Blocks: TypeAlias = tuple[tuple[str, bytes], ...]
"""(name, payload) of everything that is carried over byte for byte."""

MAX_METADATA: int = 32_000_000
"""Most bytes that a compressed profile or text may swell to; the largest printer profiles are about 4 MB."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file taken apart.

    Args:
        size_wh: as stored, before the orientation is applied.
        bare: the smallest file with the same pixels. It is all that a foreign decoder sees, so nothing in the metadata
            can trouble it.
        deep: more than 8 bits a colour.
        notes: sentences on what a rewrite loses, whatever the format.
        trailer: JPEG, what stands behind the picture.
        manifest_lost: there are Content Credentials that are not carried.
    """

    size_wh: tuple[int, int]
    bare: bytes
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    encoding: Encoding = field(default_factory=Encoding)
    blocks: Blocks = ()
    deep: bool = False
    notes: tuple[str, ...] = ()
    trailer: bytes = b""
    manifest_lost: bool = False


@dataclass(frozen=True, slots=True)
class Coding:
    """How a picture was coded: only changed blocks anew, all of it though blocks were wanted (and why), or as it came.

    As text it is what reports say.
    """

    kind: Literal["coefficients", "reencoded", "whole"]
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}" if self.reason else self.kind


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file about to be put together: the picture as it is to be stored, and what goes with it.

    Args:
        trailer: JPEG, what is to stand behind the picture.
        same_mode: the picture has the colour kind that the source file had.
        deep: the same picture with 16 bits a colour, (H, W, 1..4), for formats that can hold it.
        coded: JPEG, a file of this picture whose coding is to be taken as it is.
        coding: how the picture was, or is to be, coded.
        quality: 1..100, where somebody asked for one; in formats with loss, and `encoding` is then not lossless.
    """

    picture: Image
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    encoding: Encoding = field(default_factory=Encoding)
    blocks: Blocks = ()
    trailer: bytes = b""
    dpi: tuple[float, float] | None = None
    same_mode: bool = False
    deep: Deep | None = None
    coded: bytes | None = None
    coding: Coding = Coding("whole")
    quality: int | None = None


def check_pixels(size_wh: tuple[int, int], max_pixels: int) -> None:
    """Nothing, when a picture of this size may be decoded.

    Raises:
        UnreadablePhoto: a side of no length.
        PhotoTooLarge: more pixels than the limit.
    """
    width, height = size_wh
    if width < 1 or height < 1:
        raise UnreadablePhoto(f"expected a picture with pixels, it says it is {width} x {height}; export it again.")
    if width * height > max_pixels:
        raise PhotoTooLarge(
            f"expected at most {max_pixels:,} pixels, it says it is {width} x {height} = {width * height:,}; "
            "make it smaller.",
            mend="OTE_MAX_PIXELS",
            how="Or raise the limit",
        )


def damaged(what: str) -> UnreadablePhoto:
    """The error for a file that breaks its own format's rules."""
    return UnreadablePhoto(f"expected a whole picture, the file is damaged: {what}. Copy or export it again.")


def truncated(where: str) -> UnreadablePhoto:
    """The error for a file that stops early."""
    return UnreadablePhoto(f"expected a whole picture, the file ends inside {where}. Copy or download it again.")


@contextmanager
def foreign_decoder() -> Iterator[None]:
    """Whatever a decoder raises on hostile bytes comes out as one of ours."""
    try:
        yield
    except PhotoError:
        raise
    except DecompressionBombError as error:
        raise PhotoTooLarge(f"expected a picture that fits into memory ({error}); make it smaller.") from error
    except Exception as error:  # decoders raise nearly every kind there is when bytes are hostile
        if lacks_memory(error):
            raise PhotoTooLarge("expected a picture that fits into memory; make it smaller.") from error
        raise damaged(" ".join(str(error).split()) or type(error).__name__) from error


def u16(data: bytes, at: int, order: str = ">") -> int:
    """Two bytes as a number; the caller has checked that they are there."""
    return int(struct.unpack_from(order + "H", data, at)[0])


def u32(data: bytes, at: int, order: str = ">") -> int:
    """Four bytes as a number; the caller has checked that they are there."""
    return int(struct.unpack_from(order + "I", data, at)[0])
