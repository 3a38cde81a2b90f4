"""The number by which an attempt is named."""

from __future__ import annotations

import pytest

from open_the_eyes.options.attempt import FIRST_LED, MAX_ATTEMPTS, Attempt


@pytest.mark.parametrize(
    ("code", "attempt"),
    [
        (0, Attempt(0)),
        (FIRST_LED - 1, Attempt(FIRST_LED - 1)),
        (FIRST_LED, Attempt(0, led=True)),
        (MAX_ATTEMPTS - 1, Attempt(FIRST_LED - 1, led=True)),
    ],
    ids=["first", "last of its kind", "first led", "last of all"],
)
def test_the_code_tells_both_parts(code: int, attempt: Attempt) -> None:
    assert Attempt.of(code) == attempt
    assert attempt.code == code


def test_every_code_is_that_of_the_attempt_it_is_read_as() -> None:
    assert [Attempt.of(code).code for code in range(MAX_ATTEMPTS)] == list(range(MAX_ATTEMPTS))
