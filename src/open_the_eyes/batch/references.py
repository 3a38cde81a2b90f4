"""What every photo of a batch is held against: looked at by each worker once, for all the photos it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from ..engine import Engine
from ..looking import look_at_references
from ..seen import Seen
from .spec import BatchSpec

References = Callable[[], Sequence[Seen]]
"""Gives a batch's references; raises what `look_at_references` raises."""


def references_of(spec: BatchSpec, engine: Engine) -> References:
    """The references, looked at when the first photo asks; one that cannot be used is tried again for the next photo.

    Several threads may ask.
    """
    found: list[Seen] = []
    looking = Lock()

    def references() -> Sequence[Seen]:
        with looking:
            if len(found) < len(spec.references):
                found[:] = look_at_references(spec.references, spec.options, engine=engine)
            return found

    return references
