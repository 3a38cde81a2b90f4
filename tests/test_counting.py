"""How many of what, for messages."""

from __future__ import annotations

import pytest

from open_the_eyes.counting import counted, numbers_in_words


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos"), (3000, "3,000 photos")]
)
def test_one_is_no_plural(number: int, words: str) -> None:
    assert counted(number, "photo") == words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([7], "7"),
        ([1, 2], "1 and 2"),
        ([1, 2, 3], "1 to 3"),
        ([1, 3, 4, 5, 9], "1, 3 to 5 and 9"),
        ([2, 3, 5], "2, 3 and 5"),
    ],
)
def test_numbers_in_a_row_are_told_by_the_first_and_the_last(numbers: list[int], words: str) -> None:
    assert numbers_in_words(numbers) == words


def test_what_takes_more_than_an_s_is_given() -> None:
    assert (counted(1, "process", "processes"), counted(2, "process", "processes")) == ("1 process", "2 processes")
