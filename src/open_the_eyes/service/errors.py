"""What the service refuses besides what the product refuses.

OpenTheEyesError                HTTP
├── UsageError
│   ├── NotHttp                  400   what came is no request that can be read
│   ├── KeyNeeded                401   no API key, or one that this service did not make
│   ├── ForeignCaller            403   a page of another site asked, or a name that is not ours was called
│   ├── NotHere                  404   no such job, face, variation or page, or somebody else's
│   ├── WrongMethod              405   this address answers other methods
│   └── NotYet                   409   the job has no result at this moment
├── PhotoError
│   ├── BodyTooSlow              408   too little came of a request that had begun
│   ├── BodyTooLarge             413   more bytes in one request than its photos may have
│   └── PhotoNotWritten
│       └── StoreAway            507   the store of photos and results is full, or does not answer
│           └── StoreUnreadable  503   the same, to somebody who wants something out of it
├── Cancelled
│   └── Unwatched                409   the job was for a page that was closed
└── NoCapacity
    └── Busy                     429   not at this moment; says when to try again
        ├── QueueFull            429   too many jobs wait
        ├── OwnQueueFull         429   too many jobs of this key wait
        ├── TooManyUploads       429   too many photos come in, or wait to be looked at
        └── TooManyRequests      429   this key asked too often, or follows too many jobs at once
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..errors import Cancelled, NoCapacity, PhotoError, PhotoNotWritten, UsageError

RETRY_SECONDS: Final = 10
"""When to ask again where nobody knows better, or the database or the store does not answer, or has no room."""


class NotHttp(UsageError):
    http_status = 400


class KeyNeeded(UsageError):
    http_status = 401


class ForeignCaller(UsageError):
    http_status = 403


class NotHere(UsageError):
    http_status = 404


class WrongMethod(UsageError):
    """`allowed` are the methods that the address answers."""

    http_status = 405

    def __init__(self, message: str = "", *, allowed: Sequence[str] = (), mend: str = "", how: str = "") -> None:
        super().__init__(message, mend=mend, how=how)
        self.allowed = allowed

    @classmethod
    def of(cls, allowed: Sequence[str], came: str) -> WrongMethod:
        """For a request by a method that is none of these."""
        return cls(f"expected {' or '.join(allowed)}, got {came[:8]}.", allowed=allowed)


class NotYet(UsageError):
    http_status = 409


class BodyTooSlow(PhotoError):
    http_status = 408


class BodyTooLarge(PhotoError):
    http_status = 413


class StoreAway(PhotoNotWritten):
    pass


class StoreUnreadable(StoreAway):
    http_status = 503


class Unwatched(Cancelled):
    pass


class Busy(NoCapacity):
    """`retry_after` is in whole seconds."""

    http_status = 429

    def __init__(self, message: str = "", retry_after: int = RETRY_SECONDS, *, mend: str = "", how: str = "") -> None:
        super().__init__(message, mend=mend, how=how)
        self.retry_after = retry_after


class QueueFull(Busy):
    pass


class OwnQueueFull(Busy):
    pass


class TooManyUploads(Busy):
    pass


class TooManyRequests(Busy):
    pass


class Stopping(BaseException):
    """The service ends, and this thread leaves its job for the next start. No `Exception`: those are a job's outcome,
    and DBOS writes them down as such; a workflow that ends with this one is taken up again."""
