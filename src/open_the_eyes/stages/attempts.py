"""Which attempts a face gets: everybody's by number, or first the one that a person has picked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, islice

from ..errors import INSPECT, UsageError
from ..options import GenerateOptions
from ..options.attempt import Attempt
from ..roles import Crop, Donor
from .keep import Candidate, Kept


def rounds(face_id: int, options: GenerateOptions, spare: int, retries: int) -> list[list[Attempt]]:
    """Attempts at one face, a list a round: first as many as are wanted and `spare` more, then a few, `retries` times.
    In the last of these a donor's eyes only lead the painter.

    A pick is a round of its own and comes first: while it passes verification, nothing else is painted.
    """
    picked = [Attempt.of(code) for face, code in options.picks if face == face_id]
    laid_in = (attempt for number in count() if (attempt := Attempt(number)) not in picked)
    led = (attempt for number in count() if (attempt := Attempt(number, led=True)) not in picked)
    few = options.variations + 1
    first = list(islice(laid_in, options.variations + spare))
    further = [list(islice(laid_in, few)) for _ in range(retries - 1)]
    last = list(islice(led, few if retries else 0))
    return [attempts for attempts in (picked, first, *further, last) if attempts]


def is_due(crop: Crop, rounds_left: int, tried: Sequence[Candidate], want: int, donors: Sequence[Donor] = ()) -> bool:
    """Whether a face gets the next of the rounds that are left to it.

    It does until enough attempts have passed; but it does not get the last round, in which eyes are painted, where its
    open eye is no model to paint after.
    """
    passed = sum(candidate.verdict.passed for candidate in tried)
    if rounds_left <= 0 or passed >= want:
        return False
    return rounds_left > 1 or not _has_shut_partner(crop, tried, donors)


def _has_shut_partner(crop: Crop, tried: Sequence[Candidate], donors: Sequence[Donor]) -> bool:
    """Whether a single eye copies its partner, as without a donor from another photo it does, and every copy squinted:
    then the partner was not really open."""
    copies_partner = len(crop.sides) == 1 and not donors
    faults = [candidate.verdict.fault for candidate in tried]
    return copies_partner and bool(faults) and all(fault is not None and fault.kind == "squint" for fault in faults)


def with_pick_note(kept: Kept, pick: int | None, candidates: Sequence[Candidate]) -> Kept:
    """With a note where a face's eyes are not those that were picked for it, and why."""
    if pick is None or not kept.best or kept.best[0].attempt.code == pick:
        return kept
    why = next((candidate.verdict.reason for candidate in candidates if candidate.attempt.code == pick), "")
    note = f"The eyes that were picked did not pass ({why}), so others were taken."
    best = kept.best[0]
    return replace(kept, best=(replace(best, note=f"{note} {best.note}".strip()), *kept.best[1:]))


def check_numbers(options: GenerateOptions, face_count: int) -> None:
    """Refuses what was picked, or wished, for a face that is not there.

    Raises:
        UsageError: there is such a pick or style.
    """
    named = {"picks": [face for face, _ in options.picks], "styles": [style.face for style in options.styles]}
    for option, faces in named.items():
        missing = ", ".join(str(face) for face in sorted(faces) if face > face_count)
        if missing:
            raise UsageError(
                f"expected faces up to {face_count}, got {missing}.", option=option, mend=INSPECT, how="List them"
            )
