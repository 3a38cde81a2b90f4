"""What an operator chooses."""

from __future__ import annotations

import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.settings import Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_every_setting_has_its_variable() -> None:
    read = Settings.from_environment({"OTE_MAX_BYTES": "1", "OTE_MAX_PIXELS": "22", "OTE_MIN_FACE_PX": "333"})
    assert read == Settings(max_bytes=1, max_pixels=22, min_face_px=333)


def test_other_variables_are_none_of_ours() -> None:
    assert Settings.from_environment({"MAX_BYTES": "1", "OTE_COLOUR": "x", "ote_max_bytes": "1"}) == Settings()


def test_the_processes_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTE_MIN_FACE_PX", "77")
    assert Settings.from_environment().min_face_px == 77


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "1e6", "many", " 7", "٣", "²"])
def test_what_is_no_positive_whole_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="OTE_MAX_PIXELS: expected a positive whole number"):
        Settings.from_environment({"OTE_MAX_PIXELS": text})
