"""Ask the generator for opened eyes, all faces and attempts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from ..options import GenerateOptions
from ..options.attempt import Attempt
from ..progress import NO_WATCH
from ..roles import Crop, Donor, EyeGenerator, Patch, Request, Watch

_PER_ATTEMPT: Final = 7919
"""Prime by which the seeds of a face's attempts lie apart: at one face, seeds of the options that lie less than this
apart have no attempt in common; at different faces they may."""
_PER_FACE: Final = 104_729
"""Prime by which the seeds of a photo's faces lie apart, so that no two attempts have the same."""


def request_of(
    crop: Crop,
    face_id: int,
    attempt: Attempt,
    options: GenerateOptions,
    donors: tuple[Donor, ...] = (),
) -> Request:
    """One attempt at one face: the same in any mode and batch, with whatever other faces are opened.

    It depends on the face's number, and so on how many faces are further left. The very first attempt of seed 0 asks
    for the likeliest eyes, every other one for a draw.
    """
    seed = (options.seed + _PER_ATTEMPT * attempt.code + _PER_FACE * (face_id - 1)) % 2**32
    variety = 0.0 if options.seed == 0 and attempt.code == 0 else 1.0
    return Request(crop, seed, variety, donors, attempt.led, options.style_of(face_id))


def generate(
    crops: Mapping[int, Crop],
    attempts: Mapping[int, Sequence[Attempt]],
    generator: EyeGenerator,
    options: GenerateOptions,
    donors: Mapping[int, tuple[Donor, ...]] | None = None,
    watch: Watch = NO_WATCH,
) -> dict[int, Sequence[Patch]]:
    """By face number, one patch for each attempt at its crop, in order; all that is given goes by face number, too.

    A generator may put patches together when they are asked for: who looks at one after the other holds one.
    """
    known = donors or {}
    requests = [
        request_of(crop, face_id, attempt, options, known.get(face_id, ()))
        for face_id, crop in crops.items()
        for attempt in attempts[face_id]
    ]
    patches = generator.generate(requests, options.of_painter(), watch)
    ends = accumulate(len(attempts[face_id]) for face_id in crops)
    return {face_id: patches[end - len(attempts[face_id]) : end] for face_id, end in zip(crops, ends, strict=True)}
