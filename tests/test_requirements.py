"""What the package asks for beside what it is tested with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT: Final = Path(__file__).parents[1]
WRITTEN_INTO: Final = ("dbos", "diffusers", "gradio", "ray", "torch", "torchao", "transformers")
"""Libraries whose inner parts the package touches: another release may have them elsewhere."""


def requirements() -> list[Requirement]:
    """Of all extras, and of none; without the package's own name."""
    told = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\ndependencies = [")[1]
    specs = re.findall(r'"([a-z][^"]*[<>=][^"]*)"', told.partition("[project.scripts]")[0])
    return [Requirement(spec) for spec in specs]


def pinned() -> dict[str, set[str]]:
    """Versions by name, one or several by Python's version and the system."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = re.split(r"==| ;", line)[:2]
            found.setdefault(name, set()).add(version.strip())
    return found


def test_what_is_tested_is_among_what_is_asked_for() -> None:
    versions = pinned()
    asked = requirements()
    assert len(asked) > 40
    wrong = [str(one) for one in asked for version in versions[one.name] if version not in one.specifier]
    assert not wrong


@pytest.mark.parametrize("name", WRITTEN_INTO)
def test_a_library_whose_inner_parts_are_touched_is_asked_for_up_to_a_release(name: str) -> None:
    asked = [one.specifier for one in requirements() if one.name == name]
    assert asked
    assert all(any(part.operator == "<" for part in one) for one in asked)
    assert len(set(map(str, asked))) == 1  # `dev` spells an extra out


@pytest.mark.parametrize("name", WRITTEN_INTO)
def test_a_release_that_only_mends_is_taken(name: str) -> None:
    ((version,),) = {tuple(pinned()[name])}
    major, minor, patch = map(int, version.split("."))
    specifiers: list[SpecifierSet] = [one.specifier for one in requirements() if one.name == name]
    assert all(f"{major}.{minor}.{patch + 1}" in one for one in specifiers)
