"""What a photo's numbers mean: faces are known, and eyes painted, in sRGB, whatever space the photo is in.

Only a copy is converted. Of what is painted there the change is taken back, so that pixels which did not change, and
colours that sRGB does not have, stay the photo's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from PIL import Image

from ...imaging.arrays import Rgb
from ...imaging.painting import Tile
from ...photo import FileFacts, Photo
from ...roles import Face
from ...seen import Seen
from .declared_space import declared_by, overrides_profile

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

# Only what is looked at is converted, for that takes time.
AROUND_FACE: Final = 0.5
"""How far around a face pixels are looked at while its eyes are opened, in face sizes."""
AROUND_PERSON: Final = 1.0
"""How far around a face pixels are looked at while people are told apart, in face sizes: hair and clothes count."""
NEAR: Final = 3
"""Most that a colour of a space may be from sRGB, in levels, for the space to be taken for sRGB: cameras write it in
many ways."""
_PROBES: Final = np.linspace(0, 255, 6).astype(np.uint8)
_STRIP: Final = 256
"""Rows converted at a time, to spare the memory of a second copy."""


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """The RGB space of a profile, beside sRGB; where its white is a lower level than 255, what is brighter is white."""

    _to_srgb: ImageCmsTransform
    _from_srgb: ImageCmsTransform
    _white: int = 255

    def in_srgb(self, pixels: Rgb) -> Rgb:
        """(h, w, 3) of this space as sRGB; colours that it does not have come out as its nearest."""
        return _transformed(self._to_srgb, self._with_white_at_255(pixels))

    def with_change(self, pixels: Rgb, before: Rgb, after: Rgb) -> Rgb:
        """(h, w, 3) of this space with what changed between two pictures in sRGB; unchanged pixels are the same."""
        change = _transformed(self._from_srgb, after).astype(np.int16) - _transformed(self._from_srgb, before)
        if self._white < 255:
            change = np.round(change * (self._white / 255)).astype(np.int16)
        return np.asarray(np.clip(pixels + change, 0, 255), np.uint8)

    def _with_white_at_255(self, pixels: Rgb) -> Rgb:
        """The picture with its white at level 255."""
        if self._white == 255:
            return pixels
        levels = np.minimum(np.round(np.arange(256) * (255 / self._white)), 255).astype(np.uint8)
        return np.asarray(cv2.LUT(np.ascontiguousarray(pixels), levels), np.uint8) if pixels.size else pixels


def space_of(photo: Photo) -> ColourSpace | None:
    """The space that a photo's file names, by its profile or without one; None for sRGB, and for what cannot be
    used."""
    file = photo.file
    if file is None:
        return None
    declared = declared_by(file) if file.icc is None or overrides_profile(file) else None
    if declared is not None:
        return _space_of(declared.profile, declared.white)
    return None if file.icc is None else _space_of(file.icc, 255)


def excerpt(pixels: Rgb, photo: Photo) -> Rgb:
    """A small picture (h, w, 3) made of the photo's pixels, in sRGB: for a page, where it comes without a profile."""
    space = space_of(photo)
    return pixels if space is None else space.in_srgb(pixels)


def for_screen(pixels: Rgb, source: FileFacts | None) -> Photo:
    """A picture made of a file's pixels (h, w, 3), to be stored by itself in any format: with the file's profile, or in
    sRGB where the file told its colours without one."""
    if source is None:
        return Photo(pixels)
    if source.icc is None or overrides_profile(source):
        return Photo(excerpt(pixels, Photo(pixels, file=source)), None, FileFacts(source.format))
    return Photo(pixels, None, FileFacts(source.format, icc=source.icc))


def in_srgb(seen: Seen, faces: Iterable[Face], around: float = AROUND_PERSON) -> Seen:
    """A photo that was looked at, shown in sRGB `around` some of its faces; the same where it is in sRGB anyway."""
    space, pixels = space_of(seen.photo), seen.photo.pixels
    parts = [face.box.grown(around).within(pixels) for face in faces]
    if space is None or not parts or seen.srgb is not None:
        return seen
    out = pixels.copy()
    for part in parts:  # each from the photo: parts of neighbours overlap
        for top in range(int(part.top), int(part.bottom), _STRIP):
            strip = replace(part, top=top, bottom=min(top + _STRIP, part.bottom))
            strip.cut(out)[...] = space.in_srgb(strip.cut(pixels))
    return replace(seen, srgb=out)


def taken_back(photo: Photo, srgb: Rgb | None, tiles: Sequence[Tile]) -> list[Tile]:
    """Tiles that were painted on the photo's pixels in `srgb` (`Seen.srgb`), brought to the photo's own space."""
    space, pixels = space_of(photo), photo.pixels
    if space is None or srgb is None:
        return list(tiles)
    return [
        Tile(one.window, space.with_change(one.window.cut(pixels), one.window.cut(srgb), one.pixels)) for one in tiles
    ]


@lru_cache(maxsize=16)
def _space_of(icc: bytes, white: int) -> ColourSpace | None:
    from PIL import ImageCms

    if icc[16:20] != b"RGB ":
        return None
    try:
        own, srgb = ImageCms.ImageCmsProfile(BytesIO(icc)), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        options: dict[str, Any] = {"inMode": "RGB", "outMode": "RGB"}
        options["renderingIntent"] = ImageCms.Intent.RELATIVE_COLORIMETRIC
        space = ColourSpace(
            ImageCms.buildTransform(own, srgb, **options), ImageCms.buildTransform(srgb, own, **options), white
        )
    except (OSError, ImageCms.PyCMSError):
        return None
    probes = np.stack(np.meshgrid(_PROBES, _PROBES, _PROBES), axis=-1).reshape(-1, 1, 3)
    off = space.in_srgb(probes).astype(np.int16) - probes
    return None if np.abs(off).max() <= NEAR else space


def _transformed(transform: ImageCmsTransform, pixels: Rgb) -> Rgb:
    from PIL import ImageCms

    if not pixels.size:
        return pixels
    converted = ImageCms.applyTransform(Image.fromarray(np.ascontiguousarray(pixels)), transform)
    return np.asarray(converted, np.uint8)
