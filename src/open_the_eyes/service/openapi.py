"""The OpenAPI document: what FastAPI cannot know is added, the options of a job among it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any, Final, get_type_hints

from fastapi import FastAPI
from pydantic import TypeAdapter

from ..eye_style import MAX_OPENNESS, FaceStyle
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
            parts["schemas"] |= {"Options": options_schema(), "FaceStyle": style_schema()}
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
        properties |= _properties(stages[stage.name])
    return _closed("Options", "An option that is null counts as not given.", properties)


def style_schema() -> dict[str, Any]:
    """One of `styles`."""
    said = "What one face shall look like; what is null or left out is as for all others."
    properties = _properties(FaceStyle)
    properties["face"]["minimum"] = 1
    return _closed("FaceStyle", said, properties) | {"required": ["face"]}


def _closed(title: str, description: str, properties: dict[str, Any]) -> dict[str, Any]:
    about = {"title": title, "description": description}
    return {**about, "type": "object", "properties": properties, "additionalProperties": False}


def _properties(kind: type) -> dict[str, Any]:
    """The fields of a dataclass, with what types cannot say."""
    told = _told(inspect.getdoc(kind) or "")
    found = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")["properties"]
    ends = {name: dict(zip(("minimum", "maximum"), RANGES.get(name, ()), strict=False)) for name in found}
    return {name: {**schema, **ends[name], "description": told.get(name, "")} for name, schema in found.items()}


def _told(docstring: str) -> dict[str, str]:
    """The entries under "Args:", by name, in words of JSON."""
    _, _, arguments = docstring.partition("Args:")
    entries = re.split(r"^ {4}(?=\w+: )", arguments, flags=re.MULTILINE)[1:]
    told = {name: " ".join(text.split()) for name, _, text in (entry.partition(": ") for entry in entries)}
    return {name: re.sub(r"\bNone\b", "null", text) for name, text in told.items()}
