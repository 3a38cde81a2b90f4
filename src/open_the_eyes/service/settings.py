"""What the operator of the service chooses, read once at the start, from `OTE_*` environment variables."""

from __future__ import annotations

import math
import os
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from ..errors import UsageError
from ..settings import path_from
from ..wording import typed
from .api_keys import LOCAL
from .database.connections import LEAST, ConnectionShares

DATABASES: Final = ("sqlite", "postgresql")
LEAST_QUEUE: Final = 4
"""Places in the queue that an owner has at least. A quarter of a short queue would be too little for a page: it asks
for a preview before it gives the last one up."""

_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


def default_folder() -> Path:
    """Where the service keeps its jobs unless told otherwise.

    Raises:
        UsageError: there is no home for it; among temporary files jobs would be lost.
    """
    try:
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    except RuntimeError as error:
        raise UsageError(
            "expected a folder, got none, and no home is known; set it, or HOME.", option="OTE_FOLDER"
        ) from error
    return data / "open-the-eyes" / "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Where jobs are kept, for how long, and how many are taken; sizes of photos are in `open_the_eyes.settings`.

    Args:
        folder: of everything that has no place of its own (OTE_FOLDER).
        store: a folder, or an address that fsspec knows, such as s3://bucket/jobs, for photos and results; "" is
            `folder`/jobs (OTE_STORE).
        database: sqlite:///FILE or postgresql://...; "" is a file in `folder` (OTE_DATABASE).
        keys: the file of API keys' hashes; None is `folder`/keys (OTE_KEYS).
        retention: seconds after which everything of a job is deleted (OTE_RETENTION).
        max_queue: how many jobs may wait (OTE_MAX_QUEUE).
        max_queue_per_key: how many of these may be of one key; None is a quarter (OTE_MAX_QUEUE_PER_KEY).
        max_references: how many other photos of the same people one job may bring (OTE_MAX_REFERENCES).
        max_request_bytes: of one request, all its photos together (OTE_MAX_REQUEST_BYTES).
        max_received_bytes: of all requests that are being received or wait to be looked at; they lie among temporary
            files (OTE_MAX_RECEIVED_BYTES).
        requests_per_minute: of one key (OTE_REQUESTS_PER_MINUTE).
        patience: seconds without progress after which the photo in hand is taken to hang (OTE_PATIENCE).
        max_connections: to PostgreSQL, of this process (OTE_MAX_CONNECTIONS).
        hosts: more names this service goes by, such as a proxy's (OTE_HOSTS, with commas).
        worker: this process's name among those that share a database; "" is "local" for SQLite, and for PostgreSQL
            the machine's name. A process that is restarted takes up what one of the same name left (OTE_WORKER).
    """

    folder: Path = field(default_factory=default_folder)
    store: str = ""
    database: str = ""
    keys: Path | None = None
    retention: int = 86_400
    max_queue: int = 100
    max_queue_per_key: int | None = None
    max_references: int = 8
    max_request_bytes: int = 500_000_000
    max_received_bytes: int = 3_000_000_000
    requests_per_minute: int = 300
    patience: int = 1800
    max_connections: int = 16
    hosts: tuple[str, ...] = ()
    worker: str = ""

    @property
    def store_url(self) -> str:
        return self.store or str(self.folder / "jobs")

    @property
    def place(self) -> str:
        """Where photos and results are kept, without the name and password that an address may have."""
        return re.sub(r"//[^/]*@", "//", self.store) or str(self.folder)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder.absolute() / 'jobs.sqlite'}"

    @property
    def connection_shares(self) -> ConnectionShares:
        return ConnectionShares.of(self.max_connections)

    @property
    def keys_file(self) -> Path:
        return self.keys or self.folder / "keys"

    @property
    def worker_name(self) -> str:
        return self.worker or ("local" if self.database_url.startswith("sqlite") else socket.gethostname())

    def max_queue_of(self, owner: str) -> int:
        """How many jobs of this owner may wait; where no key is asked for, all are of one."""
        if owner == LOCAL:
            return self.max_queue
        return self.max_queue_per_key or max(LEAST_QUEUE, math.ceil(self.max_queue / 4))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ServiceSettings:
        """Settings from `OTE_*` names.

        Raises:
            UsageError: a value of the wrong kind.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for name, read in _READERS.items():
            variable = f"OTE_{name.upper()}"
            if variable in environment:
                values[name] = read(variable, environment[variable])
        return cls(**values)


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) < 10**11:
        raise UsageError(f"expected a whole number from 1 to {10**11 - 1}, got {typed(text)}.", option=name)
    return int(text)


def _connections(name: str, text: str) -> int:
    count = _count(name, text)
    if count < LEAST:
        raise UsageError(f"expected {LEAST} connections at least, got {count}.", option=name)
    return count


def _place(name: str, text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise UsageError(f"expected a folder, or an address such as s3://bucket/jobs; got {typed(text)}.", option=name)
    return text


def _database(name: str, text: str) -> str:
    kind, mark, place = text.partition("://")
    if kind not in DATABASES or not mark or not place.strip("/"):
        came = f"{kind}://..." if mark else typed(text)  # what follows may hold a password
        raise UsageError(f"expected sqlite:////path/to/file or postgresql://user@host/name, got {came}.", option=name)
    return text


def _names(name: str, text: str) -> tuple[str, ...]:
    hosts = tuple(part.strip().lower().rstrip(".") for part in text.split(",") if part.strip())
    if not hosts or not all(map(_is_host, hosts)):
        raise UsageError(
            f"expected names with commas, such as photos.example,photos.local, without port or *; got {typed(text)}.",
            option=name,
        )
    return hosts


def _is_host(text: str) -> bool:
    """A name or an address, as it stands in a Host header beside its port."""
    if ":" not in text:
        return _HOST.fullmatch(text) is not None
    with suppress(ValueError):
        return ip_address(text).version == 6
    return False


def _word(name: str, text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 60:
        raise UsageError(f"expected a short name such as gpu-1, got {typed(text)}.", option=name)
    return text


_READERS: Final[dict[str, Callable[[str, str], object]]] = {
    "folder": path_from,
    "store": _place,
    "database": _database,
    "keys": path_from,
    "retention": _count,
    "max_queue": _count,
    "max_queue_per_key": _count,
    "max_references": _count,
    "max_request_bytes": _count,
    "max_received_bytes": _count,
    "requests_per_minute": _count,
    "patience": _count,
    "max_connections": _connections,
    "hosts": _names,
    "worker": _word,
}
