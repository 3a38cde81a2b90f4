"""Milliseconds for an SQLite that has none.

On Python 3.12 and later, DBOS asks SQLite for `unixepoch('subsec')`, which it has from 3.42 on; Python links whatever
the system has, and Debian 12 has 3.40, where the answer is NULL and no service starts.
"""

from __future__ import annotations

import sqlite3
import time
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

KNOWS_SUBSEC: Final = (3, 42)


@cache
def mend_clock() -> None:
    """From now on, every new SQLite connection of this process that lacks it knows `unixepoch('subsec')`."""
    if sqlite3.sqlite_version_info < KNOWS_SUBSEC:
        sa.event.listen(sa.Engine, "connect", _teach)


def _teach(connection: Any, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(of: str) -> float:
    """Seconds since 1970 of "now" or, with milliseconds, "subsec"; nothing else is asked with one argument."""
    if of not in ("now", "subsec"):
        raise ValueError(of)
    return round(time.time(), 3) if of == "subsec" else int(time.time())
