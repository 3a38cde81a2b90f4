"""What an operator chooses, read once at the start: limits and folders, from `OTE_*` environment variables."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Deployment limits.

    Args:
        max_bytes: the largest file that is read (OTE_MAX_BYTES).
        max_pixels: the largest picture that is decoded (OTE_MAX_PIXELS); refused before decoding.
        min_face_px: faces narrower than this are `too_small` (OTE_MIN_FACE_PX).
    """

    max_bytes: int = 500_000_000
    max_pixels: int = 200_000_000
    min_face_px: int = 48

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from `OTE_*` names.

        Raises:
            UsageError: a value that is not a positive whole number.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, int] = {}
        for field in dataclasses.fields(cls):
            name = f"OTE_{field.name.upper()}"
            if name in environment:
                text = environment[name]
                if not text.isascii() or not text.isdigit() or int(text) < 1:
                    raise UsageError(f"{name}: expected a positive whole number, got {text!r}.")
                values[field.name] = int(text)
        return cls(**values)
