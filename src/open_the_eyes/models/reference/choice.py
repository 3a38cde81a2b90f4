"""Which of several donors gives its eyes: the most open, the sharpest, the most alike in pose and light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import to_tones
from ...imaging.detail.noise import noise_of
from ...imaging.detail.sharpness import fine_energy
from ...imaging.face.eye_corners import eyes_apart
from ...imaging.face.mesh478 import NASION
from ...imaging.face.pose import pose_of
from ...imaging.light.palette import lacks_colour
from ...imaging.luma import luma_of
from ...roles import Crop, Donor
from ..appearance import layout
from .donor_warp import donor_picture, largest_turn
from .flaws import Flaws

MAX_YAW_APART, MAX_PITCH_APART = 20.0, 16.0
"""Most degrees between two heads; further apart, a flat picture of one eye does not bend into the other."""
NARROWEST: Final = 0.5
"""Openness below which an eye gives its partner nothing: who squeezes one shut narrows the other."""
MAX_CONTRAST_APART: Final = 0.2
"""How much darker, as a fraction of what is usual there, the darkest around the eyes may be in one photo than in the
other: haze lifts it, and a print that fades. Of 65 pairs of shots one differs by 0.15 and the others by less than 0.11;
photos with their contrast cut by a third differ by 0.22 to 0.54."""
DARKEST: Final = 3
"""Percentile of brightness around the eyes that counts as the darkest."""
MAX_BRIGHTER: Final = 6.0
"""Most times as bright as the donor's that the photo may be around the eyes: beyond, darkness stays around new eyes."""
MAX_TURN: Final = 7.0
"""Most degrees by which an eye may be turned, beside what the head is, to lie in the skin there: more is a smear."""
MAX_GROWTH: Final = 2.2
"""Most times that a donor may be enlarged; beyond, its eyes would be a blur in a sharp face."""
COST_NARROW: Final = 1.2
"""Cost of each unit by which the donor's eyes are narrow, on average (`_narrowness`)."""
NARROW_BELOW: Final = 0.95
"""Openness below which a donor's eye counts as narrow."""
YAW_COSTING_1: Final = 30.0
"""Degrees of yaw between two heads that cost 1."""
PITCH_COSTING_1: Final = 25.0
"""Degrees of pitch between two heads that cost 1."""
COST_MIRRORED: Final = 0.5
"""Cost of each eye that is taken from the other side in a mirror."""
COST_LIGHT: Final = 0.25
"""Cost of each unit by which the light differs (`_light_apart`)."""
COST_ENLARGED: Final = 0.8
"""Cost of enlarging the donor e times."""
COST_SOFT: Final = 0.4
"""Cost of each unit of softness (`_softness`)."""
COST_UNLIKE: Final = 0.3
"""Cost of a donor that surely is somebody else."""
NO_EYES: Final = 9.0
"""Narrowness of a donor without an open eye: it comes last."""
_COMMON_PX: Final = 96.0
"""Distance of the outer corners at which sharpness is compared."""


@dataclass(frozen=True, slots=True)
class RankedDonor:
    """A donor and what speaks against it: `cost` is 0 for perfect eyes, `obstacle` says why it cannot be laid in."""

    donor: Donor
    cost: float
    obstacle: str = ""


def ranked(crop: Crop, donors: Sequence[Donor], partner: NDArray[np.intp]) -> list[RankedDonor]:
    """All donors, best first; those that can only steer come last. `partner` is `AppearanceModel.partner`."""
    found = [_judged(crop, donor, partner) for donor in donors]
    return sorted(found, key=lambda one: (one.obstacle != "", round(one.cost, 6)))


def _judged(crop: Crop, donor: Donor, partner: NDArray[np.intp]) -> RankedDonor:
    ours, theirs = pose_of(crop.face.landmarks), pose_of(donor.crop.face.landmarks)
    pitch = abs(ours.pitch_deg - theirs.pitch_deg)
    missing = len(set(crop.sides) - set(donor.crop.sides))  # these are taken from the other side in a mirror
    yaw = abs(ours.yaw_deg - theirs.yaw_deg) if missing < len(crop.sides) or not missing else 0.0
    mirrored_yaw = abs(ours.yaw_deg + theirs.yaw_deg) if missing else 0.0  # there the head is turned the other way
    growth = eyes_apart(crop.landmarks) / max(eyes_apart(donor.crop.landmarks), 1e-6)
    cost = (
        COST_NARROW * _narrowness(donor.crop)
        + max(yaw, mirrored_yaw) / YAW_COSTING_1
        + pitch / PITCH_COSTING_1
        + COST_MIRRORED * missing
        + COST_LIGHT * _light_apart(crop, donor.crop)
        + COST_ENLARGED * float(np.log(max(growth, 1.0)))
        + COST_SOFT * _softness(donor.crop)
        + COST_UNLIKE * (1 - donor.likeness)
    )
    obstacle = _unlike(crop, donor, missing > 0) or _obstacle(yaw, pitch, growth, mirrored_yaw)
    if obstacle:
        return RankedDonor(donor, cost, obstacle)
    askew = _turned(crop, donor.crop, partner)
    if askew > MAX_TURN:
        return RankedDonor(donor, cost, f"an eye would be turned by {askew:.0f} degrees")
    flaws = Flaws.of(crop, donor.crop)
    return RankedDonor(donor, cost + flaws.cost, flaws.obstacle)


