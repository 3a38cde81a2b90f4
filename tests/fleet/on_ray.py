"""What processes of Ray run in tests; by itself, since each of them would import all that the tests do."""

from __future__ import annotations

import os
from typing import Any, Final

from open_the_eyes.batch.worker import Processor, WorkerConfig, make_processor
from open_the_eyes.fleet.painters import Painter

BATCHES: Final = "batches"
"""A file in the folder of weights, which is what a painter knows of the test's folder."""


def real(config: WorkerConfig) -> Processor:
    """The real doer, which leaves its process's number where the test can find it."""
    do = make_processor(config)
    (config.out / f"{os.getpid()}.pid").touch()
    return do


class Telling(Painter):
    """A painter that also says how many asks it was given at once, in its process."""

    def _painted(self, asks: Any, watch: Any) -> Any:
        (self._engine.settings.weights / BATCHES).open("a").write(f"{len(asks)} {os.getpid()}\n")
        return super()._painted(asks, watch)
