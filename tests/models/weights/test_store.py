"""Where weights lie, and what is said when they do not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.errors import UsageError, WeightsMissing
from open_the_eyes.models.weights import catalogue, path_of
from open_the_eyes.models.weights.catalogue import checkpoint_of
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.models.weights.store import RECORD, Recorded, read_record, write_record
from open_the_eyes.settings import Settings
from tests.hub import FakeHub
from tests.models.weights.conftest import CONFIG, MANY, NETWORK


def test_missing_weights_come_with_the_command_that_mends_it(settings: Settings) -> None:
    with pytest.raises(WeightsMissing) as caught:
        path_of("one", settings)
    assert str(caught.value) == (
        f"one: expected its files in {settings.weights / 'one'}, net.onnx is missing. Run: open-the-eyes fetch one"
    )
    assert caught.value.exit_code == 4


def test_an_unknown_name_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="magic"):
        path_of("magic", settings)


def test_files_that_somebody_put_there_by_hand_will_do(settings: Settings) -> None:
    (settings.weights / "one").mkdir(parents=True)
    (settings.weights / "one" / "net.onnx").write_bytes(b"net")
    assert path_of("one", settings).read_bytes() == b"net"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda home: (home / "config.json").unlink(), "config.json is missing", id="one file gone"),
        pytest.param(
            lambda home: (home / "unet/a.safetensors").write_bytes(b"x"), "has 1 of 5000 bytes", id="one cut short"
        ),
    ],
)
def test_a_folder_that_is_not_whole_is_missing(settings: Settings, spoil: Callable[[Path], object], words: str) -> None:
    fetch([MANY], settings)
    spoil(settings.weights / "many")
    with pytest.raises(WeightsMissing, match=words):
        path_of("many", settings)


@pytest.mark.parametrize("shut", ["weights", "many", "unet"])
def test_what_may_not_be_looked_into_is_not_called_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, shut: str
) -> None:
    home = settings.weights / "many"
    (home / "unet").mkdir(parents=True)
    scandir = os.scandir

    def refused(path: Any) -> Any:  # root may look everywhere
        if shut in Path(path).relative_to(settings.weights.parent).parts:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(WeightsMissing) as caught:
        path_of("many", settings)
    assert str(caught.value) == (
        f"many: expected its files in {home}, {home} cannot be looked into (Permission denied). "
        f"Run: chmod -R u+rX {settings.weights}, or OTE_WEIGHTS=/folder"
    )


def test_files_of_another_revision_are_missing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch([MANY], settings)
    newer = catalogue.weight_of("many").__class__(
        "many", "sdxl", "", MANY.hub_id, "d" * 40, MANY.files, MANY.bytes, "MIT", True
    )
    monkeypatch.setattr(catalogue, "CATALOGUE", (newer,))
    with pytest.raises(WeightsMissing, match="is of another revision"):
        path_of("many", settings)


def test_the_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = {"b/x.onnx": Recorded(3, "ab" * 32, "main"), "a/y.json": Recorded(0, "", "c" * 40)}
    write_record(tmp_path / "new", record)
    assert read_record(tmp_path / "new") == record
    assert [path.name for path in (tmp_path / "new").iterdir()] == [RECORD]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', '{"files": {"a": {}}}', '{"files": {"a": 1}}', "\0"])
def test_a_record_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(WeightsMissing, match=r"weights\.json: expected the record"):
        read_record(tmp_path)


def test_a_record_that_cannot_be_read_is_not_to_be_deleted(tmp_path: Path) -> None:
    (tmp_path / RECORD).mkdir()
    with pytest.raises(WeightsMissing, match=r"got: Is a directory\. Change its rights, or name another folder"):
        read_record(tmp_path)


def placed(hub: FakeHub, settings: Settings, *unet: str) -> set[str]:
    """What is fetched of a U-Net's files of these names."""
    files = dict.fromkeys([f"unet/{name}" for name in unet], NETWORK[:999])
    hub.files["people/their-sdxl"] = {"unet/config.json": CONFIG, "scheduler/scheduler_config.json": CONFIG, **files}
    fetch([checkpoint_of("people/their-sdxl")], settings)
    home = path_of("people/their-sdxl", settings)
    return {path.name for path in (home / "unet").iterdir()} - {"config.json"}


def test_weights_in_shards_come_with_their_index_and_are_missed_without_it(hub: FakeHub, settings: Settings) -> None:
    shards = {"net-00001-of-00002.safetensors", "net-00002-of-00002.safetensors", "net.safetensors.index.json"}
    assert placed(hub, settings, *shards) == shards
    (settings.weights / "people/their-sdxl/unet/net.safetensors.index.json").unlink()
    with pytest.raises(WeightsMissing, match=r"unet/net\.safetensors\.index\.json is missing"):
        path_of("people/their-sdxl", settings)


@pytest.mark.parametrize(
    "half",
    [
        pytest.param({"net.fp16.safetensors"}, id="whole"),
        pytest.param({"net.fp16-00001-of-00001.safetensors", "net.safetensors.index.fp16.json"}, id="in shards"),
    ],
)
def test_shards_are_left_out_where_half_precision_is_there(hub: FakeHub, settings: Settings, half: set[str]) -> None:
    full = {"net-00001-of-00002.safetensors", "net-00002-of-00002.safetensors", "net.safetensors.index.json"}
    assert placed(hub, settings, *full, *half) == half


def test_somebodys_checkpoint_comes_in_half_precision_where_that_is_there(hub: FakeHub, settings: Settings) -> None:
    wanted = {
        "unet/config.json": CONFIG,
        "unet/net.fp16.safetensors": NETWORK[:999],
        "scheduler/scheduler_config.json": CONFIG,
    }
    hub.files["people/their-sdxl"] = {
        **wanted,
        "unet/net.safetensors": NETWORK,
        "text_encoder/model.safetensors": NETWORK,
        "all.ckpt": NETWORK,
    }
    fetch([checkpoint_of("people/their-sdxl")], settings)
    home = settings.weights / "people" / "their-sdxl"
    assert {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()} == set(wanted)
    assert path_of("people/their-sdxl", settings) == home
