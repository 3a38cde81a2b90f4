"""The devices that large models run on: each has one residency, shared by everything that runs there."""

from __future__ import annotations

from functools import lru_cache
from math import inf
from threading import Lock
from typing import Final

from ..residency import Residency, memory_of
from ..settings import Settings

PATIENCE_S: Final = 300.0
"""How long a thread waits for others on a GPU while none of them gets on, seconds; a processor is slow, and waiting
there is no sign of trouble."""
_making: Final = Lock()


def residency_of(settings: Settings, device: str) -> Residency:
    """The same one for the same settings and device ("cpu", "cuda:0"), so that models are loaded once a process."""
    with _making:
        return _made(settings, device)


@lru_cache(maxsize=4)
def _made(settings: Settings, device: str) -> Residency:
    patience = inf if device == "cpu" else PATIENCE_S
    return Residency(memory_of(device, settings.gpu_room_mib), device, patience_s=patience)
