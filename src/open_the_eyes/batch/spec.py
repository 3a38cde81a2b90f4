"""What every photo of a batch is to get, and the fingerprint by which a photo is known to have got just that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from ..errors import UnreadablePhoto
from ..options import Options
from ..settings import Settings
from ..system.digest import sha256_of

_DECIDING: Final = ("min_face_px", "detector", "sdxl")
"""Settings by which eyes are found and painted; those of a machine, such as its devices, may change from run to run."""


@dataclass(frozen=True, kw_only=True)
class BatchSpec:
    """The same for all photos; handed to every worker.

    Args:
        engine: what was asked for, such as "auto".
        painter: the engine that this came to be here.
        references: photos of the same people, for every photo.
        copy: also copy photos whose eyes need no opening, so that the folder of results holds them all.
        overwrite: replace results that are there and are not this batch's.
        overwrite_changed: with `overwrite`, also those that somebody has worked on since the batch wrote them.
        settings: what `deciding` gives.
        quality: 1..100, of results that are encoded anew with loss; None is the usual one.
        certificate, key: PEM files to sign results with, both or neither.
    """

    engine: str
    painter: str
    options: Options = field(default_factory=Options)
    references: tuple[Path, ...] = ()
    copy: bool = False
    overwrite: bool = False
    overwrite_changed: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    quality: int | None = None
    certificate: Path | None = None
    key: Path | None = None

    def to_json(self) -> dict[str, object]:
        """Engine and options, as people may want to read them."""
        shown: dict[str, object] = {"engine": self.painter, "options": self.options.changed()}
        if self.references:
            shown["references"] = [str(path) for path in self.references]
        if self.quality is not None:
            shown["quality"] = self.quality
        if self.certificate is not None:
            shown["signed_with"] = str(self.certificate)
        if self.settings:
            shown["settings"] = dict(self.settings)
        return shown

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with whatever changes a result's bytes.

        Files are read when it is first asked for: what becomes of them while a batch runs is another batch's.

        Raises:
            UnreadablePhoto: a reference, or the certificate, is not there.
        """
        files = [*self.references, *([] if self.certificate is None else [self.certificate])]
        decisive = [
            self.painter,
            self.options.changed(),
            [_sha256(path) for path in files],
            dict(self.settings),
            self.quality,
        ]
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def deciding(settings: Settings, painter: str) -> dict[str, str]:
    """The settings that decide what results look like, as the environment names them; none that is at its default."""
    if settings.detector == "mediapipe":
        settings = replace(settings, detector="auto")  # another name of the same
    if painter in ("appearance", "reference"):
        settings = replace(settings, sdxl=None)
    usual = Settings()
    chosen = {name: getattr(settings, name) for name in _DECIDING}
    return {f"OTE_{name.upper()}": str(value) for name, value in chosen.items() if value != getattr(usual, name)}


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise UnreadablePhoto(f"{path}: expected a file that can be read, got: {error.strerror}.") from error
