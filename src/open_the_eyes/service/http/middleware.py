"""Around every route: who asks, from where, how often and with how much; and what every answer says."""

from __future__ import annotations

import json
import logging
import time
from asyncio import CancelledError
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...errors import NoCapacity
from ..api_keys import LOCAL, ApiKeys, account_of
from ..errors import RETRY_SECONDS, BodyTooLarge, BodyTooSlow, ForeignCaller, KeyNeeded
from ..metrics import Metrics
from ..problems import MEDIA_TYPE, headers_of, problem_of
from .rate_limit import RateLimiter

PUBLIC: Final = ("/healthz", "/readyz")
"""Addresses that are answered without a key and by any name, to whoever looks after the machine: probes and balancers
ask an address."""

METRICS: Final = "/metrics"
"""Address that is answered by any name where a key has to be shown: Prometheus asks an address, too. It does not count
as a request of its key, of which there may be a single one: figures are wanted most when there is much to do."""

API_PREFIX: Final = "/v1/"
SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
DRAINED_BYTES: Final = 8 << 20
DRAINED_SECONDS: Final = 2.0
"""How long a refused body is still read, for a client that reads the answer only when it has sent everything."""

PACE_BYTES: Final = 256 << 10
PACE_SECONDS: Final = 30.0
"""Time in which a body has to bring the least amount, or it is given up: its client may be gone without a word, or send
just enough to keep a place that others wait for. It is 70 kbit/s; what came fast gives no leave to dawdle later."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Headers of every answer that does not say otherwise."""

_ACCESS: Final = logging.getLogger("open_the_eyes.access")


class BrowserAuth(Protocol):
    """Who comes with a browser, to a page that is served beside the API."""

    def owner_of(self, headers: Headers) -> str | None:
        """The visitor that a request's cookie names; None without one that counts."""
        ...

    def is_public(self, path: str) -> bool:
        """Whether anybody may have this: the page's own files, in which nothing of anybody is."""
        ...


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who and what is let through.

    Args:
        keys: who may come; None asks nobody for a key.
        hosts: names that this service may be called by; None for any.
        max_body: bytes of one request.
        browser_auth: who may come with a browser; None where there is no page.
    """

    keys: ApiKeys | None
    hosts: frozenset[str] | None
    max_body: int
    browser_auth: BrowserAuth | None = None


class AccessMiddleware:
    """ASGI middleware; puts the key's owner into `request.state.owner`."""

    def __init__(self, app: ASGIApp, policy: AccessPolicy, rate_limiter: RateLimiter, metrics: Metrics) -> None:
        self._app, self._policy, self._rate_limiter, self._metrics = app, policy, rate_limiter, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _LimitedBody(receive, self._policy.max_body)
        answer = _LoggedResponse(scope, body, send, self._metrics)
        try:
            owner = self._authorized(scope["method"], scope["path"], Headers(scope=scope))
            scope.setdefault("state", {})["owner"] = owner
            await self._app(scope, body.receive, answer.send)
        except ClientDisconnect:
            return
        except CancelledError:  # by the server, which ends and has waited long enough
            body.give_up()
            stopped = NoCapacity("expected to go on answering, the service is being stopped; ask again.")
            await _refuse(stopped, answer, {"Retry-After": str(RETRY_SECONDS)})
        except Exception as error:  # noqa: BLE001 -- nothing is outside of this: a client gets an answer, the log no contents
            await _refuse(error, answer)

    def _authorized(self, method: str, path: str, headers: Headers) -> str:
        """Whose request this is."""
        if path in PUBLIC:
            return LOCAL
        host = headers.get("host", "")
        any_name = self._policy.hosts is None or (path == METRICS and self._policy.keys is not None)
        if not any_name and _name(host) not in (self._policy.hosts or ()):
            raise ForeignCaller("expected a name of this service, got another one; its operator adds it to OTE_HOSTS.")
        if method not in SAFE_METHODS:
            _check_origin(headers, host)
        browser_auth = self._policy.browser_auth
        if browser_auth is not None and browser_auth.is_public(path):
            return LOCAL
        owner = self._owner(path, headers)
        for_page = browser_auth is not None and not path.startswith(API_PREFIX)  # which asks for dozens of pictures
        if not for_page and path != METRICS:
            self._rate_limiter.acquire(account_of(owner))
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length[:18]) > self._policy.max_body:
            raise _too_large(self._policy.max_body)
        return owner

    def _owner(self, path: str, headers: Headers) -> str:
        visitor = None if self._policy.browser_auth is None else self._policy.browser_auth.owner_of(headers)
        if visitor is not None and "authorization" not in headers:
            return visitor
        if self._policy.keys is None:
            return LOCAL
        scheme, _, key = headers.get("authorization", "").partition(" ")
        known = self._policy.keys.owner_at_metrics if path == METRICS else self._policy.keys.owner_of
        owner = known(key.strip()) if scheme.lower() == "bearer" else None
        if owner is None:
            raise KeyNeeded(
                "expected an API key (Authorization: Bearer ote_...), got none that opens this; the operator makes one "
                "with `open-the-eyes serve --new-key`."
            )
        return owner


