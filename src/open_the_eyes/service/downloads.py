"""The file of a result as an answer."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from .job_service import ResultFile
from .operations import OCTETS, RESULT

DOWNLOAD: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The photo in the format it came in; with `face`, a small JPEG. It is called "
        f"`{OCTETS}` where that is the only kind which `Accept` names.",
        "headers": {"ETag": {"description": "Of this file, for `If-None-Match`.", "schema": {"type": "string"}}},
        "content": RESULT,
    },
    304: {"description": "The client has it already: `If-None-Match` names its `ETag`."},
}
"""What `answer_with` answers, for the document."""


def answer_with(found: ResultFile, request: Request, if_none_match: str | None) -> Response:
    """The file; what is said of it alone, where nothing else is asked for; or 304, where the client has it.

    Always whole, which is said: a client that was cut off need not try to go on from where it was.

    Raises:
        NotHere: the file was deleted meanwhile.
        StoreUnreadable: it cannot be read at present.
    """
    headers = {"ETag": found.etag, "Vary": "Accept"}
    if _names(if_none_match, found.etag):
        return Response(status_code=304, headers=headers)
    headers |= {
        "Content-Length": str(found.size),
        "Content-Disposition": f'attachment; filename="{found.file_name}"',
        "Accept-Ranges": "none",
    }
    kinds = {one.partition(";")[0].strip().lower() for one in ",".join(request.headers.getlist("accept")).split(",")}
    media_type = OCTETS if kinds == {OCTETS} else found.media_type
    if request.method == "HEAD":
        return Response(media_type=media_type, headers=headers)
    return StreamingResponse(found.pieces(), media_type=media_type, headers=headers)


def _names(if_none_match: str | None, etag: str) -> bool:
    """Whether a tag is among those in the header, weak or not (RFC 9110, 13.1.2)."""
    tags = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return tags == ["*"] or etag in tags
