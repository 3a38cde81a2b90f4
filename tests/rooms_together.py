"""How pytest-xdist shares the tests out; imported where that is installed."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

from tests.side_by_side import TOGETHER


class RoomsTogether(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file a process, but for rooms that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((need for part, need in TOGETHER.items() if file.startswith(part)), file)
