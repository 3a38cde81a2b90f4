"""What operations of the OpenAPI document say that FastAPI cannot know: uploads, event streams, results, refusals."""

from __future__ import annotations

from typing import Any, Final

from ...photo import MEDIA_TYPES
from ..problems import MEDIA_TYPE
from .schemas import EventView

_OPTIONS: Final = '{"mode": "standard", "variations": 2, "faces": [1]}'
_PICTURES: Final = {"type": "array", "items": {"type": "string", "format": "binary"}}

UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "additionalProperties": False,
                    "properties": {
                        "photo": {"type": "string", "format": "binary", "description": "The photo, as a file."},
                        "references": {**_PICTURES, "description": "Other photos of the same people."},
                        "options": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": {"$ref": "#/components/schemas/Options"},
                            "description": "A JSON object with any of the options in `Options`.",
                            "examples": [_OPTIONS],
                        },
                    },
                },
                "examples": {"with options": {"value": {"photo": "(the bytes of family.jpg)", "options": _OPTIONS}}},
                "encoding": {
                    "photo": {"contentType": "image/*"},
                    "references": {"contentType": "image/*"},
                    "options": {"contentType": "text/plain"},
                },
            }
        },
    }
}
"""Body of a request with a photo; it is read by `uploads`, so FastAPI has to be told."""

_WHY: Final = {
    401: "No API key, or an unknown one.",
    403: "A page of another site asked, or a name that is not this service's was called.",
    404: "No such job, or nothing of that kind in it.",
    408: "Too little came of a body that had begun.",
    409: "The job has no result at this moment.",
    413: "Too many bytes or pixels.",
    415: "Not a photo that can be read.",
    422: "An option or a query parameter that does not exist, a value out of range, or an Idempotency-Key that was "
    "used for something else.",
    429: "Too many jobs wait (`type` ends in `queue-full`), or too many of this key (`own-queue-full`), too many "
    "uploads come (`too-many-uploads`), or this key asks too often, or has too many event streams and waits open "
    "(`too-many-requests`); see Retry-After.",
    500: "A mistake of ours; the log of the service says where.",
    503: "Something that is needed is missing, or there is no room for it.",
    507: "What came could not be stored.",
}

_AGAIN: Final = "Seconds until it is worth while to come again"
_LATER: Final = {
    429: f"{_AGAIN}.",
    503: f"{_AGAIN}; not there where that would change nothing.",
    507: f"{_AGAIN}.",
}
"""Statuses that come with `Retry-After`, and its description."""

OCTETS: Final = "application/octet-stream"
RESULT: Final = {name: {"schema": {"type": "string", "format": "binary"}} for name in (*MEDIA_TYPES.values(), OCTETS)}
"""Media types of a result. Generators of clients know no pictures: where none of these is bytes to them, they leave the
answer out."""

EVENTS: Final = """id: 4
event: progress
data: {"state": "running", "position": 0, "running": 1, "stage": "generate", "fraction": 0.45, "eta_seconds": 0.3}

id: 9
event: done
data: {"state": "done", "position": 0, "running": 0, "stage": "write", "fraction": 1.0, "eta_seconds": 0, "faces": []}

"""
EVENT: Final[dict[str, Any]] = {
    "type": "string",
    "description": "Of each event a line `id`, to be sent as Last-Event-ID, but for `cancelled`, after which there is "
    f"nothing to follow; a line `event`, with its name; a line `data`, which is JSON as `{EventView.__name__}` "
    "describes it; and an empty line. Lines that begin with a colon say nothing.",
    "examples": [EVENTS],
}
"""Schema of a stream's text: no generator of clients makes events of it."""


def problems(*statuses: int, keyed: bool = True, paced: bool = True) -> dict[int | str, dict[str, Any]]:
    """How a route can refuse, for the document.

    Args:
        keyed: whether it asks for a key, if any, and a name of ours.
        paced: whether it counts how often a key comes.
    """
    answers: dict[int | str, dict[str, Any]] = {}
    for status in sorted({500, *((401, 403) if keyed else ()), *((429,) if keyed and paced else ()), *statuses}):
        schema = {"schema": {"$ref": "#/components/schemas/ProblemView"}}
        answers[status] = {"description": _WHY[status], "content": {MEDIA_TYPE: schema}}
        if status in _LATER:
            told = {"description": _LATER[status], "schema": {"type": "integer"}}
            answers[status]["headers"] = {"Retry-After": told}
    return answers
