"""A patch that is kept small comes back as it was, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from open_the_eyes.imaging.arrays import to_tones
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.prepared import Prepared
from open_the_eyes.models.trimmed_patches import TrimmedPatch, TrimmedPatches, trimmed
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Patch, Request


def same(one: Patch, other: Patch) -> bool:
    arrays = np.array_equal(one.pixels, other.pixels) and np.array_equal(one.mask, other.mask)
    return arrays and (one.seed, one.score, one.origin) == (other.seed, other.score, other.origin)


def test_a_painted_patch_comes_back_as_it_was_and_is_kept_small(closed_crop: Crop) -> None:
    for crop in (closed_crop, replace(closed_crop, tails=np.where(closed_crop.mask > 0.9, closed_crop.mask, 0))):
        painter, request = AppearanceGenerator(), Request(crop, 3, 1.0)
        ready = Prepared.of(crop, 3)
        whole = ready.finished(painter._patch(ready, painter.traits.of(crop.view), replace(request, crop=ready.crop)))
        one = TrimmedPatch.of(whole, crop)
        assert same(one.untrimmed(), whole)
        assert one.inner.pixels.size < 0.6 * whole.pixels.size
        (again,) = painter.generate([request], GenerateOptions())
        assert same(again, whole)


def test_a_patch_that_changes_nothing_is_the_crop(closed_crop: Crop) -> None:
    nothing = Patch(to_tones(closed_crop.pixels), np.zeros_like(closed_crop.mask), 0, 0.0, fault="none")
    assert same(TrimmedPatch.of(nothing, closed_crop).untrimmed(), nothing)


def test_patches_in_order_however_they_are_asked_for(closed_crop: Crop) -> None:
    whole = [Patch(to_tones(closed_crop.pixels), closed_crop.mask, seed, 0.0) for seed in range(3)]
    small = trimmed(whole, [closed_crop] * 3)
    patches = TrimmedPatches(small)
    assert [one.seed for one in patches] == [0, 1, 2]
    assert [one.seed for one in patches[1:]] == [1, 2]
    assert patches[-1].seed == 2
    assert list(trimmed(patches, [])) == list(small)
