"""Are the eyes really open? Measured again on the finished pixels, so that the result is never worse than the photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from ..imaging.arrays import Rgb
from ..imaging.face.eye_change import convergence
from ..imaging.face.mesh478 import SIDES, Side
from ..imaging.light.seam import seam_step
from ..options.eye_style import EyeStyle
from ..roles import Crop, Face, FaceDetector, Patch
from .blend import lay

OPEN_FROM: Final = 0.5
"""Least openness of an opened eye; half of a usual open eye."""
CLOSED_BELOW: Final = 0.6
"""`closed_probability` that an opened eye must stay under."""
MAX_DISAGREEMENT: Final = 0.45
"""Most that the openness of a pair's eyes may differ, where both are open afterwards."""
USUAL_CONVERGENCE: Final = -0.085
"""Usual convergence of a pair of open eyes, see `imaging.face.eye_change`."""
MAX_SQUINT: Final = 0.16
"""Most that the convergence of a pair may differ from the usual, in eye widths, in a head seen from the front
(`training.squint`)."""
MAX_SEAM: Final = 36.0
"""Largest step at the border of new eyes, levels (`imaging.light.seam`). Good results reach 33, in hard light and on
shimmering lids."""
MIN_LIKENESS: Final = 0.5
"""Least cosine of a face's ArcFace embeddings before and after, where the detector has them. Other photos of a person
seldom fall below 0.4, strangers rarely reach 0.3; here everything but the eyes is the very same picture."""
HALF_SHUT: Final = 0.7
"""Asked openness below which eyes are to look nearly closed, and may."""
# A turned head shows its eyes differently; what is allowed for that grows with its yaw.
FAR_TURNED: Final = 45.0
"""Yaw from which on all of that is allowed, degrees."""
NATURAL_GAP: Final = 0.3
"""Additional openness by which the eyes of a far turned head may differ."""
NATURAL_SQUINT: Final = 0.1
"""Additional convergence that the eyes of a far turned head may have, eye widths."""

# A score is 1 less these costs.
COST_FAR: Final = 0.3
"""Cost of each unit by which the eyes are off the asked openness, on average."""
COST_DOUBT: Final = 0.3
"""Cost of each unit of `closed_probability`, 0..1, on average."""
COST_GAP: Final = 0.5
"""Cost of each unit by which the openness of both eyes differs beyond what is natural."""
COST_SEAM: Final = 60.0
"""Step at the border that costs 1, levels."""
OPINION_WEIGHT: Final = 0.1
"""Weight of the generator's own score, which tells eyes apart that measure alike."""
LOWEST_OPINION: Final = -3.0
"""Least value at which the generator's own score counts."""


