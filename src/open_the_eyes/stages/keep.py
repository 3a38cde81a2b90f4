"""Which of the eyes that were painted are kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..imaging.arrays import Rgb
from ..options.attempt import Attempt
from ..origins import Origin
from ..roles import Crop
from .verify import Verdict


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attempt at one face: the blended crop (h, w, 3) and what verification said.

    Args:
        crop: where it lies, if not in the face's own crop: a restored face reaches further than its eyes.
        note: what became of the restorer's work, where it was not kept.
        origin: what painted it, or whose eyes these are.
    """

    attempt: Attempt
    opened: Rgb
    verdict: Verdict
    crop: Crop
    note: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a face keeps: candidates, best first; none where nothing passed, and then `reason` says why."""

    crop: Crop
    best: tuple[Candidate, ...]
    reason: str


def keep(crop: Crop, candidates: Sequence[Candidate], count: int) -> Kept:
    """The `count` best of those that passed; ties go to the earlier attempt."""
    passed = [c for c in candidates if c.verdict.passed]
    best = sorted(passed, key=lambda c: (-round(c.verdict.score, 6), c.attempt.code))[:count]
    nearest = max(candidates, key=lambda c: c.verdict.score, default=None)
    why = "the closed eyes lie outside the photo" if nearest is None else nearest.verdict.reason
    return Kept(crop, tuple(best), "" if best else f"{why}.")
