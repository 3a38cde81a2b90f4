"""One attempt, verified; a restored look that fails gives way to the look before it was restored."""

from __future__ import annotations

from ..imaging.arrays import Rgb
from ..options.attempt import Attempt
from ..options.eye_style import EyeStyle
from ..roles import FaceDetector
from .blend import Look
from .keep import Candidate
from .restore import not_kept
from .verify import Fault, Verdict, verify


def judge(pixels: Rgb, attempt: Attempt, look: Look, detector: FaceDetector, style: EyeStyle) -> Candidate:
    """The look as a candidate, with its verdict; its own plain look where only that one passes."""
    if look.patch.fault:
        return Candidate(attempt, look.opened, Verdict(Fault("unpainted", look.patch.fault), -1.0, {}), look.crop)
    verdict = verify(pixels, look.crop, look.patch, look.opened, detector, style)
    if not verdict.passed and look.plain is not None:
        note = not_kept(verdict.reason)
        look = look.plain
        verdict = verify(pixels, look.crop, look.patch, look.opened, detector, style)
    else:
        note = look.note
    return Candidate(attempt, look.opened, verdict, look.crop, note, look.patch.origin)