def _narrowness(donor: Crop) -> float:
    """How far the donor's eyes are from open, on average; 0 for open ones."""
    eyes = [donor.face.eyes[side] for side in donor.sides]
    if not eyes:
        return NO_EYES
    return float(np.mean([max(NARROW_BELOW - eye.openness, 0.0) + eye.closed_probability for eye in eyes]))


def _turned(crop: Crop, donor: Crop, partner: NDArray[np.intp]) -> float:
    """By how many degrees an eye of the donor would be turned at most, those included that it gives in a mirror."""
    ours, picture = crop.landmarks[layout.MESH, :2], donor_picture(donor)
    direct = [side for side in crop.sides if side in donor.sides]
    mirrored = [side for side in crop.sides if side not in donor.sides]
    turn = largest_turn(ours, picture.points, direct)
    return max(turn, largest_turn(ours, picture.mirrored(partner).points, mirrored)) if mirrored else turn


def _unlike(crop: Crop, donor: Donor, in_mirror: bool) -> str:
    """What of the donor's colours, contrast or lids would be seen in the photo, a clause; "" where nothing would.

    `in_mirror` is whether an eye is to be taken from the other side.
    """
    if lacks_colour(donor.crop.pixels, crop.pixels):
        return "there are no colours there"
    if in_mirror and any(donor.crop.face.eyes[side].openness < NARROWEST for side in donor.crop.sides):
        return "the other eye is hardly open"
    if donor.crop.pixels is not crop.pixels and abs(_darkest(crop) - _darkest(donor.crop)) > MAX_CONTRAST_APART:
        return "the contrast is another one there"
    ours, theirs = (float(np.mean(_halves(one))) for one in (crop, donor.crop))
    return "it is much darker there" if ours > MAX_BRIGHTER * max(theirs, 1.0) else ""


def _darkest(crop: Crop) -> float:
    """How bright the darkest around the eyes is, brows and hair, as a fraction of what is usual there."""
    level = luma_of(to_tones(crop.pixels))[crop.mask < 0.02]
    return float(np.percentile(level, DARKEST)) / max(float(np.median(level)), 1) if level.size > 16 else 0.0


def _obstacle(yaw: float, pitch: float, growth: float, mirrored_yaw: float = 0.0) -> str:
    """What is too far apart, degrees and times; `mirrored_yaw` lies between the heads once the donor's is mirrored for
    an eye that it lacks."""
    for apart, most, how in ((yaw, MAX_YAW_APART, "turned"), (pitch, MAX_PITCH_APART, "tilted")):
        if apart > most:
            return f"the head is {how} {apart:.0f} degrees differently there"
    if growth > MAX_GROWTH:
        return f"the face is {growth:.1f} times smaller there"
    return "only one eye is seen open there, and its mirror image does not fit" if mirrored_yaw > MAX_YAW_APART else ""


def _light_apart(crop: Crop, other: Crop) -> float:
    """How differently the skin around the eyes is lit: of its colour, and of its left and right halves; 0 for alike."""
    ours, theirs = (np.log(_halves(c) + 8) for c in (crop, other))
    return float(np.abs(ours - theirs).mean() + 2 * np.abs((ours[0] - ours[1]) - (theirs[0] - theirs[1])).mean())


def _halves(crop: Crop) -> NDArray[np.float64]:
    """(2, 3): the middle colour of each half of the crop, outside its mask where there is enough of that."""
    middle = int(np.clip(crop.landmarks[NASION, 0], 1, max(crop.mask.shape[1] - 1, 1)))
    out = []
    for part in (np.s_[:, :middle], np.s_[:, middle:]):
        pixels, bare = crop.pixels[part], crop.mask[part] < 0.02
        chosen = pixels[bare] if bare.sum() > 16 else pixels.reshape(-1, 3)
        out.append(np.median(chosen, axis=0) if len(chosen) else np.full(3, 128.0))
    return np.asarray(out, np.float64)


def _softness(donor: Crop) -> float:
    """0 for eyes with the finest detail, 2 for blurred ones; seen at one size and without noise, so that neither large
    nor noisy ones have an advantage."""
    size = min(_COMMON_PX / max(eyes_apart(donor.landmarks), 1e-6), 1.0)
    small, mask = _resized(donor.pixels, size), _resized(donor.mask, size)
    noise = noise_of(donor.pixels, donor.mask > 0, donor.landmarks)
    energy = fine_energy(to_tones(small), np.asarray(mask > 0.5), size * noise.level * noise.seen)
    return float(np.clip(np.log(12.0 / max(energy, 0.5)), 0, 2))


def _resized(picture: NDArray[Any], size: float) -> NDArray[Any]:
    if size >= 1:
        return np.asarray(picture)
    return np.asarray(cv2.resize(picture, None, fx=size, fy=size, interpolation=cv2.INTER_AREA))
