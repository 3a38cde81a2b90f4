"""Lay a patch into its crop, and crops into the photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..imaging.arrays import Rgb, to_levels, to_tones
from ..imaging.detail.focus import face_blur, soft_part
from ..imaging.detail.motion import Motion, motion_of, moved_part
from ..imaging.detail.noise import Noise, noise_of, noisy_part
from ..imaging.geometry import Box
from ..imaging.painting import Painting, Tile
from ..imaging.threefold import taken_where, threefold
from ..roles import FEATHER, Crop, Patch


@dataclass(frozen=True, slots=True)
class Look:
    """A crop as one patch makes it look: what is verified, and laid into the photo if it passes.

    Args:
        patch: `Patch.without_pixels`.
        opened: (h, w, 3), the crop's pixels where its mask is 0.
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
    """What a camera did to a face, and new pixels are to match: its noise, its blur (`imaging.detail.focus`), and how
    it was moved; that blur then is the one across the movement."""

    noise: Noise
    blur: float
    motion: Motion | None = None

    @classmethod
    def of(cls, crop: Crop) -> Degradation:
        noise = noise_of(crop.pixels, crop.mask > 0, crop.landmarks)
        blur = face_blur(crop.pixels, crop.mask, crop.landmarks, noise.level)
        motion = motion_of(crop.pixels, crop.mask, crop.landmarks)
        if motion is not None:
            blur += motion.share * (min(motion.across, blur) - blur)
        return cls(noise, blur, motion)


def looks_of(crop: Crop, patches: Sequence[Patch]) -> list[Look]:
    """One look a patch, in order; what they have to match is measured once, if there are new eyes in any."""
    around = Degradation.of(crop) if any(patch.mask.any() for patch in patches) else None
    return [_look(crop, patches, number, around) for number in range(len(patches))]


def _look(crop: Crop, patches: Sequence[Patch], number: int, around: Degradation | None) -> Look:
    """The look of one patch. Takes its index: `FoldedPatches` builds a patch on access, and only one is to be alive."""
    patch = patches[number]
    return Look(crop, patch.without_pixels(), blend(crop, patch, around))


def blend(crop: Crop, patch: Patch, around: Degradation | None = None) -> Rgb:
    """The crop with the patch in it, (h, w, 3); where either mask is 0 the pixels are the crop's own.

    A patch comes in the light of its surroundings (`imaging.light.tint`: a generator has to match colours before it
    adds detail); here it gets as soft and as noisy as these, and its rim is feathered along the lid-shaped mask. How
    soft and noisy they are is told by `around`, or measured.
    """
    out = crop.pixels.copy()
    both = np.minimum(patch.mask, crop.mask)
    part = Box.holding(both)
    if part is not None:
        shown = np.asarray(np.minimum(both / FEATHER, 1), np.float32)
        around = around or Degradation.of(crop)
        pixels = soft_part(patch.pixels, part, around.blur, shown, crop.landmarks)
        if around.motion is not None:
            whole = patch.pixels.copy()
            part.cut(whole)[...] = pixels
            pixels = moved_part(whole, part, around.motion, shown)
        pixels = noisy_part(pixels, part, crop.pixels, both > 0, around.noise, patch.seed)
        before, show = to_tones(part.cut(out)), part.cut(shown)
        blended = to_levels(before + (pixels - before) * threefold(show))
        part.cut(out)[...] = taken_where(show > 0, blended, part.cut(out))
    return out


def lay(pixels: Rgb, crop: Crop, opened: Rgb) -> Rgb:
    """A fresh photo with an opened crop in its place; only pixels under the crop's mask are taken."""
    out = pixels.copy()
    lay_into(out, crop, opened)
    return out


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
    for one in openings:
        if one.crop is not one.eyes:
            painting = _faded_on(painting, one)
    for one in openings:
        inner = one.eyes.window.seen_from(one.crop.window)
        painting = laid_on(painting, one.eyes, inner.cut(one.opened))
    return painting


def _faded_on(painting: Painting, whole: Opening) -> Painting:
    """The painting with a whole face on it: as its mask fades in, what others made of the same photo fades out, so that
    an oval leaves no line on its neighbour."""
    crop = whole.crop
    before = painting.cut(crop.window)
    others = to_tones(before) - to_tones(crop.pixels)
    return laid_on(painting, crop, to_levels(to_tones(whole.opened) + others * threefold(1 - crop.mask)))


def laid_on(painting: Painting, crop: Crop, opened: Rgb) -> Painting:
    """The painting with an opened crop on top: a tile no larger than the crop's mask, since what reads it looks at
    tiles only."""
    shown = Box.holding(crop.mask)
    if shown is None:
        return painting
    window = shown.placed_in(crop.window)
    pixels = taken_where(shown.cut(crop.mask) > 0, shown.cut(opened), painting.cut(window))
    return painting.with_tile(Tile(window, pixels))


def lay_into(canvas: Rgb, crop: Crop, opened: Rgb) -> None:
    """The same into a canvas of the caller's own."""
    part = crop.window.cut(canvas)
    part[...] = taken_where(crop.mask > 0, opened, part)
