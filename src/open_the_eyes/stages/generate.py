"""Ask the generator for opened eyes, all faces and attempts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..options import GenerateOptions
from ..roles import Crop, Donor, EyeGenerator, Patch, Request, Watch

_PER_ATTEMPT: Final = 7919
_PER_FACE: Final = 104_729
"""Primes, so that the attempts at one face do not meet those at another, or another seed's."""


def request_of(
    crop: Crop,
    face_id: int,
    attempt: int,
    options: GenerateOptions,
    donors: tuple[Donor, ...] = (),
    *,
    painted: bool = False,
) -> Request:
    """One attempt at one face: the same whatever else is in the photo or in the batch.

    The very first attempt of seed 0 asks for the likeliest eyes, every other one for a draw.
    """
    seed = (options.seed + _PER_ATTEMPT * attempt + _PER_FACE * (face_id - 1)) % 2**32
    return Request(crop, seed, 0.0 if options.seed == 0 and attempt == 0 else 1.0, donors, painted)


def generate(
    crops: Sequence[tuple[int, Crop]],
    attempts: Sequence[int],
    generator: EyeGenerator,
    options: GenerateOptions,
    donors: Mapping[int, tuple[Donor, ...]] | None = None,
    watch: Watch | None = None,
    *,
    painted: bool = False,
) -> list[list[Patch]]:
    """For each (face number, crop), one patch an attempt, `donors` by face number; `painted` as in `Request`."""
    known = donors or {}
    requests = [
        request_of(crop, face_id, attempt, options, known.get(face_id, ()), painted=painted)
        for face_id, crop in crops
        for attempt in attempts
    ]
    patches = generator.generate(requests, options, watch)
    n = len(attempts)
    return [patches[k : k + n] for k in range(0, len(patches), n)] if n else [[] for _ in crops]
