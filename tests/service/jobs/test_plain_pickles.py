"""Whoever can write the database runs nothing here."""

from __future__ import annotations

import base64
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from dbos import DBOSPortableJSONSerializer
from dbos._serialization import deserialize_args, deserialize_exception, deserialize_value

from open_the_eyes.service.jobs.plain_pickles import mend_pickles
from open_the_eyes.service.jobs.runner import dbos_config

PICKLE = "py_pickle"
"""What a row says that is one."""


class Code:
    """Once it is loaded, there is a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (self._folder,)


def row(value: object, protocol: int = pickle.DEFAULT_PROTOCOL) -> str:
    return base64.b64encode(pickle.dumps(value, protocol)).decode()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("read", [deserialize_args, deserialize_value, deserialize_exception])
def test_a_row_that_says_it_is_a_pickle_runs_nothing(
    tmp_path: Path, protocol: int, read: Callable[..., object]
) -> None:
    mend_pickles()
    with pytest.raises(pickle.UnpicklingError, match="expected plain values"):
        read(row({"args": (Code(tmp_path / "ran"),), "kwargs": {}}, protocol), PICKLE, DBOSPortableJSONSerializer())
    assert not (tmp_path / "ran").exists()


def test_plain_values_are_read() -> None:
    mend_pickles()
    for value in ({"args": ("a-job",), "kwargs": {}}, True, None):
        assert deserialize_value(row(value), PICKLE, DBOSPortableJSONSerializer()) == value


def test_what_is_written_now_is_json() -> None:
    assert isinstance(dbos_config("sqlite://", "a", 5)["serializer"], DBOSPortableJSONSerializer)
