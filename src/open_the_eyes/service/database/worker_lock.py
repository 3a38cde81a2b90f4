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

from ...errors import UsageError
from ..whereabouts import Whereabouts, WhereaboutsFile
from .tables import address_of, create_private

PATIENCE_SECONDS: Final = 5.0
"""How long PostgreSQL may take to notice that the last process of this name has died."""

_SPACE: Final = 20230519
"""Number of our advisory locks in PostgreSQL, beside those of other programs."""


class WorkerLock(Protocol):
    def acquire(self) -> None:
        """Keeps the name until `close`; a second time, makes sure that it still is.

        Raises:
            UsageError: another process has it.
        """

    def if_dead(self, worker: str) -> Any:
        """A block; its value says whether nobody of that name is alive, and nobody comes to life in it."""

    def tell(self, where: Whereabouts) -> None:
        """Lets whoever finds the name taken know where its holder is, where one process has all of the database."""

    def close(self) -> None:
        """Gives the name back."""


def worker_lock(database_url: str, worker: str) -> WorkerLock:
    """The kind that fits the database."""
    address = address_of(database_url)
    if address.get_backend_name() == "sqlite":
        return _SqliteLock(str(address.database))
    return _PostgresLock(address, worker)


def other_service(database_url: str) -> Whereabouts | None:
    """Where the service is that has a database to itself; None where there is none, or it does not answer."""
    with suppress(ValueError, sa.exc.SQLAlchemyError, sqlite3.Error):  # whoever uses that database will say so
        address = address_of(database_url)
        if address.get_backend_name() == "sqlite":
            return _SqliteLock(str(address.database)).holder()
    return None


class _SqliteLock:
    """SQLite has one process; the lock is that of a second, empty SQLite file, which every system honours."""

    def __init__(self, path: str) -> None:
        self._path = f"{path}.worker"
        self._whereabouts = WhereaboutsFile(path)
        self._lock: sqlite3.Connection | None = None

    def acquire(self) -> None:
        if self._lock is not None:
            return
        create_private(self._path)
        lock = self._locked(PATIENCE_SECONDS)
        if lock is None:
            other = self._told()
            at = "" if other is None else f" at {other.address}"
            raise UsageError(
                f"expected a database of this process alone, another service uses it{at}; stop that one, or let both "
                "use one PostgreSQL.",
                option="OTE_DATABASE",
            )
        self._whereabouts.delete()  # of a process that died
        self._lock = lock

    def holder(self) -> Whereabouts | None:
        """Where another process is that has the lock, as far as it tells and answers."""
        whereabouts = self._whereabouts.read()
        if whereabouts is None:  # nobody, as a rule: nothing is locked to find that out
            return None
        lock = self._locked(0)
        if lock is not None:
            lock.close()
            return None
        return self._told()

    def tell(self, where: Whereabouts) -> None:
        if self._lock is not None:
            self._whereabouts.write(where)

    @contextmanager
    def if_dead(self, worker: str) -> Iterator[bool]:  # noqa: ARG002 -- whoever it was, it is not alive beside us
        yield True

    def close(self) -> None:
        if self._lock is not None:
            self._whereabouts.delete()
            self._lock.close()
            self._lock = None

    def _told(self) -> Whereabouts | None:
        whereabouts = self._whereabouts.read()
        return whereabouts if whereabouts is not None and whereabouts.answers() else None

    def _locked(self, patience: float) -> sqlite3.Connection | None:
        """None where another process has it."""
        lock = sqlite3.connect(self._path, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            return None
        return lock


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
            dead = self._locked(session, worker)
            try:
                yield dead
            finally:
                if dead:  # left to the end of the connection, it would stay until the server notices that
                    with suppress(sa.exc.SQLAlchemyError):
                        self._unlock(session, worker)

    def tell(self, where: Whereabouts) -> None:
        """Nothing: nobody is turned away for it but who took its name by mistake."""

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

    def _unlock(self, session: sa.Connection, worker: str) -> None:
        query = sa.text("SELECT pg_advisory_unlock(:space, hashtext(:worker))")
        session.execute(query, {"space": _SPACE, "worker": worker})
