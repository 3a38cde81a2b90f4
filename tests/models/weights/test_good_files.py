"""A good file stays, whatever the source has by now, and whoever brought it."""

from __future__ import annotations

from typing import Any

import pytest

from open_the_eyes.models.weights import fetching, path_of
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.models.weights.store import missing_of
from open_the_eyes.settings import Settings
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


def test_a_good_file_outlives_a_source_that_has_another_one_by_now(settings: Settings, hub: FakeHub) -> None:
    fetch([MANY], settings)
    hub.files["people/pipe"]["config.json"] = CONFIG + b" "
    fetch([MANY], settings)
    assert (settings.weights / "many" / "config.json").read_bytes() == CONFIG
    assert missing_of(MANY, settings.weights) is None
