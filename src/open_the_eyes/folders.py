"""Folders, made for results and looked into for photos; where that cannot be, why."""

from __future__ import annotations

from pathlib import Path

from .errors import UnreadablePhoto, not_written


def make_folder(folder: Path, then: str = ".", on: str = "") -> None:
    """The folder, made if it is not there.

    Args:
        then: the end of the refusal, with what to do next.
        on: " on gpu-3", where it is not this machine that is told of it.

    Raises:
        PhotoNotWritten: it cannot be made; NoRoomOnDisk where the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(error)(f"{folder}{on}: cannot make this folder ({error.strerror}){then}") from error


def photos_in(folder: Path) -> list[Path]:
    """The photos directly in a folder, by name. Hidden files are none, as for `batch`: macOS keeps "._shot1.jpg" beside
    "shot1.jpg".

    Raises:
        OSError: it is no folder, or may not be looked into.
    """
    from .files import SUFFIXES

    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in visible if path.suffix.lower() in SUFFIXES and path.is_file())


def not_looked_into(folder: Path, error: OSError) -> UnreadablePhoto:
    """What says that somebody may not look into a folder."""
    return UnreadablePhoto(
        f"{folder}: expected a folder that may be looked into, got: {error.strerror}; change its rights."
    )
