"""Where the service that uses a database can be reached, kept in a file beside it for whoever finds that it is in use.

Only who holds the database's lock writes the file, and whoever gets the lock first deletes what a process that died has
left; so beside a lock that is held stands the holder's own address, or none.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

ANSWER_SECONDS: Final = 20.0
"""How long a running service may take to answer: one that is just starting listens already, and answers when it is
ready."""

PLAIN: Final = "http://"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Of a service.

    Args:
        address: http://host:port.
        host: what it was told to listen at.
        page: whether it has a page, or the API alone.
    """

    address: str
    host: str
    page: bool

    def answers(self) -> bool:
        """Whether somebody is there who says to be well; no proxy is asked."""
        connection = HTTPConnection(self.address.removeprefix(PLAIN), timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class WhereaboutsFile:
    """The file beside a SQLite database. What cannot be written is not told: no service fails for that."""

    def __init__(self, database: str) -> None:
        self._path = Path(f"{database}.address")

    def write(self, where: Whereabouts) -> None:
        """Whole or not at all, for this user alone."""
        half = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}.part")
        with suppress(OSError):
            try:
                descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(asdict(where), file)
                half.replace(self._path)
            finally:
                half.unlink(missing_ok=True)

    def read(self) -> Whereabouts | None:
        """None where nothing is told, or what is no address."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads(self._path.read_text(encoding="utf-8"))
            where = Whereabouts(str(told["address"]), str(told["host"]), told["page"] is True)
            if where.address.startswith(PLAIN) and where.address.isprintable():
                return where
        return None

    def delete(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
