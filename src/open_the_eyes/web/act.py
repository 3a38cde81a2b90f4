"""What a visitor does, as the page tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .edit_session import EditSession
from .tab_memory import TabMemory

_TOLD_AGAIN: Final = ("act", "purpose", "shot", "face", "attempt", "job", "there", "answer")
"""What else than its memory a page tells with an act, as its buttons have it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a visitor.

    Args:
        owner: who the visitor is.
        message: what came from the page; nothing in it is certain.
    """

    owner: str
    message: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.message.get("act"))

    @property
    def face(self) -> int | None:
        """Of the photo, from 1; None where no number came."""
        return self._number("face")

    @property
    def attempt(self) -> int | None:
        """At that face's eyes; None where no number came."""
        return self._number("attempt")

    @property
    def shot(self) -> int | None:
        """Which of the other photos, from 1; None where no number came."""
        return self._number("shot")

    @property
    def there(self) -> int | None:
        """Which face of that shot, from 1; None where no number came."""
        return self._number("there")

    @property
    def again(self) -> dict[str, str] | None:
        """The same act as a button tells it; None for those that no button does."""
        if self.message.get("act") in ("arrived", "added", "refused", "resume", "back", "delete"):
            return None
        again = {name: str(self.message[name]) for name in _TOLD_AGAIN if name in self.message}
        return again | ({"pressed": "true"} if self.message.get("act") == "ended" else {})

    @property
    def is_by_itself(self) -> bool:
        """Whether the page's script has told it, and no visitor who tries again."""
        return self.message.get("act") == "ended" and "pressed" not in self.message

    def is_on(self, session: EditSession) -> bool:
        """Whether that was this photo's page; another one's may still be clicked while this one is on its way."""
        memory = self.message.get("memory")
        return not isinstance(memory, dict) or TabMemory.from_json(memory).job == session.job

    def _number(self, name: str) -> int | None:
        """A small whole number, however a browser wrote it."""
        text = str(self.message.get(name))
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
