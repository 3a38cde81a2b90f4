"""From one node's speed to a fleet's: photos, money, and what storage and database have to bear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTES_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLoad:
    """What one photo asks of everything but GPUs.

    Args:
        mb_in, mb_out: of its file and of its result.
        statements: that the service sends to its database for one job.
    """

    mb_in: float
    mb_out: float
    statements: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuNode:
    """One GPU with its processor cores.

    Args:
        per_minute: photos, simulated.
        cores: beside the GPU.
        polls: statements a second that a process sends while it looks for work.
        dollars_an_hour: of GPU and cores together.
    """

    per_minute: float
    cores: int
    polls: float
    dollars_an_hour: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a fleet does, and bears, with all nodes busy."""

    gpus: int
    per_minute: float
    a_day: float
    cores: int
    mb_a_second: float
    statements_a_second: float
    polls_a_second: float
    dollars_a_thousand: float


def capacity(gpus: int, node: GpuNode, photo: PhotoLoad) -> Capacity:
    """Nodes share nothing but storage and database, so a fleet is as many times one node."""
    per_minute = gpus * node.per_minute
    return Capacity(
        gpus=gpus,
        per_minute=per_minute,
        a_day=per_minute * MINUTES_A_DAY,
        cores=gpus * node.cores,
        mb_a_second=per_minute / 60 * (photo.mb_in + photo.mb_out),
        statements_a_second=per_minute / 60 * photo.statements,
        polls_a_second=gpus * node.polls,
        dollars_a_thousand=node.dollars_an_hour / 60 / node.per_minute * 1000,
    )
