"""What lets one in is not shown; where it is, is."""

from __future__ import annotations

import time

import pytest

from open_the_eyes.addresses import is_address, told, without_secrets
from open_the_eyes.errors import NoCapacity, as_known


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ann:secret@host:8000/shoot", "https://***@host:8000/shoot"),
        ("https://ann:s@ec:ret@host/shoot", "https://***@host/shoot"),
        ("ftp://ann:se/cret@host/shoot", "ftp://***@host/shoot"),
        ("https:/ann:secret@host/a.jpg: no such file", "https:/***@host/a.jpg: no such file"),
        ("https://token@host/shoot", "https://***@host/shoot"),
        ("zip::https://ann:secret@[::1]/a.zip", "zip::https://***@[::1]/a.zip"),
        ("got 404 at 'https://host/a.jpg?sig=1f&x=2', gone", "got 404 at 'https://host/a.jpg?***', gone"),
        ("https://host/a.jpg?sig=1f; try again.", "https://host/a.jpg?***; try again."),
        ("abfs://photos@account.dfs.example/shoot", "abfs://photos@account.dfs.example/shoot"),
        ("s3://bucket/me@home:1@2", "s3://bucket/me@home:1@2"),
        ("http://host:8000/me@home/in", "http://host:8000/me@home/in"),
        ("s3://KEY:7/se/cr@et@bucket/x", "s3://***@bucket/x"),
        ("https:///ann:secret@host/x", "https:///***@host/x"),
        ("hdfs://host:8020/me@home", "hdfs://host:8020/me@home"),
        ("from ftp://a:b@h/1,https://token@h/2 to s3://b", "from ftp://***@h/1,https://***@h/2 to s3://b"),
        ("C:/Users/me@home/a:b@c.jpg", "C:/Users/me@home/a:b@c.jpg"),
    ],
)
def test_a_place_is_shown_without_its_secrets(text: str, shown: str) -> None:
    assert without_secrets(text) == without_secrets(shown) == shown


@pytest.mark.parametrize("text", ["ab://u:", "ab:/:", "ab://?", "ab://u:@", "a", "ab://x?.", "/:"])
def test_hostile_text_costs_little(text: str) -> None:
    def cost() -> float:
        began = time.thread_time()
        without_secrets(text * 5_000)
        return time.thread_time() - began

    assert min(cost(), cost()) < 1.0  # one of them may pay for collecting the garbage of the tests before it


def test_no_message_of_ours_holds_a_secret() -> None:
    text = "no answer from https://ann:secret@host/shoot"
    for error in (NoCapacity(text), as_known(ValueError(text))):
        assert "https://***@host/shoot" in str(error)
        assert "secret" not in repr(error)


@pytest.mark.parametrize("said", ["port 'secret' is no number", "bucket ann:secret/x@host", "secret/x"])
def test_a_foreign_message_does_not_quote_the_password_alone(said: str) -> None:
    assert "secret" not in told(ValueError(said), "ftp://ann:secret/x@host/")
    assert told(ValueError(said), "s3://bucket") == said


@pytest.mark.parametrize(
    ("text", "address"), [("s3://b/c", True), ("https:/h", True), ("C:/a", False), ("a/b:/c", False), ("", False)]
)
def test_addresses_are_told_from_paths(text: str, address: bool) -> None:
    assert is_address(text) is address
