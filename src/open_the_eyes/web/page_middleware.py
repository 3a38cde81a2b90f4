"""The way in: who may see the page, which of Gradio's addresses are answered at all, and what a browser may load."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..service.errors import BodyTooLarge, WrongMethod
from ..service.http.routes import methods_at, no_such_route
from . import words
from .arrival_html import EYE
from .cookie_auth import LOGIN, CookieAuth

ANSWERED: Final = re.compile(
    r"/|/(config|theme\.css)|/(assets|static)/[\w./@-]+|/gradio_api/(startup-events|app_id|heartbeat/\w+|run/\w+)"
)
"""Addresses of Gradio that the page needs. Uploads, files and proxies go through the service's own routes, or
nowhere."""

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Content policy of the page: everything from here and nothing from elsewhere. Gradio's own scripts stand in the page
and compile templates."""

LOGIN_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
FORM_BYTES: Final = 2048
GRADIO: Final = "/gradio_api/"
ACT_BYTES: Final = 256 << 10
"""Largest act, with what the tab remembers, bytes: room for thousands of faces. Gradio reads an act at one go, while
nothing else is answered."""


class PageMiddleware:
    """ASGI middleware around the page: it lets visitors in, and keeps their browser at home."""

    def __init__(self, app: ASGIApp, browser_auth: CookieAuth) -> None:
        self._app, self._browser_auth = app, browser_auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if not ANSWERED.fullmatch(path):  # the page stands at the root, and gets what no route has taken
            methods = methods_at(scope)
            raise WrongMethod.of(sorted(methods), scope["method"]) if methods else no_such_route(path)
        headers = Headers(scope=scope)
        cookie = None
        if path == "/" and self._browser_auth.owner_of(headers) is None:
            if self._browser_auth.asks_for_keys:
                await RedirectResponse(LOGIN, 303)(scope, receive, send)
                return
            cookie = self._browser_auth.sign_in(headers)
        came = await _whole_act(receive) if path.startswith(GRADIO) else receive
        await self._app(scope, came, _PageHeaders(send, path, cookie))


async def _whole_act(receive: Receive) -> Receive:
    """A `receive` that gives the whole body at once: to what Gradio asks for piece by piece, it has words of its own.

    Raises:
        BodyTooLarge: there is more of it than any page sends.
        ClientDisconnect: there is nobody to answer any more.
    """
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > ACT_BYTES:
            raise BodyTooLarge(f"expected at most {ACT_BYTES:,} bytes from the page, more came; load it again.")
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def come() -> Message:
        return whole.pop() if whole else await receive()

    return come


class _PageHeaders:
    """Answers with what a browser has to know about them."""

    def __init__(self, send: Send, path: str, cookie: str | None) -> None:
        self._send, self._path, self._cookie = send, path, cookie

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = POLICY
            headers["Referrer-Policy"] = "same-origin"  # with none at all, forms come from nowhere and are turned away
            if self._path.startswith("/assets/"):  # their names change with what is in them
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
            if self._cookie is not None:
                headers.append("Set-Cookie", self._cookie)
        await self._send(message)


def login_routes(browser_auth: CookieAuth) -> APIRouter:
    """A page that asks for a key, once."""
    router = APIRouter(include_in_schema=False)

    @router.get(LOGIN)
    def ask(request: Request) -> Response:
        if not browser_auth.asks_for_keys or browser_auth.owner_of(request.headers) is not None:
            return RedirectResponse("/", 303)
        return _form()

    @router.post(LOGIN)
    async def answer(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > FORM_BYTES:
                raise BodyTooLarge("expected a key, got much more; copy the line that starts with ote_.")
        key = parse_qs(body.decode("utf-8", "replace")).get("key", [""])[0].strip()
        cookie = browser_auth.sign_in(request.headers, key)
        if cookie is None:
            return _form("That key is not known here. It is a line that starts with ote_.")
        found = RedirectResponse("/", 303)
        found.headers["Set-Cookie"] = cookie
        return found

    return router


def _form(said: str = "") -> Response:
    wrong = ' aria-invalid="true"' if said else ""
    page = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{words.TITLE}: sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body{{font:1rem/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0 1rem}}
form{{width:min(26rem,100%)}}svg{{width:4rem;fill:none;stroke:currentColor;stroke-width:3}}
code{{white-space:nowrap}}label{{display:block;margin-bottom:.4rem}}
[role=alert]:not(:empty){{padding-left:.8rem;border-left:6px solid #e69f00}}
input,button{{font:inherit;width:100%;box-sizing:border-box;padding:.7rem;border-radius:.6rem;border:1px solid #8888}}
button{{margin-top:.8rem;background:#0b5c9e;color:#fff;border:0;cursor:pointer}}
:focus-visible{{outline:3px solid #e69f00;outline-offset:2px}}</style></head>
<body><form method="post" action="{LOGIN}">{EYE}<h1>{words.TITLE}</h1>
<p id="why">This page asks for a key. Whoever runs it makes one with <code>open-the-eyes serve --new-key</code>.</p>
<p role="alert" id="said">{escape(said)}</p>
<label for="key">Key</label><input id="key" name="key" type="password" autocomplete="current-password"
aria-describedby="said why"{wrong} required autofocus><button>Sign in</button></form></body></html>"""
    headers = {"Content-Security-Policy": LOGIN_POLICY, "Referrer-Policy": "same-origin"}
    return HTMLResponse(page, 401 if said else 200, headers)