class _LimitedBody:
    """Counts what comes in, and waits for more only so long; what the service itself does meanwhile does not count."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._count = self._paced = 0
        self._waited = 0.0
        self._complete = False

    async def receive(self) -> Message:
        began = time.monotonic()
        try:
            with anyio.fail_after(None if self._complete else PACE_SECONDS - self._waited):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow(
                f"expected {PACE_BYTES:,} bytes more of the request in {PACE_SECONDS:.0f} seconds, "
                f"{self._count - self._paced:,} came; send it again where the connection is faster."
            ) from None
        self._waited += time.monotonic() - began
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            if self._count - self._paced >= PACE_BYTES:
                self._paced, self._waited = self._count, 0.0
            self._complete = not message.get("more_body", False)
            if self._count > self._limit:
                raise _too_large(self._limit)
        else:
            self._complete = True
        return message

    def give_up(self) -> None:
        """Waits for no more of it."""
        self._complete = True

    async def drain(self) -> None:
        with anyio.move_on_after(DRAINED_SECONDS):
            before = self._count
            while not self._complete and self._count - before < DRAINED_BYTES:
                try:
                    await self.receive()
                except BodyTooLarge:
                    continue
                except BodyTooSlow:
                    return


class _LoggedResponse:
    """Adds what every answer says, and writes one line about it: no address, no name, nothing of the job."""

    def __init__(self, scope: Scope, body: _LimitedBody, send: Send, metrics: Metrics) -> None:
        self._scope, self._body, self._send, self._metrics = scope, body, send, metrics
        self._came = time.perf_counter()
        self.began = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.began = True
            await self._body.drain()
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            self._log(message["status"])
        await self._send(message)

    def _log(self, status: int) -> None:
        self._metrics.answered(status)
        route = getattr(self._scope.get("route"), "path", "-")
        took = 1000 * (time.perf_counter() - self._came)
        _ACCESS.info("%s %s %d %.0f ms", self._scope["method"][:8], route, status, took)


async def _refuse(error: Exception, answer: _LoggedResponse, more: Mapping[str, str] | None = None) -> None:
    problem = problem_of(error)
    if answer.began:
        return  # half an answer cannot be taken back; the connection ends short of its length
    body = json.dumps(problem).encode()
    headers = {**headers_of(error), **(more or {}), "Content-Type": MEDIA_TYPE, "Content-Length": str(len(body))}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await answer.send({"type": "http.response.start", "status": problem["status"], "headers": raw})
    await answer.send({"type": "http.response.body", "body": body})


def _check_origin(headers: Headers, host: str) -> None:
    """Pages of other sites can send forms to 127.0.0.1, too; browsers say where they come from."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    same_origin = origin is None or _netloc(origin) == host.lower()
    if not same_origin or site not in ("same-origin", "none"):
        raise ForeignCaller("expected a request of our own pages or of a program, got one of another site's page.")


def _netloc(origin: str) -> str | None:
    """Name and port in an Origin header; None for what is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _name(host: str) -> str:
    """The name in a Host header, without port; "" for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"expected at most {limit:,} bytes in one request, more came; send smaller or fewer photos.")
