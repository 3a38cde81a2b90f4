"""How many event streams and waits a key may have open: each looks at the database again and again until it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..wording import counted
from .api_keys import account_of
from .errors import TooManyRequests
from .settings import ServiceSettings

LEAST: Final = 32
"""Streams and waits that an account may have open in any case; where more of its jobs may wait, one for each."""

AGAIN_SECONDS: Final = 5
"""When to come again: another stream may have ended by then."""


class FollowRoom:
    """The streams and waits of one process' clients."""

    def __init__(self, config: ServiceSettings) -> None:
        self._config = config
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, owner: str) -> Iterator[None]:
        """One stream's or wait's place, for the length of a block.

        Raises:
            TooManyRequests: this owner, or the key they came in with, has as many as there may be.
        """
        account, most = account_of(owner), max(LEAST, self._config.max_queue_of(owner))
        if self._open[account] >= most:
            raise TooManyRequests(
                f"expected at most {counted(most, 'event stream')} and waits of one key at once, another came; end "
                f"one, or try again in {counted(AGAIN_SECONDS, 'second')}.",
                AGAIN_SECONDS,
            )
        self._open[account] += 1
        try:
            yield
        finally:
            self._open[account] -= 1
            if not self._open[account]:
                del self._open[account]
