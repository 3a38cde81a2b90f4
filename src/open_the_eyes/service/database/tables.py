"""The service's one table, and the database it is in: SQLite, or PostgreSQL for several machines."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from ...errors import UsageError
from ..jobs.job import Job, JobRequest
from ..reasons import reason_of

_PATIENCE: Final = 30.0
_PAUSE: Final = 0.02
"""Seconds until it is given up that a file is kept by others, and between two looks."""

JOBS = sa.Table(
    "ote_jobs",
    sa.MetaData(),
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("owner", sa.String(60), nullable=False),
    sa.Column("lane", sa.String(10), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("moved", sa.Double),
    sa.Column("finished", sa.Double),
    sa.Column("stage", sa.String(80), nullable=False, default=""),
    sa.Column("fraction", sa.Double, nullable=False, default=0.0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("options", sa.Text, nullable=False),
    sa.Column("reference_count", sa.Integer, nullable=False),
    sa.Column("idempotency", sa.String(255)),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("outcome", sa.Text),
    sa.UniqueConstraint("owner", "idempotency"),
    sa.Index("ote_jobs_waiting", "state", "lane", "created"),
    sa.Index("ote_jobs_ended", "state", "lane", "finished"),
    sa.Index("ote_jobs_listed", "owner", "created", "id", "state"),
)


def connect(url: str, connections: int) -> sa.Engine:
    """The database, with the table in it.

    Args:
        connections: the most that are open at a time; of PostgreSQL, which has a limit for all its clients together.

    Raises:
        UsageError: it cannot be reached, or made; or its table is another version's.
    """
    try:
        address = address_of(url)
        if address.database and address.drivername == "sqlite":
            create_private(address.database)
        pool = {"pool_size": connections, "max_overflow": 0} if address.get_backend_name() == "postgresql" else {}
        engine = sa.create_engine(address, pool_pre_ping=True, hide_parameters=True, **pool)  # they may be personal
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _prepare_sqlite)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":  # two processes that start at once would both create it
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(20230517)"))
            if engine.dialect.name == "sqlite":  # its transactions would begin after the look
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            JOBS.metadata.create_all(connection)
            whole = _has_all(connection)
    except (OSError, ValueError, sa.exc.SQLAlchemyError) as error:  # a port that is no number, among others
        raise _unusable(url, reason_of(error)) from error
    if not whole:
        engine.dispose()
        file, _ = _named(url)
        raise UsageError(
            f"expected this version's table {JOBS.name}{file}, got another version's; drop it, and delete "
            "the files of its jobs (OTE_STORE, else the folder jobs in OTE_FOLDER): nothing else would.",
            option="OTE_DATABASE",
        )
    return engine


def _has_all(connection: sa.Connection) -> bool:
    """Whether the table that is there has every column and every index."""
    there = sa.inspect(connection)
    columns = {column["name"] for column in there.get_columns(JOBS.name)}
    indexes = {index["name"] for index in there.get_indexes(JOBS.name)}
    return columns >= set(JOBS.columns.keys()) and indexes >= {index.name for index in JOBS.indexes}


def _unusable(url: str, reason: str) -> UsageError:
    where, kind = _named(url)
    todo = "rights, or name another place by this or by OTE_FOLDER" if where else "address and the rights"
    expected = f"expected a {kind} database{where} that can be used ({reason}); check the {todo}."
    return UsageError(expected, option="OTE_DATABASE")


def _named(url: str) -> tuple[str, str]:
    """The place of SQLite's file, in words: it may be that in OTE_FOLDER, of which nobody has heard. And the kind of
    database. Other addresses may hold passwords.
    """
    kind, _, file = url.partition(":///")
    return (f" in {file}" if kind == "sqlite" else ""), kind.partition(":")[0]


def create_private(database: str) -> None:
    """Makes a SQLite file that is not there, for this user alone; what SQLite puts beside it gets the same rights.

    Raises:
        OSError: it cannot be made.
    """
    file = Path(database)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if database != ":memory:":
        file.touch(mode=0o600)


def address_of(url: str) -> sa.URL:
    """The database's address with the driver that comes along."""
    address = sa.make_url(url)
    return address.set(drivername="postgresql+psycopg") if address.drivername == "postgresql" else address


def job_of(row: sa.Row[Any]) -> Job:
    """A row as the rest of the service sees it."""
    request = JobRequest(row.owner, json.loads(row.options), row.reference_count, row.idempotency, row.fingerprint)
    outcome = json.loads(row.outcome) if row.outcome else {}
    return Job(
        id=row.id,
        request=request,
        state=row.state,
        seq=row.seq,
        created=row.created,
        started=row.started,
        moved=row.moved,
        finished=row.finished,
        stage=row.stage,
        fraction=row.fraction,
        attempts=row.attempts,
        report=outcome.get("report"),
        results=outcome.get("results", []),
        problem=outcome.get("problem"),
    )


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = "IMMEDIATE"  # who reads and then writes must not be overtaken between the two
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000:.0f}")
    _write_ahead(connection)
    # fullfsync: on macOS the drive is asked to write it down, as `to_disk` does
    for pragma in ("synchronous=FULL", "fullfsync=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """SQLite's busy timeout does not hold for this: while another process makes the same file, it is "locked" at once.

    Raises:
        sqlite3.OperationalError: it stays so.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return
