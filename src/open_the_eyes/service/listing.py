"""Where a page of somebody's jobs begins, as an opaque word that a client hands back."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ..errors import UsageError
from ..wording import typed
from .jobs.job import Job

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
_FORMAT: Final = struct.Struct(">d16s")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A job's place among those of its owner, which stays the same while others come and go, and once it is deleted."""

    created: float
    job: str

    @classmethod
    def of(cls, job: Job) -> Cursor:
        return cls(job.created, job.id)

    @classmethod
    def parsed(cls, word: str) -> Cursor:
        """Back from `str`.

        Raises:
            UsageError: no cursor of ours.
        """
        try:
            created, job = _FORMAT.unpack(base64.b64decode(word, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error, struct.error):
            created, job = math.nan, b""
        if not math.isfinite(created):
            raise UsageError(
                f"expected what `next` of an earlier answer has, got {typed(word)}; leave it out to begin with the "
                "newest job.",
                option="after",
            )
        return cls(created, str(UUID(bytes=job)))

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(_FORMAT.pack(self.created, UUID(self.job).bytes)).decode()
