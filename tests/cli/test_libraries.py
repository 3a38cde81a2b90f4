"""Commands whose libraries are not installed say which extra brings them."""

from __future__ import annotations

import sys

import pytest

from open_the_eyes.cli.app import main

MODULE = "open_the_eyes.service.settings"


@pytest.mark.parametrize(
    ("command", "extra"),
    [(["serve"], "serve"), (["serve", "--ray", "auto"], "ray"), (["ui"], "ui")],
    ids=["serve", "serve --ray", "ui"],
)
def test_a_command_names_the_extra_that_it_needs(
    command: list[str], extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, MODULE, None)
    assert main(command) == 2
    assert capsys.readouterr().err == (
        f"open-the-eyes: {command[0]}: expected its libraries, {MODULE} is missing; install them: "
        f'pip install "open-the-eyes[{extra}]".\n'
    )
