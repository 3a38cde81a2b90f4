"""That a worker is alive, told by a lock in the database: the system takes it away the moment its process dies.

No clock is compared and nothing has to be renewed, so a worker that is busy is never taken for dead.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

import sqlalchemy as sa

from ..errors import UsageError
from .tables import address_of, create_private

PATIENCE_SECONDS: Final = 5.0
"""How long PostgreSQL may take to notice that the last process of this name has died."""

_SPACE: Final = 20230519
"""Of our advisory locks in PostgreSQL, beside those of other programs."""


class WorkerLock(Protocol):
    def acquire(self) -> None:
        """Keeps the name until `close`; a second time, makes sure that it still is.

        Raises:
            UsageError: another process has it.
        """

    def if_dead(self, worker: str) -> Any:
        """A block; its value says whether nobody of that name is alive, and nobody comes to life in it."""

    def close(self) -> None:
        """Gives the name back."""


def worker_lock(database_url: str, worker: str) -> WorkerLock:
    """The kind that fits the database."""
    address = address_of(database_url)
    if address.get_backend_name() == "sqlite":
        return _SqliteLock(str(address.database))
    return _PostgresLock(address, worker)


class _SqliteLock:
    """SQLite has one process; the lock is that of a second, empty SQLite file, which every system honours."""

    def __init__(self, path: str) -> None:
        self._path = f"{path}.worker"
        self._lock: sqlite3.Connection | None = None

    def acquire(self) -> None:
        if self._lock is not None:
            return
        create_private(self._path)
        lock = sqlite3.connect(self._path, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            raise UsageError(
                "expected a database of this process alone, another service uses it; stop that one, or "
                "let both use one PostgreSQL.",
                option="OTE_DATABASE",
            ) from None
        self._lock = lock

    @contextmanager
    def if_dead(self, worker: str) -> Iterator[bool]:  # noqa: ARG002 -- whoever it was, it is not alive beside us
        yield True

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class _PostgresLock:
    """PostgreSQL has many, each with a session-level advisory lock of its name."""

    def __init__(self, address: sa.URL, worker: str) -> None:
        self._engine = sa.create_engine(address, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        self._worker = worker
        self._session: sa.Connection | None = None

    def acquire(self) -> None:
        if self._session is not None:
            with suppress(sa.exc.SQLAlchemyError):
                self._session.execute(sa.text("SELECT 1"))
                return
            self._session.invalidate()
        session = self._connected()
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._locked(session, self._worker):
            if time.monotonic() > until:
                session.close()
                raise UsageError(
                    f"expected a name of its own for each process, another is called {self._worker!r}; "
                    "choose one for this.",
                    option="OTE_WORKER",
                )
            time.sleep(0.1)
        self._session = session

    @contextmanager
    def if_dead(self, worker: str) -> Iterator[bool]:
        with self._connected() as session:
            yield self._locked(session, worker)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> sa.Connection:
        session = self._engine.connect()
        for setting in ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3"):
            session.execute(sa.text(f"SET {setting}"))  # a machine that lost its power says no good-bye
        return session

    def _locked(self, session: sa.Connection, worker: str) -> bool:
        query = sa.text("SELECT pg_try_advisory_lock(:space, hashtext(:worker))")
        return bool(session.execute(query, {"space": _SPACE, "worker": worker}).scalar())
