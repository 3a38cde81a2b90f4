"""A photo that was looked at: what was found in it goes along with it, so that nobody searches the same again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .counting import counted
from .imaging.arrays import Rgb
from .photo import Photo
from .roles import Face, FaceDetector


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo and the faces in it. Nobody may change its pixels any more.

    Args:
        faces: left to right.
        detector: whose faces these are; an engine with another one searches for itself.
        traits: what a describer says of each face, in their order; None where it has not been asked.
        shown: the photo's pixels, in sRGB around faces; None where all of it is shown as it is.
    """

    photo: Photo
    faces: tuple[Face, ...]
    detector: FaceDetector
    traits: tuple[NDArray[np.float32], ...] | None = None
    shown: Rgb | None = None

    @property
    def pixels(self) -> Rgb:
        """(H, W, 3), in which the faces are looked at and eyes painted."""
        return self.photo.pixels if self.shown is None else self.shown

    def __repr__(self) -> str:
        """Short, and without what tells who they are."""
        return f"<Seen {self.photo!r}: {counted(len(self.faces), 'face')}>"
