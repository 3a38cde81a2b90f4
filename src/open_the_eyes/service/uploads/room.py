"""Which uploads are under way: their files fit where they are kept, and no key keeps the others out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ...wording import counted
from ..api_keys import LOCAL, account_of
from ..concurrency import RETRY_AFTER_SECONDS, too_many

PART: Final = 4
"""Share of the room that one key has, as its inverse: a quarter, so that three others find room beside one that takes
all it gets."""

LARGE_SECONDS: Final = 10
"""When to come again where bytes are what there is too much of: it takes long until large uploads have ended."""


class UploadRoom:
    """The room for uploads in one process. Where no key is asked for, programs are one owner, and may have all of it.

    Args:
        places: how many uploads are read at one moment.
        room: bytes that all of them may have; whoever comes while there are none is let in, whatever the size.
    """

    def __init__(self, places: int, room: int) -> None:
        self._room, self._own_places, self._own_room = room, max(1, places // PART), room // PART
        self._taken: dict[str, list[int]] = {}

    @contextmanager
    def taken(self, owner: str, size: int) -> Iterator[None]:
        """One upload's room, for the length of a block: from before its first byte until its files are deleted.

        Raises:
            TooManyUploads: there is none left, or this owner, or the key they came in with, has no more.
        """
        account = account_of(owner)
        self._check(account, size)
        own = self._taken.setdefault(account, [])
        own.append(size)
        try:
            yield
        finally:
            own.remove(size)
            if not own:
                del self._taken[account]

    def _check(self, account: str, size: int) -> None:
        own = [] if account == LOCAL else self._taken.get(account, [])
        if len(own) >= self._own_places:
            most = counted(self._own_places, "upload")
            raise too_many(f"expected at most {most} of one key at once, another came", RETRY_AFTER_SECONDS)
        if own and sum(own) + size > self._own_room:
            raise too_many(
                f"expected at most {self._own_room:,} bytes in all uploads of one key at once, more came", LARGE_SECONDS
            )
        if self._taken and sum(map(sum, self._taken.values())) + size > self._room:
            raise too_many(f"expected room for {size:,} bytes more, other uploads have it", LARGE_SECONDS)
