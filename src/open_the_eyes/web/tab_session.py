"""What Gradio keeps of one tab: its session, which acts that come at the same moment take in turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

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
        self._answered: tuple[str, Any] = ("", None)

    def __deepcopy__(self, memo: object) -> TabSession:
        """Another tab's: Gradio copies the first one for each."""
        return TabSession()

    async def act(
        self, owner: str, step: Callable[[EditSession | None], tuple[EditSession | None, Seen]], number: str = ""
    ) -> Seen:
        """What is seen after a step from where the one before it led. Steps that wait for their turn hold no thread.

        Gradio knows a tab by a number that the tab tells, which is no secret: whoever else comes with it begins anew.
        So does the tab after that, and goes on from what it remembers.

        Args:
            number: the tab's own for this act. The same one again has the same answer, and nothing is done: the tab has
                not heard the first. It sends no other act before it has.
        """

        def taken() -> Seen:
            is_own = owner == self._owner
            if is_own and number and number == self._answered[0]:
                again: Seen = self._answered[1]
                return again
            (self._session, seen), self._owner = step(self._session if is_own else None), owner
            self._answered = (number, seen)
            return seen

        async with self._turn:
            return await run_sync(taken)
