"""How many of what, for messages."""

from __future__ import annotations

import pytest

from open_the_eyes.counting import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos"), (3000, "3,000 photos")]
)
def test_one_is_no_plural(number: int, words: str) -> None:
    assert counted(number, "photo") == words


def test_what_takes_more_than_an_s_is_given() -> None:
    assert (counted(1, "process", "processes"), counted(2, "process", "processes")) == ("1 process", "2 processes")
