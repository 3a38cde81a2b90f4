"""Who comes with a browser: a random name in a cookie, which nobody else has, so nobody else sees the jobs.

Where the service asks for keys, a name counts only when it is signed, and it is signed for who shows a key once. The
signature ends with the process; the name does not, so after a restart the same key opens the same jobs again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

from starlette.datastructures import Headers

from ..service.api_keys import BY_KEY, KEY, ApiKeys

COOKIE: Final = "ote_visitor"
VISITOR: Final = "visitor-"
"""Beginning of the owners of visitors' jobs."""

LOGIN: Final = "/login"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_OPEN: Final = re.compile(
    r"/|/(login|theme\.css|manifest\.json)|/favicon\.ico|/(assets|static|icons)/[\w./@-]+|/gradio_api/app_id"
)
"""Addresses that anybody may have: the page before anything is in it, and the number by which a page recognises its
program."""


class CookieAuth:
    """Names visitors, and knows them again.

    Args:
        keys: one of them has to be shown first; None lets everybody in.
    """

    def __init__(self, keys: ApiKeys | None) -> None:
        self._keys = keys
        self._secret = secrets.token_bytes(32)

    def owner_of(self, headers: Headers) -> str | None:
        """The owner of this visitor's jobs, which does not tell the cookie; None for who has to be let in first."""
        name, _, signed = _cookie(headers).partition(".")
        if not _NAME.fullmatch(name):
            return None
        visitor = f"{VISITOR}{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        if self._keys is None:
            return visitor
        key, _, signature = signed.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(name, key).encode()):
            return None
        return f"{visitor}{BY_KEY}{key}"  # whose room it takes: many browsers of one key have no more than it has

    def is_public(self, path: str) -> bool:
        return _OPEN.fullmatch(path) is not None

    @property
    def asks_for_keys(self) -> bool:
        return self._keys is not None

    def sign_in(self, headers: Headers, key: str = "") -> str | None:
        """A Set-Cookie header for who may come in, with the name that came along if there is one; else None.

        It is for HTTPS alone where the visitor came by that. It comes along with a link on another site (`Lax`), or
        such a link would make the visitor somebody else; what other sites' pages send is refused by its Origin.
        """
        account = "" if self._keys is None else self._keys.owner_of(key)
        if account is None:
            return None
        came = _cookie(headers).partition(".")[0]
        name = came if _NAME.fullmatch(came) else secrets.token_urlsafe(32)
        by = account.removeprefix(KEY)
        value = f"{name}.{by}.{self._signature(name, by)}" if by else name
        return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if _by_https(headers) else "")

    def _signature(self, name: str, key: str) -> str:
        return hmac.new(self._secret, f"{name}.{key}".encode(), hashlib.sha256).hexdigest()


def is_visitor(owner: str) -> bool:
    """Whether a job's owner came with a browser."""
    return owner.startswith(VISITOR)


def _by_https(headers: Headers) -> bool:
    """Whether there is HTTPS between the browser and the proxy that it asks; this program itself never speaks it.

    The browser names the scheme with a form that it sends, and proxies with every request. Both are believed: who lies
    here gets a cookie that their own browser will not send.
    """
    proxied = headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return proxied == "https" or headers.get("origin", "").lower().startswith("https://")


def _cookie(headers: Headers) -> str:
    """Our cookie among those of all programs at this address, whatever these are like: ports do not keep cookies
    apart."""
    pairs = (part.partition("=") for line in headers.getlist("cookie") for part in line.split(";"))
    return next((value.strip() for name, _, value in pairs if name.strip() == COOKIE), "")
