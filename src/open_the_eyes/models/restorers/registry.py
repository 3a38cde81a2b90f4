"""The restorers that there are, by name; their files and licences are in the catalogue of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...options import RESTORERS
from ...residency.cards import BY_NAME
from ...roles import FaceRestorer
from ...settings import Settings
from ..weights import path_of
from .onnx_restorer import OnnxRestorer

NETWORKS: Final = tuple(name for name in RESTORERS if name != "none")


class OnnxRestorers(Mapping[str, FaceRestorer]):
    """All of them by name; each is made when it is first asked for, and loads when it is first used.

    Asking for one whose weights are not here raises `WeightsMissing` at once, before any work.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, OnnxRestorer] = {}

    def __reduce__(self) -> tuple[type[OnnxRestorers], tuple[Settings]]:
        """Another process makes its own."""
        return OnnxRestorers, (self._settings,)

    def __getitem__(self, name: str) -> FaceRestorer:
        if name not in NETWORKS:
            raise KeyError(name)
        path = path_of(name, self._settings)
        if name not in self._made:
            self._made.setdefault(name, OnnxRestorer(BY_NAME[name], path, self._settings))
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in NETWORKS

    def __iter__(self) -> Iterator[str]:
        return iter(NETWORKS)

    def __len__(self) -> int:
        return len(NETWORKS)
