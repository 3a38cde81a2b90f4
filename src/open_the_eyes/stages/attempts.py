"""Which attempts a face gets: everybody's by number, or first the one that a person has picked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, islice
from typing import Final

from ..errors import INSPECT, UsageError
from ..options import GenerateOptions
from ..options.face_numbers import MAX_ATTEMPTS
from ..roles import Crop, Donor
from .keep import Candidate, Kept

FIRST_LED: Final = MAX_ATTEMPTS // 2
"""First attempt in which a donor's eyes only lead the painter: they were laid in before, and did not turn out well."""


def is_led(attempt: int) -> bool:
    """Whether a donor's eyes only lead the painter in this attempt; in those before they are laid in as they are."""
    return attempt >= FIRST_LED


def rounds(face_id: int, options: GenerateOptions, spare: int, retries: int) -> list[list[int]]:
    """Attempts at one face, a list a round: first as many as are wanted and `spare` more, then a few, `retries` times.

    A pick is a round of its own and comes first: while it passes verification, nothing else is painted.
    """
    pick = dict(options.picks).get(face_id)
    numbers = (attempt for attempt in count() if attempt != pick)
    led = (attempt for attempt in count(FIRST_LED) if attempt != pick)
    first = [] if pick is None else [[pick]]
    first.append(list(islice(numbers, options.variations + spare)))
    sources = [numbers] * (retries - 1) + [led] * (retries > 0)  # a donor's eyes only lead in the last round
    return first + [list(islice(source, options.variations + 1)) for source in sources]


def is_due(crop: Crop, left: list[list[int]], tried: list[Candidate], want: int, donors: Sequence[Donor] = ()) -> bool:
    """Whether a face gets the first of the rounds that are `left`.

    None once enough attempts have passed. The last round, which paints freely, is also skipped for a single eye that
    copies its partner if every copy squinted: then the partner was not really open. A donor from another photo lifts
    that.
    """
    if not left or sum(candidate.verdict.passed for candidate in tried) >= want:
        return False
    last_round, partner_gives = len(left) == 1, len(crop.sides) == 1 and not donors
    faults = [candidate.verdict.fault for candidate in tried]
    partner_is_shut = bool(faults) and all(fault is not None and fault.kind == "squint" for fault in faults)
    return not (last_round and partner_gives and partner_is_shut)


def with_pick_note(kept: Kept, pick: int | None, candidates: list[Candidate]) -> Kept:
    """With a note where a face's eyes are not those that were picked for it, and why."""
    if pick is None or not kept.best or kept.best[0].attempt == pick:
        return kept
    why = next((candidate.verdict.reason for candidate in candidates if candidate.attempt == pick), "")
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
