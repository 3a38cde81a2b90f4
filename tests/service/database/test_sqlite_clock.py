"""Every SQLite tells the time in milliseconds, as DBOS expects it on Python 3.12, however old it is."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from open_the_eyes.service.database.sqlite_clock import _teach, mend_clock


def test_every_connection_knows_milliseconds(tmp_path: Path) -> None:
    mend_clock()
    engine = sa.create_engine(f"sqlite:///{tmp_path}/clock.sqlite")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (n INTEGER, at BIGINT DEFAULT (unixepoch('subsec') * 1000))"))
        connection.execute(sa.text("INSERT INTO t (n) VALUES (1)"))
        at = connection.execute(sa.text("SELECT at FROM t")).scalar_one()
    engine.dispose()
    assert at / 1000 == pytest.approx(time.time(), abs=10)


def test_what_an_old_one_is_taught() -> None:
    connection = sqlite3.connect(":memory:")
    _teach(connection, None)  # type: ignore[arg-type]  # the record is not looked at
    now, exact = connection.execute("SELECT unixepoch('now'), unixepoch('subsec')").fetchone()
    assert isinstance(now, int)
    assert isinstance(exact, float)
    assert abs(exact - time.time()) < 10
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT unixepoch('yesterday')").fetchone()
    connection.close()
