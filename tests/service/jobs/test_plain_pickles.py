"""Whoever can write the database runs nothing here."""

from __future__ import annotations

import base64
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from dbos import DBOSPortableJSONSerializer, _serialization
from dbos._serialization import deserialize_args, deserialize_exception, deserialize_value

from open_the_eyes.engine import Engine
from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.service.http.app import create_app
from open_the_eyes.service.jobs.plain_pickles import PICKLE, mend_pickles
from open_the_eyes.service.jobs.runner import dbos_config
from open_the_eyes.service.settings import ServiceSettings


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


@pytest.mark.parametrize("reader", ["deserialize_args", "deserialize_value", "deserialize_exception"])
def test_a_dbos_that_loads_pickles_by_another_way_is_refused(monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
    monkeypatch.setattr(_serialization, reader, lambda row, *_: pickle.loads(base64.b64decode(row)))
    with pytest.raises(OpenTheEyesError, match="expected a DBOS that can be kept from loading pickled classes"):
        mend_pickles()


@pytest.mark.parametrize("part", ["DefaultSerializer", "deserialize_value"])
def test_a_dbos_whose_parts_are_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.delattr(_serialization, part)
    with pytest.raises(OpenTheEyesError, match=r"Run: python -m pip install \"dbos>="):
        mend_pickles()


def test_a_reader_that_asks_for_something_else_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_serialization, "deserialize_value", lambda: None)
    with pytest.raises(OpenTheEyesError, match="kept from loading"):
        mend_pickles()


def test_such_a_service_is_not_even_made(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_serialization, "DefaultSerializer")
    with pytest.raises(OpenTheEyesError, match="kept from loading"):
        create_app(engine, ServiceSettings(folder=tmp_path))


def test_plain_values_are_read() -> None:
    mend_pickles()
    for value in ({"args": ("a-job",), "kwargs": {}}, True, None):
        assert deserialize_value(row(value), PICKLE, DBOSPortableJSONSerializer()) == value


def test_what_is_written_now_is_json() -> None:
    assert isinstance(dbos_config("sqlite://", "a", 5)["serializer"], DBOSPortableJSONSerializer)
