"""Addresses, such as s3://bucket/shoot: told from paths, and shown without what lets one in."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]+:/{1,2}"
"""One slash where an address was taken for a path. A drive of Windows has one letter."""
_ADDRESS: Final = re.compile(_HEAD)
_USER: Final = re.compile(rf"({_HEAD})([^\s/@:]*)(:[^\s/]*|:(?!\d*/)\S*?)?@")
"""Name and password; one with a slash in it is no good, and a secret all the same."""
_QUERY: Final = re.compile(rf"({_HEAD}[^\s?'\"]+\?)[^\s'\"]*[^\s'\",.;:)]")
_PLAIN: Final = 3
"""Letters of a word that is too short to be known again in other text."""


def is_address(text: str) -> bool:
    """Whether a text names a place elsewhere, as s3://bucket/shoot does, and no file of this machine."""
    return _ADDRESS.match(text) is not None


def without_secrets(text: str) -> str:
    """ "https://ann:secret@host/shoot?signature=1f" -> "https://***@host/shoot?***", and so on within any text.

    A name alone stays, but for HTTP, where it may be a token: in abfs://container@account it is part of the place.
    """
    if ":/" not in text:
        return text
    return _QUERY.sub(r"\1***", _USER.sub(_masked, text))


def told(error: Exception, address: str) -> str:
    """What is said of an address, which may quote its password without the rest, whole or up to a slash."""
    known = _USER.match(address)
    secret = (known[3] or "")[1:] if known else ""
    text = str(error)
    for part in (secret, *secret.split("/")):
        if len(part) > _PLAIN:
            text = text.replace(part, "***")
    return text


def _masked(found: re.Match[str]) -> str:
    head, name, password = found.groups()
    return f"{head}***@" if password or head.lower().startswith("http") else f"{head}{name}@"
