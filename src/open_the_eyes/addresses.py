"""Addresses, such as s3://bucket/shoot: told from paths, and shown without what lets one in."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]+:/{1,3}")
"""Scheme of an address; one slash is left where it was taken for a path. A drive of Windows has one letter."""
_PLACE: Final = re.compile(r"\S*")
_QUERY: Final = re.compile(r"([^?'\"]+\?)[^'\"]*[^'\",.;:)]")
_WITHOUT_PORTS: Final = ("s3", "gs", "gcs")
"""Stores whose addresses have a bucket in the place of a host."""
_PLAIN: Final = 3
"""Longest word, in letters, that is too short to be recognised again in other text."""


def is_address(text: str) -> bool:
    """Whether a text names a place elsewhere, as s3://bucket/shoot does, and no file of this machine."""
    return _HEAD.match(text) is not None


def without_secrets(text: str) -> str:
    """ "https://ann:secret@host/shoot?signature=1f" -> "https://***@host/shoot?***", and so on within any text.

    A name alone stays, but for HTTP, where it may be a token: in abfs://container@account it is part of the place.
    Takes time in proportion to the text, whatever that is: it may come from anybody.
    """
    heads = list(_HEAD.finditer(text)) if ":/" in text else []
    if not heads:
        return text
    behind = [*(head.start() for head in heads[1:]), len(text)]
    shown = [_shown(head[0], text[head.end() : end]) for head, end in zip(heads, behind, strict=True)]
    return text[: heads[0].start()] + "".join(shown)


def told(error: Exception, address: str) -> str:
    """What is said of an address, which may quote its password without the rest, whole or up to a slash."""
    head = _HEAD.match(address)
    place = address[head.end() :] if head else ""
    secret = place[: _user_end(head[0], place)].partition(":")[2] if head else ""
    text = str(error)
    for part in (secret, *secret.split("/")):
        if len(part) > _PLAIN:
            text = text.replace(part, "***")
    return text


def _shown(head: str, rest: str) -> str:
    """An address, and the text behind it, without its user and query."""
    found = _PLACE.match(rest)
    place = found[0] if found else ""
    behind, end = rest[len(place) :], _user_end(head, place)
    if end and (":" in place[:end] or head.lower().startswith("http")):
        place = f"***{place[end:]}"
    return head + _QUERY.sub(r"\1***", place, count=1) + behind


def _user_end(head: str, place: str) -> int:
    """Where a name and a password end, at the "@"; 0 where none are told. A password with a slash in it is no good, and
    a secret all the same."""
    host = place.partition("/")[0]
    if "@" in host:
        return host.rindex("@")
    _, colon, password = host.partition(":")
    is_port = (password.isdigit() or not password) and not head.lower().startswith(_WITHOUT_PORTS)
    return max(place.rfind("@"), 0) if colon and not is_port and not host.startswith("[") else 0
