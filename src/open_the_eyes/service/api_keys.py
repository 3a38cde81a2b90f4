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
"""Owner of jobs where no key is asked for."""

KEY: Final = "key-"
"""Beginning of the owners of a key's own jobs."""

ONLY_METRICS: Final = "only:metrics"
"""Word after the hash of a key that opens /metrics alone: Prometheus' own key lies where photos should not be within
reach."""

BY_KEY: Final = "@"
"""Sign between the name of an owner who came in with a key, and that key's."""


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """The hashes of all keys, SHA-256, hexadecimal; empty where no key was ever made.

    Args:
        for_metrics: those of keys that open /metrics alone.
    """

    hashes: tuple[str, ...] = ()
    for_metrics: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> ApiKeys:
        """The keys of a file: a line each, the hash, what it opens if not all, and then anything, such as whose it is.

        Raises:
            UsageError: a file that is not of this kind, or from which every key was deleted: who ends the last one does
                not mean that from then on anybody may come. A key for figures alone is none for photos.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{path}: expected a file of key hashes ({type(error).__name__}); check OTE_KEYS."
            ) from None
        told = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        if any(len(one[0]) != 64 or not set(one[0]) <= set("0123456789abcdef") for one in told):
            raise UsageError(f"{path}: expected a SHA-256 hash on each line; make keys with `serve --new-key`.")
        limits = {one[0]: one[1] for one in told if one[1:] and one[1].startswith("only:")}
        if set(limits.values()) - {ONLY_METRICS}:
            raise UsageError(f"{path}: expected {ONLY_METRICS} after a hash, or no word that starts with only:.")
        hashes = tuple(one[0] for one in told if one[0] not in limits)
        if not hashes:
            raise UsageError(
                f"{path}: expected the hash of a key for photos, found none; make a key with `open-the-eyes serve "
                "--new-key`, or delete the file: then nobody is asked for one at 127.0.0.1."
            )
        return cls(hashes, tuple(limits))

    def owner_of(self, key: str) -> str | None:
        """Whose key this is, a name that says nothing about the key; None for a key that was not made here."""
        return _among(self.hashes, key)

    def owner_at_metrics(self, key: str) -> str | None:
        """The same at /metrics, which keys for it alone open, too."""
        return _among((*self.hashes, *self.for_metrics), key)


def account_of(owner: str) -> str:
    """Whose room an owner takes: that of the key they came in with, or nobody else's.

    >>> account_of("visitor-1@9f86d081")
    'key-9f86d081'
    """
    _, by_key, key = owner.partition(BY_KEY)
    return f"{KEY}{key}" if by_key else owner


def make_key(path: Path, *, only_metrics: bool = False) -> str:
    """A new key; its hash is added to the file, which only its owner may read.

    Args:
        only_metrics: whether it opens /metrics alone.

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
            line = f"{_hash(key)} {ONLY_METRICS}" if only_metrics else _hash(key)
            file.write(begun + line.encode("ascii") + b"\n")
    except OSError as error:
        raise PhotoNotWritten(
            f"{path}: expected to write the key's hash here, got: {error.strerror}; set OTE_KEYS."
        ) from error
    return key


def _among(hashes: tuple[str, ...], key: str) -> str | None:
    came = _hash(key)
    found = [known for known in hashes if hmac.compare_digest(known, came)]  # all, whichever fits
    return f"{KEY}{found[0][:16]}" if found else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