FaultKind = Literal["unpainted", "unrecognised", "closed", "stranger", "unlike", "squint", "seam"]
"""What can be wrong with new eyes: the generator had none to give; no face is found any more; an eye is still closed;
the person is another; the eyes are differently open, or look different ways; their border shows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with new eyes: `kind` for the program to go by, `said`, a clause, for a person to read."""

    kind: FaultKind
    said: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured: `fault` is what failed, None when nothing did; `score` is higher for better eyes."""

    fault: Fault | None
    score: float
    openness: Mapping[Side, float]

    @property
    def passed(self) -> bool:
        return self.fault is None

    @property
    def reason(self) -> str:
        """What failed, a clause; "" for nothing."""
        return "" if self.fault is None else self.fault.said


@dataclass(frozen=True, slots=True)
class _Flaws:
    """The step at the border in levels, and how differently both eyes are open and look, beyond what is natural."""

    seam: float
    gap: float
    squint: float


def verify(pixels: Rgb, crop: Crop, patch: Patch, opened: Rgb, detector: FaceDetector, style: EyeStyle) -> Verdict:
    """The verdict on one opened crop, seen in its photo."""
    seen, face = _face_with(pixels, crop, opened)
    again = detector.measure(seen, face)
    if again is None:
        lost = Fault("unrecognised", "the face was no longer recognised as one after painting")
        return Verdict(lost, -1.0, {})
    openness = {side: again.eyes[side].openness for side in SIDES}
    seam = seam_step(crop.pixels, opened, patch.mask * crop.mask)
    pair = not any(eye.covered for eye in crop.face.eyes.values())
    gap = abs(openness["left"] - openness["right"]) - NATURAL_GAP * _turned(crop.face.yaw_deg) if pair else 0.0
    squint = _squint(again, patch.convergence) if pair and style.gaze is None else 0.0
    fault = _fault(again, crop, _Flaws(seam, gap, squint), style)
    asked = 1.0 if style.openness is None else style.openness
    far = float(np.mean([abs(openness[s] - asked) for s in crop.sides]))
    doubt = float(np.mean([again.eyes[s].closed_probability for s in crop.sides]))
    score = 1 - COST_FAR * far - COST_DOUBT * doubt - COST_GAP * max(gap, 0) - seam / COST_SEAM
    score += OPINION_WEIGHT * max(patch.score, LOWEST_OPINION)
    return Verdict(fault, score, openness)


def _fault(again: Face, crop: Crop, flaws: _Flaws, style: EyeStyle) -> Fault | None:
    """What is wrong with the face as it was seen again, None for nothing."""
    wanted = OPEN_FROM * min(1.0, style.openness if style.openness is not None else 1.0)
    eyes = [again.eyes[side] for side in crop.sides]
    lowest = min(eye.openness for eye in eyes)
    if lowest < wanted:
        measured = f"openness {lowest:.2f}, wanted {wanted:.2f}"
        return Fault("closed", f"an eye still measured closed after painting ({measured})")
    half_shut_on_purpose = style.openness is not None and style.openness < HALF_SHUT
    if not half_shut_on_purpose and max(eye.closed_probability for eye in eyes) >= CLOSED_BELOW:
        return Fault("closed", "an eye still looked closed after painting")
    likeness = _likeness(crop.face, again)
    if likeness < MIN_LIKENESS:
        return Fault("stranger", f"the face no longer looked like the same person (likeness {likeness:.2f})")
    if flaws.gap > MAX_DISAGREEMENT:
        return Fault("unlike", f"the two eyes came out differently open (by {flaws.gap:.2f})")
    if flaws.squint > allowed_squint(crop.face.yaw_deg):
        return Fault("squint", f"the two eyes looked different ways (by {flaws.squint:.2f} of their width)")
    if flaws.seam > MAX_SEAM:
        return Fault("seam", f"the border of the new eyes stayed visible (a step of {flaws.seam:.0f} levels)")
    return None


def _likeness(before: Face, after: Face) -> float:
    """Whether it is still the same person, -1..1; 1 where the detector cannot tell."""
    if before.embedding is None or after.embedding is None:
        return 1.0
    return float(before.embedding @ after.embedding)


def _squint(after: Face, own: float | None) -> float:
    """How much the convergence of both eyes differs from the usual, or from a donor's `own`."""
    return abs(convergence(after.landmarks) - (USUAL_CONVERGENCE if own is None else own))


def allowed_squint(yaw_deg: float) -> float:
    """By how many eye widths a pair of a head that is turned so far may converge more or less than is usual."""
    return MAX_SQUINT + NATURAL_SQUINT * _turned(yaw_deg)


def _turned(yaw_deg: float) -> float:
    """How far a head is turned, 0..1: some difference between its eyes is then the face's own."""
    return min(abs(yaw_deg) / FAR_TURNED, 1.0)


def _face_with(pixels: Rgb, crop: Crop, opened: Rgb) -> tuple[Rgb, Face]:
    """Only the part of the photo around the face, with the opened crop in it, and the face in that part's pixels."""
    part = crop.face.box.grown(0.5).union(crop.window).within(pixels)
    window = crop.window.seen_from(part)
    face = replace(crop.face, landmarks=crop.face.landmarks - part.offset, box=crop.face.box.seen_from(part))
    return lay(part.cut(pixels), replace(crop, window=window), opened), face
