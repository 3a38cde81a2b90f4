"""Patterns that the program spells out itself."""

from __future__ import annotations

import pytest

from open_the_eyes.system.patterns import any_case


@pytest.mark.parametrize(
    ("pattern", "for_all"),
    [
        ("*.jpg", "*.[jJ][pP][gG]"),
        ("x/IMG_?.JPG", "x/IMG_?.[jJ][pP][gG]"),
        ("*.jp2", "*.[jJ][pP]2"),
        ("*/a.jpg", "*/a.jpg"),
        ("*.jp*", "*.jp*"),
        ("*.[jJ]pg", "*.[jJ]pg"),
        ("*", "*"),
        ("x*/", "x*/"),
        ("", ""),
    ],
)
def test_an_ending_stands_for_small_and_capital_letters_where_the_name_is_a_pattern(pattern: str, for_all: str) -> None:
    assert any_case(pattern) == for_all
