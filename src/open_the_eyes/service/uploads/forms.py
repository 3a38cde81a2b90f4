"""The form of an upload: read as RFC 7578 has it and somewhat beyond, its options as JSON; refusals in our words."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ...edit_record import each_once
from ...errors import OpenTheEyesError, UsageError
from ...wording import counted
from ..errors import BodyTooLarge
from ..jobs.processing import options_of

MAX_OPTIONS: Final = 16_384
"""Largest JSON of options, bytes."""
MAX_KIND: Final = 1024
"""Longest Content-Type that is parsed, bytes: the time that takes grows faster than its length."""
MAX_FIELDS: Final = 4
"""Most fields of a form that are no files."""
EXACT: Final = 2**53
"""Bound below which every whole number is a float, too, and none stands for its neighbours."""

_EXTENDED: Final = re.compile(rb"(;\s*filename)\*(?=\s*=)", re.IGNORECASE)


async def read_form(request: Request, max_references: int) -> FormData:
    """The form of a request, read whole; files above a megabyte are temporary files until it is closed.

    Raises:
        UsageError: it is no form, or broke off, or has more parts than there can be.
        BodyTooLarge: a field that is no file has more bytes than options can have.
    """
    kind = request.headers.get("content-type", "")
    boundary = b"" if len(kind) > MAX_KIND else parse_options_header(kind)[1].get(b"boundary")
    if not boundary:
        raise UsageError(
            "expected a form whose Content-Type names its boundary, got none; leave that header to your HTTP library."
        )
    body = _FromFirstBoundary(request.stream(), boundary)
    parser = _Parser(
        request.headers,
        body.chunks(),
        max_files=1 + max_references,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_OPTIONS,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise _refused(error.message, max_references) from error
    except UnicodeError as error:  # of a charset that is one in Python only
        parser.close_files()
        raise _refused("", max_references) from error
    if not parser.complete:
        parser.close_files()
        raise _cut_short(body)
    return form


def file_in(field: str, value: UploadFile | str) -> UploadFile:
    """The file in a field.

    Raises:
        UsageError: the field is no file.
    """
    if isinstance(value, str):
        raise UsageError(f"expected a file, got text; with curl: -F {field}=@family.jpg.", option=field)
    return value


def options_in(texts: Sequence[UploadFile | str]) -> dict[str, Any]:
    """Options as plain values, known to be good; 2.0 is 2, as in JSON Schema.

    Raises:
        UsageError: no JSON, or options that do not exist, or values out of range.
    """
    if not texts:
        return {}
    text = texts[0]
    if len(texts) > 1:
        raise UsageError(f"expected one JSON object, got {len(texts)}; put all options into one.", option="options")
    if not isinstance(text, str):
        raise UsageError(
            "expected text, got a file; send the JSON without a file name (with curl: -F 'options=<any.json'; "
            "in JavaScript as a string: a Blob is sent as a file).",
            option="options",
        )
    try:
        values = json.loads(text, object_pairs_hook=each_once, parse_float=_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        wanted = 'expected a JSON object such as {"mode": "fast"}, each name once'
        raise UsageError(f"{wanted}; got no JSON, or one name twice.", option="options") from None
    if not isinstance(values, dict):
        raise UsageError(
            'expected a JSON object such as {"mode": "fast"}, got another kind of value.', option="options"
        )
    try:
        options_of(values)
    except RecursionError:
        raise UsageError("expected flat values, got lists in lists without end.", option="options") from None
    return values


class _FromFirstBoundary:
    """A body without what comes before its first boundary, which says nothing (RFC 2046) and of which the parser wants
    nothing to be there; `found` once there is one, `empty` as long as nothing came at all."""

    def __init__(self, stream: AsyncGenerator[bytes, None], boundary: bytes) -> None:
        self._stream, self._mark = stream, b"\r\n--" + boundary
        self.found, self.empty = False, True

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        before = b"\r\n"  # the very first line may be one
        async for chunk in self._stream:
            self.empty = self.empty and not chunk
            if self.found:
                yield chunk
                continue
            before += chunk
            place = before.find(self._mark)
            self.found = place >= 0
            if self.found:
                yield before[place + 2 :]
            before = before[1 - len(self._mark) :]


class _Parser(MultiPartParser):
    """Starlette's; `complete` once the last boundary has come.

    It also takes a file whose name is told as RFC 5987 has it alone, which forms must not (RFC 7578) and programs do,
    such as those with urllib3 1.24. What the name is does not matter: none is kept.
    """

    complete = False

    def on_headers_finished(self) -> None:
        told = self._current_part.content_disposition
        if told is not None:
            self._current_part.content_disposition = _EXTENDED.sub(rb"\1", told)
        super().on_headers_finished()

    def on_end(self) -> None:
        self.complete = True

    def close_files(self) -> None:
        """Closes also the file that broke off, which no form knows of."""
        for file in self._files_to_close_on_error:
            file.close()


def _cut_short(body: _FromFirstBoundary) -> UsageError:
    if body.empty:
        return UsageError("expected a form with a photo, got an empty body; with curl: -F photo=@family.jpg.")
    if not body.found:
        return UsageError(
            "expected parts between the boundary that Content-Type names, it is nowhere in the body; leave that header "
            "to your HTTP library."
        )
    return UsageError("expected a form that ends in its last boundary, it broke off before; send it again, whole.")


def _refused(why: str, max_references: int) -> OpenTheEyesError:
    """What Starlette says of a form, in words that help whoever sent it."""
    if why.startswith("Too many files"):
        most = counted(max_references, "reference")
        return UsageError(f"expected one photo and at most {most}, got more; leave some out.")
    if why.startswith("Too many fields"):
        return UsageError("expected files and one field options, got more fields; put all options into that one.")
    if "exceeded maximum size" in why:
        return BodyTooLarge(
            f"expected at most {MAX_OPTIONS:,} bytes in a field that is no file, got more; send photos as files, with "
            "a file name (with curl: -F photo=@family.jpg)."
        )
    if '"name" must be provided' in why:
        return UsageError(
            "expected a name in the Content-Disposition of each part, such as photo, got a part without; with curl: -F."
        )
    return UsageError(
        "expected a form as multipart/form-data has it, got one whose parts cannot be told; leave writing it to your "
        "HTTP library (with curl: -F)."
    )


def _number(text: str) -> int | float:
    """A number of JSON, which has one kind of them: 2.0 and 2e0 are 2."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def _no_number(word: str) -> None:
    """Refuses NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{word} is no JSON")
