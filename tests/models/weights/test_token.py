"""The hub's token opens private and gated models, and goes to the hub alone."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPMessage
from io import BytesIO
from urllib.request import Request

import pytest

from open_the_eyes.errors import UsageError, WeightsMissing
from open_the_eyes.models.weights import path_of
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.models.weights.sources import TokenKeepingRedirects, source_of
from open_the_eyes.settings import Settings
from tests.hub import FakeHub, serving
from tests.models.weights.conftest import NETWORK, ONE

TOKEN = "hf_0123456789"


@pytest.fixture
def store(hub: FakeHub) -> Iterator[FakeHub]:
    """Where the hub sends on to for its files, on a port of its own."""
    with serving(FakeHub(hub.files)) as store:
        yield store


@pytest.fixture(autouse=True)
def closed(hub: FakeHub) -> None:
    hub.token = TOKEN


def test_a_gated_model_comes_with_the_token(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", f" {TOKEN}\n")
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK


def test_without_it_the_error_names_what_helps(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(
        WeightsMissing, match=r"HTTP 401 \(no such repository, or a private or gated one: set HF_TOKEN to a token"
    ):
        fetch([ONE], settings)


def test_a_store_that_the_hub_sends_on_to_is_not_shown_the_token(
    settings: Settings, hub: FakeHub, store: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.elsewhere = store.address
    fetch([ONE], settings)
    assert path_of("one", settings).read_bytes() == NETWORK
    assert store.shown == [None]


def test_the_same_host_is_shown_it_again(settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.elsewhere = f"{hub.address}/moved"
    with pytest.raises(WeightsMissing, match="HTTP 404"):  # where it was sent on to is not there
        fetch([ONE], settings)
    assert hub.shown == [f"Bearer {TOKEN}"] * 3


@pytest.mark.parametrize(
    ("asked", "sent_on", "shown"),
    [
        ("http://hub.example/a", "https://hub.example/a", True),
        ("https://hub.example/a", "http://hub.example/a", False),
        ("https://hub.example/a", "https://hub.example:8443/a", False),
        ("https://hub.example/a", "https://hub.example.org/a", False),
    ],
    ids=["encrypted", "no longer encrypted", "another port", "another host"],
)
def test_where_it_is_sent_on_to_is_shown_it_if_it_is_as_safe(asked: str, sent_on: str, shown: bool) -> None:
    request = Request(asked, headers={"Authorization": f"Bearer {TOKEN}"})
    onward = TokenKeepingRedirects().redirect_request(request, BytesIO(), 302, "Found", HTTPMessage(), sent_on)
    assert onward is not None
    assert onward.has_header("Authorization") == shown


@pytest.mark.parametrize("token", [TOKEN, f"{TOKEN}\nHost: other", f"{TOKEN} é"])
def test_no_message_tells_it(settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    hub.token = "another"
    with pytest.raises((WeightsMissing, UsageError)) as refused:
        fetch([ONE], settings)
    assert TOKEN not in str(refused.value)


def test_what_a_source_says_of_itself_tells_no_token(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert TOKEN not in repr(source_of(settings))
