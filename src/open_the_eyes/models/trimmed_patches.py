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
class TrimmedPatch:
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
    def of(cls, patch: Patch, crop: Crop) -> TrimmedPatch:
        part = Box.holding(patch.mask) or _NOWHERE
        inner = replace(patch, pixels=part.cut(patch.pixels).copy(), mask=part.cut(patch.mask).copy())
        return cls(crop, part, inner)

    def untrimmed(self) -> Patch:
        """The very patch that was trimmed."""
        pixels, mask = to_tones(self.crop.pixels), np.zeros(self.crop.mask.shape, np.float32)
        self.part.cut(pixels)[...] = self.inner.pixels
        self.part.cut(mask)[...] = self.inner.mask
        return replace(self.inner, pixels=pixels, mask=mask)


class TrimmedPatches(Sequence[Patch]):
    """Patches in order, each untrimmed when it is asked for."""

    def __init__(self, trimmed: Iterable[TrimmedPatch]) -> None:
        self.trimmed = tuple(trimmed)

    def __len__(self) -> int:
        return len(self.trimmed)

    @overload
    def __getitem__(self, number: int) -> Patch: ...
    @overload
    def __getitem__(self, number: slice) -> TrimmedPatches: ...
    def __getitem__(self, number: int | slice) -> Patch | TrimmedPatches:
        if isinstance(number, slice):
            return TrimmedPatches(self.trimmed[number])
        return self.trimmed[number].untrimmed()


def trimmed(patches: Sequence[Patch], crops: Iterable[Crop]) -> Sequence[TrimmedPatch]:
    """The patches, trimmed, whichever generator made them, each for its crop."""
    if isinstance(patches, TrimmedPatches):
        return patches.trimmed
    return [TrimmedPatch.of(patch, crop) for patch, crop in zip(patches, crops, strict=True)]
