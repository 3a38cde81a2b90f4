"""From one crew's speed to a fleet's: photos, money, and what storage and database have to bear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTES_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """What one photo asks of everything but GPUs.

    Args:
        mb_in, mb_out: of its file and of its result.
        statements: that the service sends to its database for one job.
    """

    mb_in: float
    mb_out: float
    statements: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
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
    """What a fleet does, and bears, with all crews busy."""

    gpus: int
    per_minute: float
    a_day: float
    cores: int
    mb_a_second: float
    statements_a_second: float
    polls_a_second: float
    dollars_a_thousand: float


def capacity(gpus: int, crew: Crew, photo: Photo) -> Capacity:
    """Crews share nothing but storage and database, so a fleet is as many times one crew."""
    per_minute = gpus * crew.per_minute
    return Capacity(
        gpus=gpus,
        per_minute=per_minute,
        a_day=per_minute * MINUTES_A_DAY,
        cores=gpus * crew.cores,
        mb_a_second=per_minute / 60 * (photo.mb_in + photo.mb_out),
        statements_a_second=per_minute / 60 * photo.statements,
        polls_a_second=gpus * crew.polls,
        dollars_a_thousand=crew.dollars_an_hour / 60 / crew.per_minute * 1000,
    )
