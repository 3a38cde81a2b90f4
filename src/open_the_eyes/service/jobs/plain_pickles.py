"""What DBOS reads from its tables runs nothing, whoever wrote it there.

A row says itself how it was written, and DBOS takes its word for it: one that says it is a pickle is loaded as one,
also where DBOS is told to write JSON, and a pickle may call whatever it names. Here a pickle holds plain values or is
not read.
"""

from __future__ import annotations

import base64
import pickle
from io import BytesIO
from typing import Any

from dbos._serialization import DefaultSerializer


class PlainUnpickler(pickle.Unpickler):
    """Reads strings, numbers, booleans, None, and lists, tuples and dictionaries of them."""

    def find_class(self, module: str, name: str) -> Any:
        """Finds no class or function.

        Raises:
            UnpicklingError: always; without a class or function by name, nothing can be called.
        """
        raise pickle.UnpicklingError(f"expected plain values in a row of DBOS, got {module}.{name}")


def mend_pickles() -> None:
    """From now on, DBOS loads no other pickles in this process; a second time changes nothing."""
    DefaultSerializer.deserialize = _plain  # type: ignore[method-assign, assignment]


def _plain(_: DefaultSerializer, serialized: str) -> Any:
    return PlainUnpickler(BytesIO(base64.b64decode(serialized))).load()
