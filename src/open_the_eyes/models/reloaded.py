"""Models go to another process as the names of their files, and are read there again."""

from __future__ import annotations

from functools import cached_property
from typing import Any


class Reloaded:
    """What pickle and deepcopy take of it is what it was made of: what a cached property holds stays behind."""

    def __getstate__(self) -> dict[str, Any]:
        kind, state = type(self), vars(self).copy()
        return {name: it for name, it in state.items() if not isinstance(getattr(kind, name, None), cached_property)}
