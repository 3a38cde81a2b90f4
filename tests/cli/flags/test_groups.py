"""Groups of flags: each stands in the help where its parameter does, and reaches the command as one value."""

from __future__ import annotations

import inspect
from typing import Annotated

import typer
from typer.testing import CliRunner

from open_the_eyes.cli.flags.groups import Attempts, Maker, takes_debug, takes_groups


def test_a_group_stands_in_its_place_and_comes_as_one() -> None:
    came: list[object] = []

    @takes_groups
    def command(
        *, first: Annotated[str, typer.Option()] = "1", attempts: Attempts, last: str = "2", maker: Maker
    ) -> None:
        came.extend([first, attempts, last, maker])

    names = ["first", "mode", "variations", "seed", "last", "engine", "reference"]
    assert list(inspect.signature(command).parameters) == names
    app = typer.Typer()
    app.command()(command)
    given = ["--seed", "7", "--last", "3", "--reference", "a.jpg", "--reference", "b.jpg"]
    assert CliRunner().invoke(app, given).exit_code == 0
    assert came == ["1", Attempts(seed="7"), "3", Maker(reference=["a.jpg", "b.jpg"])]


def test_debug_is_the_last_flag_and_does_not_reach_the_command() -> None:
    came: list[str] = []

    @takes_debug
    def command(photo: str, seed: Annotated[str, typer.Option()] = "1") -> None:
        came.extend([photo, seed])

    assert list(inspect.signature(command).parameters) == ["photo", "seed", "debug"]
    app = typer.Typer()
    app.command()(command)
    assert CliRunner().invoke(app, ["a.jpg", "--debug", "--seed", "7"]).exit_code == 0
    assert came == ["a.jpg", "7"]
