"""HTTP as uvicorn speaks it; what cannot be read as HTTP, and so comes to no route, is refused as all else is."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..errors import NotHttp
from ..problems import MEDIA_TYPE, headers_of, problem_of
from .middleware import HEADERS

_NOT_HTTP: Final = NotHttp(
    "expected a request as HTTP/1.1 has it, with headers of 64 KiB at most, got something else; let an HTTP library "
    "write it, and use http:// where no proxy speaks TLS."
)


class Protocol(H11Protocol):
    """Uvicorn's, but for the words and the shape of its own refusal."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- says nothing that helps
        body = json.dumps(problem_of(_NOT_HTTP)).encode()
        length = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
        headers = [*{**HEADERS, **headers_of(_NOT_HTTP), **length}.items()]
        answer = h11.Response(status_code=NotHttp.http_status, headers=headers, reason=b"Bad Request")
        with suppress(h11.LocalProtocolError):  # an answer is on its way already, or HEAD was asked for
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
