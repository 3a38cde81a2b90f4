"""Sharpen opened faces with a restoration network, without letting it touch what it must not.

Restorers are known to close eyes, to move pupils and to turn irises green. So what the network says is looked at before
any of it is used; of what it changed only detail is taken, never shading or a cast, and light and dark alone where the
photo is toned; of an iris hardly anything; and nothing outside the mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..imaging.arrays import Matrix, Plane, Rgb, Tones, size_wh_of, to_levels, to_tones
from ..imaging.channels import selected
from ..imaging.detail.noise import noise_of, with_noise
from ..imaging.face.alignment import ALIGNED_PX, carried_back, oval_mask, to_ffhq
from ..imaging.face.eye_change import gaze_shift, iris_disc, iris_radius, iris_shift, ring_shift
from ..imaging.face.face_crop import lifted, warped
from ..imaging.face.mesh478 import FACE_OVAL, SIDES
from ..imaging.geometry import Box, inverted, transformed
from ..imaging.light.palette import palette_of
from ..imaging.luma import LUMA, luma_of
from ..imaging.smooth import smoothed
from ..options import RestoreOptions
from ..progress import NO_WATCH
from ..roles import Crop, Face, FaceDetector, FaceRestorer, Watch
from .blend import Look, lay, lay_into
from .verify import CLOSED_BELOW

DETAIL: Final = 0.045
"""Standard deviation of a Gaussian, as a share of the square: what is finer counts as detail, such as eyes and lashes,
and what is not as light, such as that on a cheek."""
IRIS_SHARE: Final = 0.35
"""Share that is taken of the light and dark which the network adds to an iris; of its colour, nothing is taken."""
FADE: Final = 0.06
"""Width over which a whole face's changes fade in at its rim, as a share of the face's width."""

NARROWED: Final = 0.75
"""Share of its openness below which the network has closed an eye."""
MAX_RING_SHIFT: Final = 0.12
"""Most that the network may move the line of an eye's lids, on average over its points, in eye widths."""
MAX_GAZE_SHIFT: Final = 0.10
"""Most that the network may turn an eye, in eye widths. The mesh itself wavers by 0.01 to 0.05 when a face is blurred
or sharpened."""
MAX_IRIS_SHIFT: Final = 12.0
"""Most that the network may change an iris' colour, in a*b* units, on top of what became of the whole face; a blue eye
that comes out grey is about that far off."""


@dataclass(frozen=True, slots=True)
class _AlignedFace:
    """A look in the network's square: its pixels (512, 512, 3) and the way there from the photo."""

    look: Look
    photo_to_square: Matrix
    pixels: Rgb


def restore(
    pixels: Rgb,
    looks: Mapping[int, Sequence[Look]],
    restorer: FaceRestorer,
    options: RestoreOptions,
    detector: FaceDetector,
    watch: Watch = NO_WATCH,
) -> dict[int, list[Look]]:
    """The looks of each face, by its number, restored, in one go for all; one that the network spoilt stays as it was,
    with a note. One without new eyes is not shown to it."""
    aligned = [_aligned(pixels, look) for row in looks.values() for look in row if not look.patch.fault]
    sharper = restorer.restore([face.pixels for face in aligned], options.fidelity, watch)
    done = iter(_restored(pixels, face, after, options, detector) for face, after in zip(aligned, sharper, strict=True))
    return {face: [look if look.patch.fault else next(done) for look in row] for face, row in looks.items()}


def not_kept(why: str) -> str:
    """A sentence for the report."""
    return f"The restorer's work was not kept: {why}."


def _restored(pixels: Rgb, aligned: _AlignedFace, after: Rgb, options: RestoreOptions, detector: FaceDetector) -> Look:
    face, look = _face_in(aligned), aligned.look
    before, restored = (detector.measure(picture, face) for picture in (aligned.pixels, after))
    if before is None or restored is None:
        return replace(look, note=not_kept("the face was no longer recognised as one"))
    fault = _fault(aligned, after, before, restored, options)
    if fault:
        return replace(look, note=not_kept(fault))
    change = _safe_change(aligned.pixels, after, before)
    wide = _widened(pixels, look) if options.whole_face else look
    return replace(_with_change(wide, change, aligned.photo_to_square, look.crop), plain=look)


def _aligned(pixels: Rgb, look: Look) -> _AlignedFace:
    """The face as it would be in the photo, upright in the network's square; only its surroundings are copied."""
    to_square = to_ffhq(look.crop.face.landmarks)
    corners = np.array([[0.0, 0.0], [ALIGNED_PX, 0.0], [0.0, ALIGNED_PX], [ALIGNED_PX, ALIGNED_PX]])
    around, window = Box.around(transformed(corners, inverted(to_square))).grown(0.02), look.crop.window
    part = around.union(window).within(pixels)
    opened = lay(part.cut(pixels), replace(look.crop, window=window.seen_from(part)), look.opened)
    from_part = inverted(to_square)
    from_part[:, 2] -= [part.left, part.top]
    return _AlignedFace(look, to_square, warped(opened, from_part, (ALIGNED_PX, ALIGNED_PX)))


