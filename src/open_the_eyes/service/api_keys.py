"""API keys: shown once, kept as hashes, compared in constant time.

A key is 256 random bits, so a plain SHA-256 keeps it: there is nothing to guess, and slow hashing, which passwords
need, would only cost time at every request.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import PhotoNotWritten, UsageError

PREFIX: Final = "ote_"
LOCAL: Final = "local"
"""The owner of jobs where no key is asked for."""

KEY: Final = "key-"
"""With which the owners of a key's own jobs begin."""

BY_KEY: Final = "@"
"""Between the name of an owner who came in with a key, and that key's."""


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """The hashes of all keys, SHA-256, hexadecimal; empty where no key was ever made."""

    hashes: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> ApiKeys:
        """The keys of a file: a line each, the hash and after it anything, such as whose it is.

        Raises:
            UsageError: a file that is not of this kind, or from which every key was deleted: who ends the last one does
                not mean that from then on anybody may come.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{path}: expected a file of key hashes ({type(error).__name__}); check OTE_KEYS."
            ) from None
        hashes = tuple(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
        if any(len(one) != 64 or not set(one) <= set("0123456789abcdef") for one in hashes):
            raise UsageError(f"{path}: expected a SHA-256 hash on each line; make keys with `serve --new-key`.")
        if not hashes:
            raise UsageError(
                f"{path}: expected the hash of a key, every one was deleted; make a key with `open-the-eyes serve "
                "--new-key`, or delete the file: then nobody is asked for one at 127.0.0.1."
            )
        return cls(hashes)

    def owner_of(self, key: str) -> str | None:
        """Whose key this is, a name that says nothing about the key; None for a key that was not made here."""
        came = _hash(key)
        found = [known for known in self.hashes if hmac.compare_digest(known, came)]  # all, whichever fits
        return f"{KEY}{found[0][:16]}" if found else None


def account_of(owner: str) -> str:
    """Whose room an owner takes: that of the key they came in with, or nobody else's.

    >>> account_of("visitor-1@9f86d081")
    'key-9f86d081'
    """
    _, by_key, key = owner.partition(BY_KEY)
    return f"{KEY}{key}" if by_key else owner


def make_key(path: Path) -> str:
    """A new key; its hash is added to the file, which only its owner may read.

    Raises:
        PhotoNotWritten: the file cannot be written.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "rb+") as file:
            written = file.read()
            begun = b"\n" if written and not written.endswith(b"\n") else b""  # an editor left the last line open
            file.write(begun + _hash(key).encode("ascii") + b"\n")
    except OSError as error:
        raise PhotoNotWritten(
            f"{path}: expected to write the key's hash here, got: {error.strerror}; set OTE_KEYS."
        ) from error
    return key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
