"""Patches kept small: all variations of a face are there at once, and of a close-up each changes a small part alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np

from ..imaging.arrays import to_tones
from ..imaging.geometry import Box
from ..roles import Crop, Patch

_NOWHERE = Box(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Folded:
    """A patch without the pixels that are the crop's.

    Args:
        crop: what it is for.
        part: whole pixels of the crop, around all of its mask.
        inner: the patch as far as it lies there.
    """

    crop: Crop
    part: Box
    inner: Patch

    @classmethod
    def of(cls, patch: Patch, crop: Crop) -> Folded:
        part = Box.holding(patch.mask) or _NOWHERE
        inner = replace(patch, pixels=part.cut(patch.pixels).copy(), mask=part.cut(patch.mask).copy())
        return cls(crop, part, inner)

    def unfolded(self) -> Patch:
        """The very patch that was folded."""
        pixels, mask = to_tones(self.crop.pixels), np.zeros(self.crop.mask.shape, np.float32)
        self.part.cut(pixels)[...] = self.inner.pixels
        self.part.cut(mask)[...] = self.inner.mask
        return replace(self.inner, pixels=pixels, mask=mask)


class FoldedPatches(Sequence[Patch]):
    """Patches in order, each unfolded when it is asked for."""

    def __init__(self, folded: Iterable[Folded]) -> None:
        self.folded = tuple(folded)

    def __len__(self) -> int:
        return len(self.folded)

    @overload
    def __getitem__(self, number: int) -> Patch: ...
    @overload
    def __getitem__(self, number: slice) -> FoldedPatches: ...
    def __getitem__(self, number: int | slice) -> Patch | FoldedPatches:
        if isinstance(number, slice):
            return FoldedPatches(self.folded[number])
        return self.folded[number].unfolded()


def folded(patches: Sequence[Patch], crops: Iterable[Crop]) -> Sequence[Folded]:
    """The patches in folded form, whichever generator made them, each for its crop."""
    if isinstance(patches, FoldedPatches):
        return patches.folded
    return [Folded.of(patch, crop) for patch, crop in zip(patches, crops, strict=True)]
