"""Files of a batch with a line for each of its photos: written part by part, however many there are."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path

from ..errors import not_written
from ..system.to_disk import to_disk


def write_parts(path: Path, parts: Iterable[bytes], what: str) -> None:
    """The parts as one file, whole or not at all; one is in memory at a time.

    Args:
        what: is written, for people.

    Raises:
        PhotoNotWritten: it cannot be written; NoRoomOnDisk where the disk is full.
    """
    temporary = path.with_name(f".open-the-eyes-{secrets.token_hex(8)}.part")
    try:
        with temporary.open("wb") as file:
            file.writelines(parts)
            file.flush()
            to_disk(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise not_written(error)(f"{path}: expected to write {what}, got: {error.strerror}; make room.") from error
