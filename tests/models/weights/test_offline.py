"""A folder of another machine's weights takes the hub's place, and is checked like it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.models.weights import path_of
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.models.weights.store import RECORD
from open_the_eyes.settings import Settings
from tests.models.weights.conftest import MANY, NETWORK, ONE, here


@pytest.fixture
def stick(settings: Settings) -> Settings:
    """A machine without a line, and a stick with another one's weights."""
    fetch([ONE, MANY], settings)
    away = settings.weights.parent
    return Settings(weights=away / "here", hub="http://127.0.0.1:9", offline=settings.weights)


def test_an_offline_folder_takes_the_hubs_place(stick: Settings) -> None:
    fetch([ONE, MANY], stick)
    assert path_of("one", stick).read_bytes() == NETWORK
    assert here(stick) == ["many/config.json", "many/unet/a.safetensors", "one/net.onnx", RECORD]


def test_a_bare_file_in_the_offline_folder_will_do(stick: Settings, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "net.onnx").write_bytes(NETWORK)
    fetch([ONE], replace(stick, offline=bare))
    assert path_of("one", stick).read_bytes() == NETWORK


def test_a_file_that_cannot_be_read_is_not_taken_for_one_that_cannot_be_written(
    stick: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stick.offline is not None
    file, opened = stick.offline / "one" / "net.onnx", Path.open

    def refused(path: Path, *how: Any, **named: Any) -> Any:  # root may read everything
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *how, **named)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(WeightsMissing, match=r"one: expected to read .*net\.onnx, got: Permission denied\. Check"):
        fetch([ONE], stick)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(
            lambda folder: (folder / "one" / "net.onnx").unlink(), "expected one/net.onnx at ", id="not there"
        ),
        pytest.param(lambda f: (f / "one" / "net.onnx").write_bytes(b"x" * 9), "SHA-256", id="damaged"),
    ],
)
def test_an_offline_folder_is_not_taken_at_its_word(
    stick: Settings, spoil: Callable[[Path], object], words: str
) -> None:
    assert stick.offline is not None
    spoil(stick.offline)
    with pytest.raises(WeightsMissing, match=words):
        fetch([ONE], stick)
    assert "one/net.onnx" not in here(stick)
