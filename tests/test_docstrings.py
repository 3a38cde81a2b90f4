"""What `help()` shows begins with what a thing is or does, not with what it raises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SECTIONS = ("Args:", "Raises:")
ROOT = Path(__file__).parents[1]


def begin_with_a_section(folder: str) -> Iterator[str]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if (ast.get_docstring(node) or "").startswith(SECTIONS):
                yield f"{path.relative_to(ROOT)}: {getattr(node, 'name', '')}"


def test_every_docstring_begins_with_a_sentence() -> None:
    assert not [*begin_with_a_section("src"), *begin_with_a_section("training")]
