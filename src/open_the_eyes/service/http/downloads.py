"""The file of a result as an answer."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from ..job_service import ResultFile
from ..problems import MEDIA_TYPE as PROBLEM
from .operations import OCTETS, RESULT

_NOTHING: Final = re.compile(r"q=0(\.0*)?")
_HEADERS: Final = {
    "ETag": {"description": "Of this file, for `If-None-Match`.", "schema": {"type": "string"}},
    "Vary": {"description": "`Accept`: what the file is called depends on it.", "schema": {"type": "string"}},
}
DOWNLOAD: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The photo in the format it came in; with `face`, a small JPEG. It is called "
        f"`{OCTETS}` where `Accept` names no other kind, but for that of refusals and those with `q=0`.",
        "headers": _HEADERS,
        "content": RESULT,
    },
    304: {"description": "The client has it already: `If-None-Match` names its `ETag`.", "headers": _HEADERS},
}
"""Responses of `answer_with`, for the document."""


def answer_with(found: ResultFile, request: Request) -> Response:
    """The file; what is said of it alone, where nothing else is asked for; or 304, where the client has it.

    Always whole, which is said: a client that was cut off need not try to go on from where it was.

    Raises:
        NotHere: the file was deleted meanwhile.
        StoreUnreadable: it cannot be read at present.
    """
    headers = {"ETag": found.etag, "Vary": "Accept"}
    tags = _members(request, "if-none-match")
    if tags == ["*"] or found.etag in [tag.removeprefix("W/") for tag in tags]:  # weak or not (RFC 9110, 13.1.2)
        return Response(status_code=304, headers=headers)
    headers |= {
        "Content-Length": str(found.size),
        "Content-Disposition": f'attachment; filename="{found.file_name}"',
        "Accept-Ranges": "none",
    }
    media_type = OCTETS if _kinds(request) - {PROBLEM} == {OCTETS} else found.media_type
    if request.method == "HEAD":
        return Response(media_type=media_type, headers=headers)
    return StreamingResponse(found.pieces(), media_type=media_type, headers=headers)


def _kinds(request: Request) -> set[str]:
    """What `Accept` asks for: what weighs nothing is what it does not want (RFC 9110, 12.4.2)."""
    kinds = set()
    for one in _members(request, "accept"):
        kind, *rest = (part.strip().lower() for part in one.split(";"))
        if not any(_NOTHING.fullmatch(part) for part in rest):
            kinds.add(kind)
    return kinds


def _members(request: Request, header: str) -> list[str]:
    """Of a header that is a list: of all its lines, without the empty ones (RFC 9110, 5.3 and 5.6.1)."""
    members = ",".join(request.headers.getlist(header)).split(",")
    return [member.strip() for member in members if member.strip()]
