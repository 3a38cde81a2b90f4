"""How many uploads are under way, and whose: no key can take the places of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..counting import counted
from .api_keys import LOCAL
from .concurrency import RETRY_AFTER_SECONDS
from .errors import TooManyUploads

PART: Final = 4
"""A key has a quarter of what there is, so that three others find room beside one that takes all it gets."""


class UploadRoom:
    """Of the requests of one process. Where no key is asked for, programs are one owner, and may have all of it.

    Args:
        places: how many uploads are read at one moment.
    """

    def __init__(self, places: int) -> None:
        self._each = max(1, places // PART)
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def taken(self, owner: str) -> Iterator[None]:
        """One upload's room, for the length of a block: from before its first byte until its photos are accepted.

        Raises:
            TooManyUploads: this owner has no more.
        """
        if owner != LOCAL and self._under_way[owner] >= self._each:
            raise TooManyUploads(
                f"expected at most {counted(self._each, 'upload')} of one key at once, another came; try again in "
                f"{RETRY_AFTER_SECONDS} seconds.",
                RETRY_AFTER_SECONDS,
            )
        self._under_way[owner] += 1
        try:
            yield
        finally:
            self._under_way[owner] -= 1
            if not self._under_way[owner]:
                del self._under_way[owner]
