"""Text in files is UTF-8, whatever a system takes it for: Windows takes it for what its country uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import open_the_eyes

SOURCE: Final = Path(open_the_eyes.__file__).parent

WHOLE: Final = {"read_text": 0, "write_text": 1}
"""What reads or writes a text at once; how many things it may be given before the encoding."""
OTHERS: Final = {"os", "webbrowser", "Image", "audience", "contender", "hub"}
"""Whose `open` is of no text."""
MODE: Final = set("rwaxbt+")


def unnamed_encodings(code: str) -> Iterator[int]:
    """Lines that read or write the text of a file in whatever encoding the system has."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or any(keyword.arg == "encoding" for keyword in node.keywords):
            continue
        name, owner = _called(node.func)
        opens = (name == "open" and owner not in OTHERS) or name == "fdopen"
        if name in WHOLE and len(node.args) <= WHOLE[name]:
            yield node.lineno
        if opens and not any(_is_binary(one) for argument in _arguments(node) for one in ast.walk(argument)):
            yield node.lineno


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_binary(one: ast.AST) -> bool:
    """A mode such as "r+b"."""
    return isinstance(one, ast.Constant) and isinstance(one.value, str) and "b" in one.value and set(one.value) <= MODE


def _called(function: ast.expr) -> tuple[str, str]:
    """Its name, and the last name of what it belongs to."""
    if isinstance(function, ast.Attribute):
        return function.attr, _called(function.value)[0]
    return (function.id if isinstance(function, ast.Name) else ""), ""


@pytest.mark.parametrize(
    "code",
    [
        "path.read_text()",
        "(folder / name).read_text()",
        "path.write_text(text)",
        "open(path)",
        "path.open()",
        'path.open("w", newline="")',
        "os.fdopen(descriptor)",
    ],
)
def test_what_leaves_it_to_the_system_is_seen(code: str) -> None:
    assert list(unnamed_encodings(code)) == [1]
    assert not list(unnamed_encodings(f'{code.removesuffix(")")}, encoding="utf-8")'.replace("(,", "(")))


def test_every_text_in_a_file_has_its_encoding_named() -> None:
    paths = SOURCE.rglob("*.py")
    found = [
        f"{path.relative_to(SOURCE)}:{line}" for path in paths for line in unnamed_encodings(path.read_text("utf-8"))
    ]
    assert not found
