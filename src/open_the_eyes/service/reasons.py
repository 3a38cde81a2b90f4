"""Why a disk, a store or a database did not do what it was asked, for the operator."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.exc import DatabaseError, OperationalError

from .errors import StoreAway

_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")


def reason_of(error: BaseException) -> str:
    """The kind of what is behind an error, and the reason that the system or the database gave.

    What is quoted there is left out, and so are paths: they name jobs, and a host may be half a mistyped password.
    """
    cause = error.__cause__ or error
    text = ""
    if isinstance(error, OperationalError) or type(error) is DatabaseError:  # those of SQLAlchemy's about no value
        text = _QUOTED.sub("...", str(error.orig).partition("\n")[0])
    elif isinstance(cause, OSError):
        text = cause.strerror or ""
        if not text and isinstance(error, StoreAway):  # a bucket's, which has no number, as in "Access Denied"
            text = "" if "/" in str(cause) else str(cause)
    return ": ".join(filter(None, (type(cause).__name__, text)))
