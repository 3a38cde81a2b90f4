"""Opens closed eyes in photos and leaves every other pixel as it was.

>>> import open_the_eyes
>>> result = open_the_eyes.open_eyes("family.jpg")  # doctest: +SKIP
>>> result.save("family.opened.jpg")  # doctest: +SKIP

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .errors import OpenTheEyesError
    from .options import Options
    from .photo import Photo
    from .pipeline import inspect_photo, open_eyes
    from .results import Inspected, Opened
    from .settings import Settings

_HOME = {
    "OpenTheEyesError": "errors",
    "Options": "options",
    "Photo": "photo",
    "Settings": "settings",
    "Inspected": "results",
    "Opened": "results",
    "inspect_photo": "pipeline",
    "open_eyes": "pipeline",
}

__all__ = [
    "Inspected",
    "OpenTheEyesError",
    "Opened",
    "Options",
    "Photo",
    "Settings",
    "__version__",
    "inspect_photo",
    "open_eyes",
]


if not TYPE_CHECKING:  # to a type checker every name would be one of the package's

    def __getattr__(name: str) -> Any:
        if name in _HOME:
            return getattr(import_module(f".{_HOME[name]}", __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        """With the names that are yet to be loaded, for `help` and for completion."""
        return sorted({*globals(), *__all__})
