"""Lay a patch into its crop, and crops into the photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..imaging.arrays import Rgb, to_levels, to_tones
from ..imaging.channels import as_three, selected
from ..imaging.detail.chroma import chroma_blur, with_soft_colours
from ..imaging.detail.focus import face_blur, soft_part
from ..imaging.detail.motion import Motion, motion_of, moved_part
from ..imaging.detail.noise import Noise, noise_of, noisy_part
from ..imaging.geometry import Box
from ..imaging.painting import Painting, Tile
from ..origins import Painted
from ..roles import FEATHER, Crop, Patch


@dataclass(frozen=True, slots=True)
class Look:
    """A crop as one patch makes it look: what is verified, and laid into the photo if it passes.

    Args:
        patch: `Patch.without_pixels`.
        opened: (h, w, 3), the crop with the new eyes; outside the mask, the crop's own pixels.
        plain: the same before it was restored, to fall back on.
        note: what became of the restorer's work, where it was not kept.
    """

    crop: Crop
    patch: Patch
    opened: Rgb
    plain: Look | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Degradation:
    """What a camera did to a face, and new pixels are to match: its noise, its blur (`imaging.detail.focus`), how much
    softer its colours are (`imaging.detail.chroma`), and how it was moved; the blur then is the one across the
    movement."""

    noise: Noise
    blur: float
    chroma_blur: float
    motion: Motion | None = None

    @classmethod
    def of(cls, crop: Crop) -> Degradation:
        noise = noise_of(crop.pixels, crop.mask > 0, crop.landmarks)
        blur = face_blur(crop.pixels, crop.mask, crop.landmarks, noise.level) or 0.0
        motion = motion_of(crop.pixels, crop.mask, crop.landmarks)
        if motion is not None:
            blur += motion.share * (min(motion.across, blur) - blur)
        return cls(noise, blur, chroma_blur(crop.pixels, crop.mask, crop.landmarks), motion)


def looks_of(crop: Crop, patches: Sequence[Patch]) -> list[Look]:
    """One look a patch, in order; what they have to match is measured once, if there are new eyes in any."""
    degradation = Degradation.of(crop) if any(patch.mask.any() for patch in patches) else None
    return [_look(crop, patches, number, degradation) for number in range(len(patches))]


def _look(crop: Crop, patches: Sequence[Patch], number: int, degradation: Degradation | None) -> Look:
    """The look of one patch. Takes its index: `TrimmedPatches` builds a patch on access, only one is to be alive."""
    patch = patches[number]
    return Look(crop, patch.without_pixels(), blend(crop, patch, degradation))


def blend(crop: Crop, patch: Patch, degradation: Degradation | None = None) -> Rgb:
    """The crop with the patch in it, (h, w, 3); where either mask is 0 the pixels are the crop's own.

    A patch comes in the light of its surroundings (`imaging.light.tint`: a generator has to match colours before it
    adds detail); here it gets as soft and as noisy as these, its colours as soft as theirs, and its rim is feathered
    along the lid-shaped mask. How soft and noisy they are is `degradation`, or measured.
    """
    out = crop.pixels.copy()
    both = np.minimum(patch.mask, crop.mask)
    part = Box.holding(both)
    if part is not None:
        weight = np.asarray(np.minimum(both / FEATHER, 1), np.float32)
        degradation = degradation or Degradation.of(crop)
        pixels = soft_part(patch.pixels, part, degradation.blur, weight, crop.landmarks)
        if isinstance(patch.origin, Painted):  # a donor's eyes show by themselves how far skin runs into them
            pixels = with_soft_colours(patch.pixels, pixels, part, degradation.chroma_blur, weight)
        if degradation.motion is not None:
            whole = patch.pixels.copy()
            part.cut(whole)[...] = pixels
            pixels = moved_part(whole, part, degradation.motion, weight)
        pixels = noisy_part(pixels, part, crop.pixels, both > 0, degradation.noise, patch.seed)
        before, weight = to_tones(part.cut(out)), part.cut(weight)
        blended = to_levels(before + (pixels - before) * as_three(weight))
        part.cut(out)[...] = selected(weight > 0, blended, part.cut(out))
    return out


def lay(pixels: Rgb, crop: Crop, opened: Rgb) -> Rgb:
    """A fresh photo with an opened crop in its place; only pixels under the crop's mask are taken."""
    out = pixels.copy()
    lay_into(out, crop, opened)
    return out


def lay_into(canvas: Rgb, crop: Crop, opened: Rgb) -> None:
    """`lay` into a canvas of the caller's, in place: pixels under the crop's mask are replaced."""
    part = crop.window.cut(canvas)
    part[...] = selected(crop.mask > 0, opened, part)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a face brings into the photo.

    Args:
        eyes: the crop that is the eyes' own.
        crop: the one that changed; the same, or one around it whose mask is the whole face.
        opened: (h, w, 3), `crop` after the change.
    """

    eyes: Crop
    crop: Crop
    opened: Rgb


def all_laid_on(painting: Painting, openings: Sequence[Opening]) -> Painting:
    """The painting with the openings of its faces: whole faces first, then everybody's eyes.

    One face's oval may reach over the eyes of another, and shows them as they were.
    """
    for opening in openings:
        if opening.crop is not opening.eyes:
            painting = _faded_on(painting, opening)
    for opening in openings:
        inner = opening.eyes.window.seen_from(opening.crop.window)
        painting = laid_on(painting, opening.eyes, inner.cut(opening.opened))
    return painting


def _faded_on(painting: Painting, whole: Opening) -> Painting:
    """The painting with a whole face on it: as its mask fades in, what others made of the same photo fades out, so that
    an oval leaves no line on its neighbour."""
    crop = whole.crop
    before = painting.cut(crop.window)
    others = to_tones(before) - to_tones(crop.pixels)
    return laid_on(painting, crop, to_levels(to_tones(whole.opened) + others * as_three(1 - crop.mask)))


def laid_on(painting: Painting, crop: Crop, opened: Rgb) -> Painting:
    """The painting with an opened crop on top: a tile no larger than the crop's mask, since what reads it looks at
    tiles only."""
    changed = Box.holding(crop.mask)
    if changed is None:
        return painting
    window = changed.placed_in(crop.window)
    pixels = selected(changed.cut(crop.mask) > 0, changed.cut(opened), painting.cut(window))
    return painting.with_tile(Tile(window, pixels))
