"""Model files of the package that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from open_the_eyes.errors import NoCapacity, WeightsMissing
from open_the_eyes.models import onnx_network
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.packaged import network_of, whole
from open_the_eyes.models.reference.likeness import Likeness
from open_the_eyes.settings import Settings
from open_the_eyes.system.installed import RESTORE


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(network_of, id="a network"),
        pytest.param(lambda path: onnx_network.session_of(path, Settings(device="cpu")), id="a network, for a GPU"),
        pytest.param(lambda path: AppearanceGenerator(path).model, id="the appearance model"),
        pytest.param(lambda path: Likeness(path)._learnt, id="what tells people apart"),
    ],
)
def test_a_damaged_file_is_named_with_what_brings_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(onnx_network, "DATA", tmp_path)
    file = tmp_path / "model"
    file.write_bytes(b"PK half of it")
    with pytest.raises(WeightsMissing, match=rf"model: expected as the package has it.*{re.escape(RESTORE)}"):
        read(file)


@pytest.mark.parametrize("error", [MemoryError(), NoCapacity("no room")], ids=["memory", "room"])
def test_a_file_is_not_blamed_for_want_of_room(tmp_path: Path, error: Exception) -> None:
    (tmp_path / "model").touch()
    with pytest.raises(type(error)), whole(tmp_path / "model"):
        raise error
