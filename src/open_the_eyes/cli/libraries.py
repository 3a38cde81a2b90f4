"""Libraries that come with extras: which one a command needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import UsageError


@contextmanager
def of_extra(extra: str, command: str) -> Iterator[None]:
    """Within, where a command imports what it needs, a library that is missing is a refusal that names its extra.

    Raises:
        UsageError: one is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        install = f'pip install "open-the-eyes[{extra}]"'
        raise UsageError(
            f"{command}: expected its libraries, {error.name} is missing; install them: {install}."
        ) from error
