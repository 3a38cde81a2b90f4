"""Fills the roles: which models do the work, and why these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .errors import UsageError
from .roles import EyeGenerator, FaceDetector, FaceRestorer
from .settings import Settings

ENGINES: Final = ("auto", "appearance")
_PLANNED: Final = ("reference", "sdxl")


@dataclass(frozen=True, slots=True)
class Engine:
    """A detector, a generator and restorers that belong together; `why` says in one line why they were taken."""

    name: str
    why: str
    detector: FaceDetector
    generator: EyeGenerator
    settings: Settings
    restorers: Mapping[str, FaceRestorer] = field(default_factory=dict)

    def restorer(self, name: str) -> FaceRestorer | None:
        """A restorer by name, None for "none".

        Raises:
            UsageError: this engine has none of that name.
        """
        if name == "none":
            return None
        if name not in self.restorers:
            known = ", ".join(("none", *self.restorers))
            raise UsageError(f"restorer: expected one of {known}; got {name!r}, which this engine does not have.")
        return self.restorers[name]


def load_engine(name: str = "auto", settings: Settings | None = None) -> Engine:
    """An engine by name; "auto" takes the best that can run here. Models are read when they are first used.

    Raises:
        UsageError: a name that this version does not know.
    """
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        hint = f"{name} is planned, not in this version; " if name in _PLANNED else ""
        raise UsageError(f"engine: expected one of {known}; got {name!r}; {hint}use --engine auto.")
    from .models.appearance.generator import AppearanceGenerator
    from .models.mediapipe_faces import MediapipeDetector

    settings = Settings.from_environment() if settings is None else settings
    why = "asked for" if name == "appearance" else "runs on any machine; the only engine of this version"
    return Engine("appearance", why, MediapipeDetector(settings), AppearanceGenerator(), settings)
