"""What Gradio keeps of one tab: its session, which acts that come at the same moment take in turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import Lock
from anyio.to_thread import run_sync

from .edit_session import EditSession

Seen = TypeVar("Seen")


class TabSession:
    """Where a tab is, and whose it is; nothing yet."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._owner = ""
        self._session: EditSession | None = None

    def __deepcopy__(self, memo: object) -> TabSession:
        """Another tab's: Gradio copies the first one for each."""
        return TabSession()

    async def act(self, owner: str, step: Callable[[EditSession | None], tuple[EditSession | None, Seen]]) -> Seen:
        """What is seen after a step from where the one before it led. Steps that wait for their turn hold no thread.

        Gradio knows a tab by a number that the tab tells, which is no secret: whoever else comes with it begins anew.
        So does the tab after that, and goes on from what it remembers.
        """

        def taken() -> Seen:
            before = self._session if owner == self._owner else None
            (self._session, seen), self._owner = step(before), owner
            return seen

        async with self._turn:
            return await run_sync(taken)
