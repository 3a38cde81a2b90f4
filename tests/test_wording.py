"""Values in messages are written as people write them."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes import wording
from open_the_eyes.wording import MOST, command, counted, numbers_in_words, short, typed, written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("purple", "purple"),
        ("1,x", "1,x"),
        ("", '""'),
        (" ", '" "'),
        ("two words", '"two words"'),
        ('"', '"\\""'),
        ("caf\u00e9", "caf\u00e9"),
        ("a\nb", '"a\\nb"'),
        ("\u202e", '"\\u202e"'),
        ("\udc80", '"\\udc80"'),
        ("x" * 100, "x" * MOST),
        (7, "7"),
    ],
)
def test_a_text_is_shown_as_it_was_typed_and_steers_nothing(text: object, shown: str) -> None:
    assert typed(text) == shown


@pytest.mark.parametrize(
    "text", ["null", "true", '"7"', "7", "-0.5", "[null, 1]", "[[1, 2], []]", '{"a": [true, 0.25]}', '"\\u001b"']
)
def test_a_value_from_json_is_shown_as_it_came(text: str) -> None:
    assert written(json.loads(text)) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5.0, "5.0"),
        ((0.3, -1), "[0.3, -1]"),
        (float("nan"), "nan"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
        (10**30, "1" + "0" * 30),
        (b"a", "b'a'"),
        ("a" * 100, '"' + "a" * (MOST - 1)),
    ],
)
def test_what_no_json_was_is_shown_too(value: object, shown: str) -> None:
    assert written(value) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(9.0, "9"), (1.05, "1.05"), (float("inf"), "inf"), (10.0, "10"), (3, "3")]
)
def test_a_number_is_as_short_as_it_was_typed(number: float, shown: str) -> None:
    assert short(number) == shown


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("C:\\photos\\a-b_1.jpg", "C:\\photos\\a-b_1.jpg"),
        ("C:\\Zo\u00eb", "C:\\Zo\u00eb"),
        ("C:\\my photos\\", '"C:\\my photos\\\\"'),
        ("C:\\R&D", '"C:\\R&D"'),
        ("0.5,1", '"0.5,1"'),
        ("don't", '"don\'t"'),
        ('say "so"', '"say \\"so\\""'),
        ("", '""'),
    ],
)
def test_a_command_can_be_pasted_on_windows(monkeypatch: pytest.MonkeyPatch, word: str, shown: str) -> None:
    monkeypatch.setattr(wording, "WINDOWS", True)
    assert command(["open-the-eyes", "batch", word]) == f"open-the-eyes batch {shown}"
    assert shown in (f'"{word}"', subprocess.list2cmdline([word]))


def test_a_command_can_be_pasted_elsewhere() -> None:
    words = ["open-the-eyes", "batch", "my photos", "don't", "a&b", ""]
    assert shlex.split(command(words)) == words


def test_no_advice_has_quotes_that_cmd_does_not_know() -> None:
    source = Path(wording.__file__).parent
    assert not [path for path in source.rglob("*.py") if "install 'open-the-eyes" in path.read_text(encoding="utf-8")]


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
