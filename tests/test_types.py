"""What is public can be asked for its types, as pydantic and its like do."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, get_type_hints

import pydantic
import pytest

import open_the_eyes
from open_the_eyes import settings
from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.options import NAMES

FUNCTIONS: Final = [name for name in open_the_eyes.__all__ if inspect.isfunction(getattr(open_the_eyes, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_tells_its_types(name: str) -> None:
    function = getattr(open_the_eyes, name)
    assert get_type_hints(function).keys() == {*inspect.signature(function).parameters, "return"}


def test_pydantic_can_check_calls(tmp_path: Path) -> None:
    opening = pydantic.validate_call(config={"arbitrary_types_allowed": True})(open_the_eyes.open_eyes)
    with pytest.raises(UnreadablePhoto, match="no such file"):
        opening(tmp_path / "no.jpg")
    wrong: Any = 3
    with pytest.raises(pydantic.ValidationError, match="for open_eyes"):
        opening(tmp_path / "no.jpg", wrong)


def test_type_checkers_know_the_options_and_settings_that_there_are() -> None:
    assert open_the_eyes.FlatOptions.__annotations__.keys() == set(NAMES)
    tree = ast.parse(inspect.getsource(settings))
    (told,) = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == "__init__")
    assert [one.arg for one in told.args.kwonlyargs] == [one.name for one in fields(open_the_eyes.Settings)]


def test_what_public_functions_take_and_give_is_public() -> None:
    names = ("EngineName", "FaceReport", "Frame", "Outcome", "Progress", "Report", "Source")
    assert {*names} <= {*open_the_eyes.__all__}
    assert get_type_hints(open_the_eyes.open_eyes)["photo"] == open_the_eyes.Source
