"""What DBOS reads from its tables runs nothing, whoever wrote it there.

A row says itself how it was written, and DBOS takes its word for it: one that says it is a pickle is loaded as one,
also where DBOS is told to write JSON, and a pickle may call whatever it names. Here a pickle holds plain values or is
not read.
"""

from __future__ import annotations

import base64
import pickle
from collections.abc import Callable
from importlib import metadata
from io import BytesIO
from typing import Any, Final

from ...errors import OpenTheEyesError

PICKLE: Final = "py_pickle"
"""What a row of DBOS says that is one."""


class NotPlain(pickle.UnpicklingError):
    """A pickle that names a class or a function."""


class PlainUnpickler(pickle.Unpickler):
    """Reads strings, numbers, booleans, None, and lists, tuples and dictionaries of them."""

    def find_class(self, module: str, name: str) -> Any:
        """Finds no class or function.

        Raises:
            NotPlain: always; without a class or function by name, nothing can be called.
        """
        raise NotPlain(f"expected plain values in a row of DBOS, got {module}.{name}")


def mend_pickles() -> None:
    """From now on, DBOS loads no other pickles in this process; a second time changes nothing.

    What is replaced is DBOS's own part, which another version may have elsewhere: so each of its ways to read a row is
    shown a pickled class afterwards.

    Raises:
        OpenTheEyesError: one of them reads it all the same.
    """
    try:
        from dbos import _serialization as parts

        parts.DefaultSerializer.deserialize = _plain  # type: ignore[method-assign, assignment]
        readers = parts.deserialize_args, parts.deserialize_value, parts.deserialize_exception
        safe = all(_refuses(read, parts.DBOSPortableJSONSerializer()) for read in readers)
    except (ImportError, AttributeError):  # it is elsewhere
        safe = False
    if not safe:
        raise OpenTheEyesError(
            f"service: expected a DBOS that can be kept from loading pickled classes, {metadata.version('dbos')} "
            "cannot: whoever writes to its database could run code here.",
            mend='python -m pip install "dbos>=3.4,<3.5"',
            how="Run",
        )


def _plain(_: object, serialized: str) -> Any:
    return PlainUnpickler(BytesIO(base64.b64decode(serialized))).load()


def _refuses(read: Callable[..., object], serializer: object) -> bool:
    """Whether a row that holds a class is not loaded, and for that reason alone."""
    row = base64.b64encode(pickle.dumps({"args": (PlainUnpickler,), "kwargs": {}})).decode()
    try:
        read(row, PICKLE, serializer)
    except NotPlain:
        return True
    except Exception:  # noqa: BLE001 -- says nothing of what it would do with a better row
        return False
    return False
