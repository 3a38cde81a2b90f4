"""A model hub on this machine, with the two addresses that fetching uses, and the faults of real ones."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FakeHub:
    """Files by repository and path.

    Args:
        cuts: after how many bytes each of the next downloads is cut off.
        ranges: whether it can begin in the middle.
        status: what it answers to everything instead, if not 200.
        lies: SHA-256 by path that it claims instead of the true ones.
        asked: (path, Range) of every download.
        token: what it wants to be shown before anything else.
        shown: what each request showed as its token.
        elsewhere: the address of another hub that downloads are sent on to.
    """

    files: dict[str, dict[str, bytes]]
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    status: int = 200
    lies: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""
    token: str = ""
    shown: list[str | None] = field(default_factory=list)
    elsewhere: str = ""

    def listing(self, repo: str) -> bytes:
        entries = [
            {"type": "file", "path": path, "size": len(data), "oid": "0" * 40}
            | ({"lfs": {"oid": self.lies.get(path, hashlib.sha256(data).hexdigest())}} if len(data) > 100 else {})
            for path, data in self.files[repo].items()
        ]
        return json.dumps([{"type": "directory", "path": "unet", "size": 0, "oid": "1" * 40}, *entries]).encode()


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """The hub on a free port of this machine, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(hub))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler_of(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = re.fullmatch(r"/api/models/(.+)/tree/([^/?]+)\?recursive=true", self.path)
            sent = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path)
            hub.shown.append(self.headers.get("Authorization"))
            if hub.status != 200:
                self.send_error(hub.status)
            elif hub.token and hub.shown[-1] != f"Bearer {hub.token}":
                self.send_error(401)
            elif hub.elsewhere and sent:
                self.send_response(302)
                self.send_header("Location", hub.elsewhere + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif listed and listed[1] in hub.files:
                self._send(200, hub.listing(listed[1]), {})
            elif sent and sent[3] in hub.files.get(sent[1], {}):
                self._send_file(sent[3], hub.files[sent[1]][sent[3]])
            else:
                self.send_error(404)

        def _send_file(self, path: str, data: bytes) -> None:
            wanted = self.headers.get("Range")
            hub.asked.append((path, wanted))
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.ranges else 0
            more = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
            cut = hub.cuts.pop(0) if hub.cuts else len(data)
            self._send(206 if start else 200, data[start:], more, cut)

        def _send(self, status: int, data: bytes, more: dict[str, str], cut: int | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data[:cut])

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