def _face_in(aligned: _AlignedFace) -> Face:
    """The face in the square's pixels, without an embedding: whether it is the same person is asked of the finished
    photo."""
    face = aligned.look.crop.face
    landmarks = lifted(face.landmarks, aligned.photo_to_square)
    return replace(face, landmarks=landmarks, box=Box.around(landmarks[FACE_OVAL]), embedding=None)


def _fault(aligned: _AlignedFace, after: Rgb, before: Face, restored: Face, options: RestoreOptions) -> str:
    """What the network did to an eye that it must not do, "" for nothing. Judged on its own picture."""
    lit = _in_its_light(aligned.pixels, after)
    sides = SIDES if options.whole_face else aligned.look.crop.sides
    for side in sides:
        eye_before, eye_after = before.eyes[side], restored.eyes[side]
        shut = max(CLOSED_BELOW, eye_before.closed_probability)
        if eye_after.openness < NARROWED * eye_before.openness or eye_after.closed_probability >= shut:
            return f"it closed an eye (openness {eye_before.openness:.2f}, then {eye_after.openness:.2f})"
        if ring_shift(before.landmarks, restored.landmarks, side) > MAX_RING_SHIFT:
            return "it changed the shape of an eye"
        if gaze_shift(before.landmarks, restored.landmarks, side) > MAX_GAZE_SHIFT:
            return "it changed where an eye looks"
        if iris_shift(aligned.pixels, lit, before.landmarks, side) > MAX_IRIS_SHIFT:
            return "it changed the colour of an eye"
    return ""


def _in_its_light(before: Rgb, after: Rgb) -> Rgb:
    """The network's picture without the cast it gave to the whole face."""
    cast = to_tones(after).mean(axis=(0, 1)) - to_tones(before).mean(axis=(0, 1))
    return to_levels(to_tones(after) - cast)


def _safe_change(before: Rgb, after: Rgb, face: Face) -> Tones:
    """What the network changed, (512, 512, 3), as far as it is detail; in the irises only a little light and dark."""
    change = to_tones(after) - to_tones(before)
    detail = change - smoothed(change, DETAIL * ALIGNED_PX)
    light = luma_of(change)
    for side in SIDES:
        disc = iris_disc(face.landmarks, side, (ALIGNED_PX, ALIGNED_PX))
        fine = light - smoothed(light, 0.8 * iris_radius(face.landmarks, side))
        detail += disc[..., None] * (IRIS_SHARE * fine[..., None] - detail)
    return detail


def _with_change(look: Look, change: Tones, photo_to_square: Matrix, eyes: Crop) -> Look:
    """A look with a change of the square added under its mask; where that is 0, nothing moves.

    Networks know people in colour: to a black-and-white or toned photo only light and dark are added, as steps along
    its palette, so that what the photo has beside that curve, the stains of a print, stays. Noise, which they take
    away, is given back: it is told by all skin but that of the `eyes`, whose lids are painted.
    """
    window, mask = look.crop.window, look.crop.mask
    from_window = photo_to_square.copy()
    from_window[:, 2] += photo_to_square[:, :2] @ [window.left, window.top]
    added = carried_back(change, from_window, size_wh_of(mask)) * mask[..., None]
    before, palette = to_tones(look.opened), palette_of(look.crop.pixels)
    if palette is not None:
        added = palette.applied(np.asarray(before + (added @ LUMA)[..., None], np.float32)) - palette.applied(before)
    after, crop = to_tones(to_levels(before + added)), look.crop
    sharper = np.asarray((mask > 0) & (after != before).any(axis=2), np.bool_)
    painted = _placed(eyes.mask, eyes.window.seen_from(window), mask.shape) > 0
    noise = noise_of(crop.pixels, painted, crop.landmarks)
    noisy = with_noise(after, crop.pixels, sharper, noise, look.patch.seed)
    return replace(look, opened=selected(sharper, to_levels(noisy), look.opened))


def _widened(pixels: Rgb, look: Look) -> Look:
    """The same look in a crop whose mask is the whole face."""
    crop = look.crop
    oval = Box.around(crop.face.landmarks[FACE_OVAL])
    window = oval.grown(0.02).union(crop.window).within(pixels)
    cut, inner = window.cut(pixels).copy(), crop.window.seen_from(window)
    landmarks = crop.face.landmarks - window.offset
    face_mask = oval_mask(landmarks, (cut.shape[0], cut.shape[1]), FADE * oval.width)
    mask = np.maximum(face_mask, _placed(crop.mask, inner, face_mask.shape))
    wide = Crop(crop.face, window, cut, landmarks, mask, crop.sides)
    opened = cut.copy()
    lay_into(opened, replace(crop, window=inner), look.opened)
    patch = replace(look.patch, mask=_placed(look.patch.mask, inner, mask.shape))
    return replace(look, crop=wide, patch=patch, opened=opened)


def _placed(plane: Plane, inner: Box, shape_hw: tuple[int, ...]) -> Plane:
    out = np.zeros(shape_hw, np.float32)
    inner.cut(out)[...] = plane
    return out
