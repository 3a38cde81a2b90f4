"""What a donor's picture lacks beside the photo: focus, a still camera, little noise, gentle compression.

Eyes can be made softer and grainier in a photo, not sharper and cleaner. Where they would look so beside the face, the
eyes of another photo do better, painted ones, or a blink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ...imaging.arrays import Plane, Points, Rgb
from ...imaging.detail.blocks import blockiness
from ...imaging.detail.focus import NOISY_FROM, eye_scale, eyes_blur, face_blur
from ...imaging.detail.motion import blurs_of
from ...imaging.detail.noise import noise_of
from ...imaging.face.eye_corners import eyes_apart
from ...roles import Crop

MOST_BLURRED: Final = (0.006, 0.6)
"""How much softer than the photo a donor may be: of the distance of the outer corners, or, which is more in small
faces, pixels of the photo. A picture half as large, as it came from the camera, is softer by 0.005."""
MOST_MOVED: Final = (0.005, 0.4)
"""How much more a donor may be blurred along one direction than across it, in the units of `MOST_BLURRED`."""
SHARP: Final = 1.0
"""Blur of a usual face, pixels of the size at which faces are measured: a noisy one's, where that cannot be told."""
SOFTEST: Final = 4.0
"""The same of a donor that has no edges, not even on its open eyes: more cannot be measured."""
MOST_NOISY: Final = 3.0
"""Levels of noise that a donor may have above the photo's."""
MOST_BLOCKY: Final = 3.0
"""Levels of `blockiness` that a donor may have above the photo's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaws:
    """By how much a donor's picture is worse than the photo, at the photo's size; at most 0 where it is not.

    Args:
        apart: the distance of the outer corners of the eyes, pixels of the photo.
        blurred: standard deviation, as a part of that distance.
        moved: the same along the direction in which it is more blurred, beyond that across it.
        noisy: levels of noise.
        blocky: levels of `blockiness`.
    """

    apart: float = 1.0
    blurred: float = 0.0
    moved: float = 0.0
    noisy: float = 0.0
    blocky: float = 0.0

    @classmethod
    def of(cls, crop: Crop, donor: Crop) -> Flaws:
        """Of a donor beside the photo's crop; none where it is that photo."""
        if donor.pixels is crop.pixels or not crop.mask.size or not donor.mask.size:
            return cls()
        here, there = (eyes_apart(one.landmarks) for one in (crop, donor))
        size = min(here / max(there, 1e-6), 1.0)
        noises = [noise_of(one.pixels, one.mask > 0, one.landmarks) for one in (crop, donor)]
        ours, theirs = (noise.level * noise.seen for noise in noises)
        return cls(
            apart=here,
            blurred=_blurred(crop, donor, max(noise.level for noise in noises)),
            moved=_moved(crop, donor),
            noisy=size * theirs - ours,
            blocky=size * blockiness(donor.pixels) - blockiness(crop.pixels),
        )

    @property
    def cost(self) -> float:
        """What speaks against the donor where it may be laid in: little, so that it decides between equals."""
        return 0.02 * (max(self.noisy, 0) + max(self.blocky, 0))

    @property
    def softness(self) -> str:
        """Why the donor's eyes are too soft, a clause; "" where they are not."""
        blurred, moved = (max(part, px / max(self.apart, 1e-6)) for part, px in (MOST_BLURRED, MOST_MOVED))
        if self.blurred > blurred:
            return "the face is out of focus there"
        return "the face is blurred by a movement there" if self.moved > moved else ""

    @property
    def obstacle(self) -> str:
        """Why the donor's eyes cannot be laid in, a clause; "" where they can."""
        if self.softness:
            return self.softness
        if self.noisy > MOST_NOISY:
            return "the picture is much noisier there"
        return "the picture is compressed much harder there" if self.blocky > MOST_BLOCKY else ""


def _blurred(crop: Crop, donor: Crop, noise: float) -> float:
    """How much softer the donor is; 0 where the photo has too few edges to tell. Both are measured as if they were as
    noisy as the noisier one is, which makes a picture look sharp.

    Where a donor's face has too few edges, its open eyes tell; where they have none either, it is blurred past all
    measure, for lids and irises are edges.
    """
    photo_blur = face_blur(crop.pixels, crop.mask, crop.landmarks, noise)
    if not photo_blur and noise > NOISY_FROM:
        photo_blur = SHARP
    if not photo_blur:
        return 0.0
    donor_blur = face_blur(donor.pixels, donor.mask, donor.landmarks, noise)
    if donor_blur is None:
        of_eyes = eyes_blur(donor.pixels, donor.mask, donor.landmarks, noise)
        donor_blur = SOFTEST if of_eyes is None else of_eyes
    return _of_eyes_apart(donor_blur, donor.landmarks) - _of_eyes_apart(photo_blur, crop.landmarks)


def _of_eyes_apart(blur: float, landmarks: Points) -> float:
    """A blur at the size at which faces are measured -> the same as a part of the distance of the outer corners."""
    return blur * eye_scale(landmarks) / eyes_apart(landmarks)


def _moved(crop: Crop, donor: Crop) -> float:
    """How much more than the photo the donor is blurred along one direction, beyond how much more it is across it;
    both are looked at in the size of the smaller one, for enlarging blurs edges unevenly. Eyes count: in a face that
    is made up they have most of the edges."""
    apart = min(eyes_apart(one.landmarks) for one in (crop, donor))
    ours, theirs = (blurs_of(*_shrunk(one, apart / eyes_apart(one.landmarks))) for one in (crop, donor))
    if ours is None or theirs is None:
        return 0.0
    scale = eye_scale(crop.landmarks * apart / eyes_apart(crop.landmarks))
    return scale * (theirs.most - ours.most - max(theirs.least - ours.least, 0)) / apart


def _shrunk(crop: Crop, size: float) -> tuple[Rgb, Plane, Points]:
    """Pixels, nothing of which is covered, and landmarks, so many times as large, at most once."""
    if size > 0.98:
        return crop.pixels, np.zeros_like(crop.mask), crop.landmarks
    size_wh = max(round(crop.mask.shape[1] * size), 1), max(round(crop.mask.shape[0] * size), 1)
    pixels = np.asarray(cv2.resize(crop.pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels, np.zeros(pixels.shape[:2], np.float32), crop.landmarks * size
