"""A good file stays, whatever the source has by now, and whoever brought it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from open_the_eyes.models.weights import fetching, path_of
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.models.weights.store import missing_of
from open_the_eyes.settings import Settings
from open_the_eyes.system.locks import held
from tests.hub import FakeHub
from tests.models.weights.conftest import CONFIG, MANY, NETWORK, ONE


def test_a_file_that_another_fetch_finishes_meanwhile_is_here(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = fetching._fill

    def overtaken(download: Any, *others: Any) -> None:
        fill(download, *others)
        download.part.replace(download.target)

    monkeypatch.setattr(fetching, "_fill", overtaken)
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK


def test_a_fetch_waits_for_another_one_and_takes_what_that_brought(settings: Settings, hub: FakeHub) -> None:
    fetch([ONE], settings)
    brought = path_of("one", settings).rename(settings.weights / "on its way")
    hub.asked.clear()
    with (settings.weights / fetching.LOCK).open("ab") as lock, ThreadPoolExecutor(1) as pool:
        assert held(lock.fileno())
        waits = threading.Event()
        second = pool.submit(fetch, [ONE], settings, None, waits.set)
        assert waits.wait(10)
        brought.rename(settings.weights / "one/net.onnx")
        assert not second.done()
        lock.close()  # as the end of a process does
        second.result(10)
    assert hub.asked == []


def test_a_good_file_outlives_a_source_that_has_another_one_by_now(settings: Settings, hub: FakeHub) -> None:
    fetch([MANY], settings)
    hub.files["people/pipe"]["config.json"] = CONFIG + b" "
    fetch([MANY], settings)
    assert (settings.weights / "many" / "config.json").read_bytes() == CONFIG
    assert missing_of(MANY, settings.weights) is None
