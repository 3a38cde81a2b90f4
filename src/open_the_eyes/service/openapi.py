"""The OpenAPI document: what FastAPI cannot know is added, the options of a job among it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any, Final, get_type_hints

from fastapi import FastAPI
from pydantic import TypeAdapter

from ..eye_style import MAX_OPENNESS
from ..options import MAX_VARIATIONS, Options
from .schemas import ProblemView

RANGES: Final = {
    "variations": (1, MAX_VARIATIONS),
    "seed": (0, 2**32 - 1),
    "openness": (0, MAX_OPENNESS),
    "fidelity": (0, 1),
}
"""The least and the most of options that are one number, which types cannot say."""


def complete_openapi(app: FastAPI, *, asks_for_keys: bool) -> None:
    """Makes the document complete; it is put together when it is first asked for."""
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(FastAPI.openapi(app))
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {})["ProblemView"] = ProblemView.model_json_schema()
            parts["schemas"]["Options"] = options_schema()
            if asks_for_keys:
                parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
                document["security"] = [{"key": []}]
        return document

    setattr(app, "openapi", openapi)  # noqa: B010 -- FastAPI's own way; assigning to a method is none of mypy's


def options_schema() -> dict[str, Any]:
    """The options of `Options.of` as JSON Schema, each in the words of its docstring."""
    stages = get_type_hints(Options)
    properties: dict[str, Any] = {}
    for stage in dataclasses.fields(Options):
        told = _told(inspect.getdoc(stages[stage.name]) or "")
        for name, schema in TypeAdapter(stages[stage.name]).json_schema()["properties"].items():
            ends = dict(zip(("minimum", "maximum"), RANGES.get(name, ()), strict=False))
            properties[name] = {**schema, **ends, "description": told.get(name, "")}
    about = {"title": "Options", "description": "An option that is null counts as not given."}
    return {**about, "type": "object", "properties": properties, "additionalProperties": False}


def _told(docstring: str) -> dict[str, str]:
    """The entries under "Args:", by name, in words of JSON."""
    _, _, arguments = docstring.partition("Args:")
    entries = re.split(r"^ {4}(?=\w+: )", arguments, flags=re.MULTILINE)[1:]
    told = {name: " ".join(text.split()) for name, _, text in (entry.partition(": ") for entry in entries)}
    return {name: re.sub(r"\bNone\b", "null", text) for name, text in told.items()}
