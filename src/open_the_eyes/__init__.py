"""Opens closed eyes in photos and leaves every other pixel as it was.

>>> import open_the_eyes
>>> result = open_the_eyes.open_eyes("family.jpg")  # doctest: +SKIP
>>> result.save("family.opened.jpg")  # doctest: +SKIP

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .system.privacy import keep_to_itself
from .system.veclib import have_one_thread
from .version import __version__

keep_to_itself()  # here, since any module may be the first to load one of them
have_one_thread()  # before numpy

if TYPE_CHECKING:
    from .arguments import Source
    from .burst import BestTake, best_take
    from .edit_record import EditRecord
    from .engine import Engine, load_engine
    from .errors import (
        Cancelled,
        GpuBusy,
        NoCapacity,
        NoRoomOnDisk,
        OpenTheEyesError,
        PhotoError,
        PhotoNotWritten,
        PhotoTooLarge,
        UnreadablePhoto,
        UsageError,
        WeightsMissing,
    )
    from .files import Credentials, photo_from
    from .looking import look, look_at_references
    from .options import EngineName, FlatOptions, Options
    from .options.eye_style import FaceStyle
    from .photo import Photo
    from .pipeline import inspect_photo, open_eyes
    from .progress import Progress
    from .replaying import edit_in, replay
    from .report import FaceReport, Report
    from .results import Inspected, Opened
    from .roles import Outcome
    from .seen import Seen
    from .settings import Settings

_MODULE_OF = {
    "BestTake": "burst",
    "Cancelled": "errors",
    "Credentials": "files",
    "EditRecord": "edit_record",
    "Engine": "engine",
    "EngineName": "options",
    "FaceReport": "report",
    "FaceStyle": "options.eye_style",
    "FlatOptions": "options",
    "Frame": "frames",
    "GpuBusy": "errors",
    "Inspected": "results",
    "NoCapacity": "errors",
    "NoRoomOnDisk": "errors",
    "OpenTheEyesError": "errors",
    "Opened": "results",
    "Options": "options",
    "Outcome": "roles",
    "Photo": "photo",
    "PhotoError": "errors",
    "PhotoNotWritten": "errors",
    "PhotoTooLarge": "errors",
    "Progress": "progress",
    "Report": "report",
    "Seen": "seen",
    "Settings": "settings",
    "Source": "arguments",
    "UnreadablePhoto": "errors",
    "UsageError": "errors",
    "WeightsMissing": "errors",
    "best_take": "burst",
    "edit_in": "replaying",
    "inspect_photo": "pipeline",
    "load_engine": "engine",
    "look": "looking",
    "look_at_references": "looking",
    "open_eyes": "pipeline",
    "photo_from": "files",
    "replay": "replaying",
}
"""Public name -> module. A name that is a module's as well would become that module once it is loaded."""

__all__ = [
    "BestTake",
    "Cancelled",
    "Credentials",
    "EditRecord",
    "Engine",
    "EngineName",
    "FaceReport",
    "FaceStyle",
    "FlatOptions",
    "Frame",
    "GpuBusy",
    "Inspected",
    "NoCapacity",
    "NoRoomOnDisk",
    "OpenTheEyesError",
    "Opened",
    "Options",
    "Outcome",
    "Photo",
    "PhotoError",
    "PhotoNotWritten",
    "PhotoTooLarge",
    "Progress",
    "Report",
    "Seen",
    "Settings",
    "Source",
    "UnreadablePhoto",
    "UsageError",
    "WeightsMissing",
    "__version__",
    "best_take",
    "edit_in",
    "inspect_photo",
    "load_engine",
    "look",
    "look_at_references",
    "open_eyes",
    "photo_from",
    "replay",
]


if not TYPE_CHECKING:  # to a type checker every name would be one of the package's

    def __getattr__(name: str) -> Any:
        if name in _MODULE_OF:
            try:
                return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
            except AttributeError as error:  # of a damaged library; `from ... import` would say that we lack the name
                raise ImportError(f"{name} cannot be loaded: {error}") from error
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        """What is promised, loaded or not, for `help` and completion; of modules those that docs/python.md names."""
        loaded = (name for name in globals() if name.startswith("__") or name in ("options", "settings"))
        return sorted({*__all__, *loaded})
