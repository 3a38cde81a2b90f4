"""Errors as RFC 9457 problem details: what was expected, what came, what to do next; no path, no traceback."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from ..errors import (
    INSPECT,
    Cancelled,
    GpuFailed,
    NoCapacity,
    OpenTheEyesError,
    PhotoNotWritten,
    PhotoTooLarge,
    UnreadablePhoto,
    UsageError,
    WeightsMissing,
    lacks_memory,
)
from .errors import RETRY_SECONDS, BodyTooLarge, BodyTooSlow, Busy, StoreAway, StoreUnreadable, WrongMethod
from .reasons import reason_of

MEDIA_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger("open_the_eyes.service")

_TELLABLE: Final = (UsageError, UnreadablePhoto, PhotoTooLarge, BodyTooSlow, BodyTooLarge, NoCapacity, Cancelled)
"""Errors whose messages are for whoever sent the photo. The others' may name folders of this machine."""

_STORAGE: Final = "expected to store this, the service could not; try again later, or tell its operator."
_READING: Final = "expected to read what is stored, the service could not; try again later, or tell its operator."
_MODEL: Final = (
    "expected a model that is not on the service's machine; leave out what asks for one (restorer, lcm), or ask its "
    "operator, who finds out more with `open-the-eyes doctor`."
)
_OPERATOR: Final = "the service cannot do this at present; its operator finds out more with `open-the-eyes doctor`."
_IN_OUR_WORDS: Final = {INSPECT: "POST /v1/inspect tells which faces there are."}
"""Remedies of the command line, and how the same is done over HTTP."""

_LATER: Final = "Try again later, or tell the service's operator."
_BUG: Final = "this is a bug of ours; the photo that came is not kept longer for it. Try again, or tell the operator."


def problem_of(error: BaseException) -> dict[str, Any]:
    """`type`, `title`, `status` and `detail`; what is none of ours becomes a plain 500.

    That goes to the log, and so does a store that does not answer: its operator has to learn why.
    """
    if lacks_memory(error):
        error = NoCapacity("not enough memory for this photo; make it smaller, or try again later.")
    if not isinstance(error, OpenTheEyesError) or isinstance(error, StoreAway):
        log_bug(error)
    if isinstance(error, SQLAlchemyError):
        error = NoCapacity("expected the service's database to answer, it does not, or has no room; try again later.")
    kind = type(error) if isinstance(error, OpenTheEyesError) else OpenTheEyesError
    words = name_of(kind)
    return {
        "type": f"urn:open-the-eyes:problem:{words}",
        "title": words.replace("-", " ").capitalize(),
        "status": kind.http_status,
        "detail": _detail(error),
    }


def name_of(kind: type[OpenTheEyesError]) -> str:
    """The ending of the `type` of an error's problems: UnreadablePhoto -> unreadable-photo."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__ if kind is not OpenTheEyesError else "Bug").lower()


def headers_of(error: BaseException) -> dict[str, str]:
    """What besides the body tells a client how to go on."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, (SQLAlchemyError, StoreAway)):
        headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, WrongMethod):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, OpenTheEyesError) and error.http_status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="open-the-eyes"'
    return headers


def log_bug(error: BaseException) -> None:
    """Where it happened and why, without what it was about: foreign libraries may quote names and contents."""
    where = "; ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    )
    kind, reason = type(error).__name__, reason_of(error)
    _LOG.error("%s at %s", kind if reason == kind else f"{kind} ({reason})", where or "unknown place")


def _told(error: OpenTheEyesError) -> str:
    """The message in words of the service: its clients have no command line, and do not set what its operator sets."""
    later = _LATER if error.mend and isinstance(error, NoCapacity) else ""
    return f"{error.fault} {_IN_OUR_WORDS.get(error.mend, later)}"


def _detail(error: BaseException) -> str:
    if isinstance(error, GpuFailed):  # in its own words, which name the machine and its files
        return _OPERATOR
    if isinstance(error, _TELLABLE):  # half a surrogate pair, quoted from JSON, is no character that can be sent
        return " ".join(_told(error).split()).encode("utf-8", "backslashreplace").decode()
    if isinstance(error, WeightsMissing):
        return _MODEL
    if isinstance(error, StoreUnreadable):
        return _READING
    if isinstance(error, PhotoNotWritten):
        return _STORAGE
    return _OPERATOR if isinstance(error, OpenTheEyesError) and type(error) is not OpenTheEyesError else _BUG
