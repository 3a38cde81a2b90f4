"""How the connections to PostgreSQL that one process may take are shared out in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

APART: Final = 3
"""Connections that are in no pool: the worker's name, a look at whether another worker lives, and what DBOS listens
at."""

LEAST: Final = 10
"""Fewest connections of a process, those of `APART` among them: with fewer, DBOS's threads and requests wait for each
other."""


@dataclass(frozen=True, slots=True)
class ConnectionShares:
    """Sizes of two pools; what finds its pool empty waits.

    Args:
        jobs: of the jobs' table.
        queues: of DBOS.
    """

    jobs: int
    queues: int

    @classmethod
    def of(cls, most: int) -> ConnectionShares:
        """The shares of a process that may take that many connections, at least `LEAST`."""
        queues = (most - APART) // 2
        return cls(most - APART - queues, queues)
