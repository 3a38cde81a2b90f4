"""Weights come whole, checked, and from where they broke off; against a hub on this machine."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.errors import NoCapacity, OpenTheEyesError, WeightsMissing
from open_the_eyes.models.weights import fetching, path_of
from open_the_eyes.models.weights.catalogue import Weight
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.models.weights.store import RECORD, Missing, missing_of
from open_the_eyes.settings import Settings
from tests.hub import FakeHub
from tests.models.weights.conftest import CONFIG, MANY, NETWORK, ONE, here

SHA256 = hashlib.sha256(NETWORK).hexdigest()


def recorded(settings: Settings) -> dict[str, dict[str, object]]:
    files: dict[str, dict[str, object]] = json.loads((settings.weights / RECORD).read_text())["files"]
    return files


def test_a_single_file_comes_under_its_models_name(settings: Settings) -> None:
    fetch([ONE], settings)
    assert path_of("one", settings) == settings.weights / "one" / "net.onnx"
    assert path_of("one", settings).read_bytes() == NETWORK
    assert here(settings) == ["one/net.onnx", RECORD]


def test_of_a_folder_only_what_is_asked_for_comes(settings: Settings) -> None:
    fetch([MANY], settings)
    assert here(settings) == ["many/config.json", "many/unet/a.safetensors", RECORD]
    assert path_of("many", settings) == settings.weights / "many"


def test_what_the_files_were_is_recorded(settings: Settings) -> None:
    fetch([ONE, MANY], settings)
    wanted = {"bytes": len(NETWORK), "sha256": SHA256, "revision": "main"}
    assert recorded(settings)["one/net.onnx"] == wanted
    config = recorded(settings)["many/config.json"]
    assert config["sha256"] == hashlib.sha256(CONFIG).hexdigest()


def test_what_is_here_is_checked_and_not_fetched_again(settings: Settings, hub: FakeHub) -> None:
    fetch([ONE], settings)
    told: list[str] = []
    fetch([ONE], settings, lambda what, *_: told.append(what))
    assert [path for path, _ in hub.asked] == ["deep/net.onnx"]
    assert told == ["checking one/net.onnx"]


def test_a_damaged_file_is_replaced(settings: Settings) -> None:
    fetch([ONE], settings)
    target = settings.weights / "one" / "net.onnx"
    target.write_bytes(b"x" + NETWORK[1:])
    fetch([ONE], settings)
    assert target.read_bytes() == NETWORK


def test_a_download_that_is_cut_goes_on_where_it_was(settings: Settings, hub: FakeHub) -> None:
    hub.cuts = [1_000_000, 500_000]
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK
    assert hub.asked == [("deep/net.onnx", w) for w in (None, "bytes=1000000-", "bytes=1500000-")]


def test_what_came_before_the_line_broke_is_kept_for_the_next_call(settings: Settings, hub: FakeHub) -> None:
    hub.cuts = [2_000_000, *[0] * fetching.TRIES]
    with pytest.raises(WeightsMissing, match=r"2000000 of 3000000 bytes of net\.onnx are here and kept") as caught:
        fetch([ONE], settings)
    assert str(caught.value).endswith("run again: open-the-eyes fetch one")
    assert "one/net.onnx" not in here(settings)
    hub.asked.clear()
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK
    assert hub.asked == [("deep/net.onnx", "bytes=2000000-")]


def test_a_server_that_knows_no_ranges_sends_it_all_again(settings: Settings, hub: FakeHub) -> None:
    hub.cuts, hub.ranges = [1_000_000], False
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK


def test_a_leftover_that_is_too_long_or_wrong_does_no_harm(settings: Settings) -> None:
    (settings.weights / "one").mkdir(parents=True)
    part = settings.weights / "one" / "net.onnx.part"
    part.write_bytes(NETWORK + b"more")
    fetch([ONE], settings)
    path_of("one", settings).unlink()
    part.write_bytes(b"0" * 1000)
    with pytest.raises(WeightsMissing, match="it was not kept"):
        fetch([ONE], settings)
    assert not part.exists()
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK


def test_a_file_with_another_hash_than_the_catalogues_is_refused_before_it_is_fetched(
    settings: Settings, hub: FakeHub
) -> None:
    known = replace(ONE, sha256={"net.onnx": "ab" * 32})
    with pytest.raises(WeightsMissing, match=r"expected net.onnx with SHA-256 abababababababab\.\.\., got"):
        fetch([known], settings)
    assert hub.asked == []


def test_content_that_is_not_what_the_hub_claims_is_removed(settings: Settings, hub: FakeHub) -> None:
    hub.lies = {"deep/net.onnx": "cd" * 32}
    with pytest.raises(WeightsMissing, match=r"cdcdcdcdcdcdcdcd.*it was not kept"):
        fetch([replace(ONE, sha256={"net.onnx": "cd" * 32})], settings)
    assert here(settings) == [RECORD]


def test_a_file_that_changed_since_the_first_fetch_is_refused(settings: Settings, hub: FakeHub) -> None:
    fetch([ONE], settings)
    path_of("one", settings).unlink()
    hub.files["people/nets"]["deep/net.onnx"] = NETWORK[::-1]
    with pytest.raises(WeightsMissing, match="SHA-256"):
        fetch([ONE], settings)
    assert recorded(settings)["one/net.onnx"]["sha256"] == SHA256


def test_a_small_file_without_a_hash_is_held_to_the_first_one_it_had(settings: Settings, hub: FakeHub) -> None:
    fetch([MANY], settings)
    (settings.weights / "many" / "config.json").unlink()
    hub.files["people/pipe"]["config.json"] = b'{"layers": 3}'
    with pytest.raises(WeightsMissing, match=r"expected config\.json with SHA-256"):
        fetch([MANY], settings)


def test_progress_goes_forward_to_the_end(settings: Settings) -> None:
    told: list[tuple[int, int]] = []
    fetch([ONE, MANY], settings, lambda _, done, total: told.append((done, total)))
    total = len(NETWORK) + len(CONFIG) + 5000
    assert told == sorted(told)
    assert told[-1] == (total, total)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(404, "HTTP 404 for people/nets at main", id="not there"),
        pytest.param(403, "HTTP 403", id="not allowed"),
        pytest.param(503, "HTTP 503", id="out of order"),
    ],
)
def test_a_hub_that_refuses_is_named_with_what_to_do(settings: Settings, hub: FakeHub, status: int, words: str) -> None:
    hub.status = status
    with pytest.raises(WeightsMissing, match=words) as caught:
        fetch([ONE], settings)
    assert hub.address in str(caught.value)
    assert all(hint in str(caught.value) for hint in ("OTE_HUB=", "OTE_OFFLINE=", "open-the-eyes fetch one"))


def test_a_hub_that_cannot_be_reached_is_named(settings: Settings) -> None:
    with pytest.raises(WeightsMissing, match=r"one: expected its list of files from http://127\.0\.0\.1:9, got"):
        fetch([ONE], replace(settings, hub="http://127.0.0.1:9"))


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"<html>",
        b"{}",
        b"[1]",
        b'[{"path": "deep/net.onnx"}]',
        b'[{"type":"file","path":"deep/net.onnx","size":-1}]',
    ],
    ids=["empty", "a page", "an object", "numbers", "half", "negative"],
)
def test_an_answer_that_is_no_listing_is_refused(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch, listing: bytes
) -> None:
    monkeypatch.setattr(hub, "listing", lambda _: listing)
    with pytest.raises(WeightsMissing, match="one: expected"):
        fetch([ONE], settings)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        pytest.param("unet/a.bin", ("unet/*",), id="a pickle"),
        pytest.param("net.ckpt", ("net.ckpt",), id="a checkpoint"),
        pytest.param("a/../../../evil.onnx", ("a/*",), id="out of the folder"),
        pytest.param("/etc/evil.onnx", ("/etc/*",), id="from the root"),
        pytest.param("a\\..\\evil.onnx", ("a*",), id="out of the folder, elsewhere"),
    ],
)
def test_what_is_never_to_be_opened_is_never_fetched(
    settings: Settings, hub: FakeHub, name: str, files: tuple[str, ...]
) -> None:
    hub.files["people/evil"] = {name: b"evil" * 99}
    evil = Weight("evil", "sdxl", "", "people/evil", "main", files, 400, "MIT", True)
    with pytest.raises(WeightsMissing, match="never to be opened"):
        fetch([evil], settings)
    assert hub.asked == []
    assert not settings.weights.exists()


def test_too_full_a_disk_is_found_out_before_anything_is_fetched(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=50_000_000))
    with pytest.raises(NoCapacity, match=r"expected 0\.1 GB free in .*, got 0\.1 GB"):
        fetch([ONE], settings)
    assert hub.asked == []


@pytest.mark.parametrize("ended", ["by too full a disk", "while what is here was checked"])
def test_a_fetch_that_ends_early_leaves_no_folder_that_looks_whole(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    hub.files["people/pipe"]["unet/b.safetensors"] = NETWORK[:4000]
    half = settings.weights / "many" / "unet"
    half.mkdir(parents=True)  # as somebody has copied it
    (half.parent / "config.json").write_bytes(CONFIG)
    (half / "a.safetensors").write_bytes(NETWORK[:5000])

    def checked(what: str, *_: int) -> None:
        if ended.startswith("while") and what.startswith("checking"):
            raise KeyboardInterrupt

    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        with pytest.raises((NoCapacity, KeyboardInterrupt)):
            fetch([MANY], settings, checked)
    assert missing_of(MANY, settings.weights) == Missing("unet/b.safetensors is missing", "open-the-eyes fetch many")
    fetch([MANY], settings)
    assert missing_of(MANY, settings.weights) is None


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [(errno.ENOSPC, NoCapacity, "the disk is full"), (errno.EACCES, WeightsMissing, "Make the folder writable")],
    ids=["full", "not allowed"],
)
def test_a_file_that_cannot_be_written_is_no_broken_line(
    settings: Settings,
    hub: FakeHub,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[OpenTheEyesError],
    words: str,
) -> None:
    def full(_: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(kind, match=words):
        fetch([ONE], settings)
    assert len(hub.asked) == 1


def test_a_folder_that_may_not_be_entered_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    look = os.stat

    def refused(path: Any, **options: Any) -> os.stat_result:  # root may look everywhere
        if isinstance(path, str | Path) and settings.weights / "one" in Path(path).parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path, **options)

    monkeypatch.setattr(os, "stat", refused)
    monkeypatch.setattr(os, "fsync", lambda _: refused(settings.weights / "one/net.onnx.part"))
    with pytest.raises(WeightsMissing, match=r"one, got: Permission denied\. Make the folder writable"):
        fetch([ONE], settings)


def test_a_folder_of_weights_that_is_a_file_is_named(settings: Settings) -> None:
    settings.weights.write_text("in the way")
    with pytest.raises(WeightsMissing, match="expected to write it to"):
        fetch([ONE], settings)


def test_without_anything_to_do_nothing_is_written(settings: Settings) -> None:
    fetch([], settings)
    assert not settings.weights.exists()
    assert missing_of(ONE, settings.weights) == Missing("net.onnx is missing", "open-the-eyes fetch one")
