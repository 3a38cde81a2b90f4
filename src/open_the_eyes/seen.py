"""A photo that was looked at: what was found in it goes along with it, so that nobody searches the same again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .imaging.arrays import Rgb
from .photo import Photo
from .roles import Face, FaceDetector
from .wording import counted


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo and the faces in it. Nobody may change its pixels any more.

    Args:
        faces: left to right.
        detector: whose faces these are; an engine with another one searches for itself.
        traits: what a describer says of each face, in their order; None where it has not been asked, as it need not be
            of faces with embeddings.
        srgb: (H, W, 3), the photo's pixels, in sRGB around faces; None where the photo is in sRGB, or taken as it is.
    """

    photo: Photo
    faces: tuple[Face, ...]
    detector: FaceDetector
    traits: tuple[NDArray[np.float32], ...] | None = None
    srgb: Rgb | None = None

    @property
    def pixels(self) -> Rgb:
        """(H, W, 3), in which the faces are looked at and eyes painted."""
        return self.photo.pixels if self.srgb is None else self.srgb

    def __repr__(self) -> str:
        """Short, and without what tells who they are."""
        return f"<Seen {self.photo!r}: {counted(len(self.faces), 'face')}>"

    def around_faces(self, reach: float) -> Seen:
        """The same, but black further than `reach` times a face's longer side from each face: what gives eyes needs no
        more.

        Nothing is written where it is black, so systems that give memory when it is touched give none for that.
        """
        srgb = None if self.srgb is None else self._around(self.srgb, reach)
        photo = replace(self.photo.without_pixels(), picture=self._around(self.photo.pixels, reach))
        return replace(self, photo=photo, srgb=srgb)

    def _around(self, pixels: Rgb, reach: float) -> Rgb:
        out: Rgb = np.zeros(pixels.shape, np.uint8)
        for part in (face.box.grown(reach).within(pixels) for face in self.faces):
            part.cut(out)[...] = part.cut(pixels)
        return out
