"""What every photo of a batch is to get, and the fingerprint by which a photo is known to have got just that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from ..digest import sha256_of
from ..errors import UnreadablePhoto
from ..options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSpec:
    """The same for all photos; handed to every worker.

    Args:
        engine: what was asked for, such as "auto".
        painter: the engine that this came to be here.
        references: photos of the same people, for every photo.
        copy: also copy photos whose eyes need no opening, so that the folder of results holds them all.
        overwrite: replace results that are there and are not this batch's.
        certificate, key: PEM files to sign results with, both or neither.
    """

    engine: str
    painter: str
    options: Options = field(default_factory=Options)
    references: tuple[Path, ...] = ()
    copy: bool = False
    overwrite: bool = False
    certificate: Path | None = None
    key: Path | None = None

    def to_json(self) -> dict[str, object]:
        """Engine and options, as people may want to read them."""
        told: dict[str, object] = {"engine": self.painter, "options": self.options.changed()}
        if self.references:
            told["references"] = [str(path) for path in self.references]
        if self.certificate is not None:
            told["signed_with"] = str(self.certificate)
        return told

    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with whatever changes a result's bytes.

        Raises:
            UnreadablePhoto: a reference, or the certificate, is not there.
        """
        files = [*self.references, *([] if self.certificate is None else [self.certificate])]
        told = [self.painter, self.options.changed(), [_sha256(path) for path in files]]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise UnreadablePhoto(f"{path}: expected a file that can be read, got: {error.strerror}.") from error
