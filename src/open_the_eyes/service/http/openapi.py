"""The OpenAPI document: what FastAPI cannot know is added, the options of a job among it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any, Final, get_type_hints

from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter

from ...options import FIDELITY, MAX_VARIATIONS, Options
from ...options.attempt import MAX_ATTEMPTS
from ...options.eye_style import MAX_OPENNESS, FaceStyle
from ...options.face_numbers import MAX_FACE
from .middleware import PUBLIC
from .routes import methods_at
from .schemas import EventView, ProblemView

RANGES: Final = {
    "variations": (1, MAX_VARIATIONS),
    "seed": (0, 2**32 - 1),
    "openness": (0, MAX_OPENNESS),
    "fidelity": (0, 1),
}
"""Least and most of options that are one number, which types cannot say."""


def _row(*parts: dict[str, Any]) -> dict[str, Any]:
    """A list of exactly these."""
    return {"type": "array", "prefixItems": [*parts], "minItems": len(parts), "maxItems": len(parts)}


_FACE: Final = {"type": "integer", "minimum": 1, "maximum": MAX_FACE}
_ATTEMPT: Final = {"type": "integer", "minimum": 0, "maximum": MAX_ATTEMPTS - 1}
_EITHER_WAY: Final = {"type": "number", "minimum": -1, "maximum": 1}
_LISTS: Final[dict[str, dict[str, Any]]] = {
    "faces": {"type": "array", "items": _FACE, "minItems": 1},
    "even_open": {"type": "array", "items": _FACE},
    "picks": {"type": "array", "items": _row(_FACE, _ATTEMPT)},
    "match": {"type": "array", "items": _row(_FACE, _FACE, _FACE)},
    "gaze": _row(_EITHER_WAY, _EITHER_WAY),
}
"""Schemas of options that are lists."""
_NOBODY_TO_RESTORE: Final = {"enum": ["none", None]}
_NOT_TOGETHER: Final[list[dict[str, Any]]] = [
    {
        "description": "even_open without faces",
        "required": ["even_open"],
        "properties": {"even_open": {"not": {"enum": [False, None, []]}}, "faces": {"type": "null"}},
    },
    {
        "description": "picks and several variations",
        "required": ["picks", "variations"],
        "properties": {"picks": {"type": "array", "minItems": 1}, "variations": {"type": "integer", "minimum": 2}},
    },
    {
        "description": "whole_face without a restorer",
        "required": ["whole_face"],
        "properties": {"whole_face": {"const": True}, "restorer": _NOBODY_TO_RESTORE},
    },
    {
        "description": "fidelity without a restorer",
        "required": ["fidelity"],
        "properties": {"fidelity": {"not": {"enum": [FIDELITY, None]}}, "restorer": _NOBODY_TO_RESTORE},
    },
]
"""Options that contradict each other; one that is not there is `null` or nothing. Generators of clients pass over
it."""
_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `open-the-eyes serve --new-key`; a service for which none was made asks for none. One of "
    "`--only metrics` opens `/metrics` alone.",
}
_REFERENCE: Final = "#/components/schemas/{model}"
_NULL: Final = {"type": "null"}
_BESIDE: Final = ("title", "default", "description", "minimum", "maximum")
"""Keys that say something of an option as a whole, whichever kind of value it has."""


def complete_openapi(app: FastAPI, *, asks_for_keys: bool) -> None:
    """Makes the document complete; it is put together when it is first asked for."""
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(FastAPI.openapi(app))
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {}).update(
                {view.__name__: _described(view) for view in (ProblemView, EventView)}
            )
            parts["schemas"] |= {"Options": options_schema(), "FaceStyle": style_schema()}
            parts["securitySchemes"] = {"key": _KEY}
            document["security"] = [{"key": []}] if asks_for_keys else [{}, {"key": []}]
            for path in PUBLIC:
                document["paths"][path]["get"]["security"] = []
            for path, operations in document["paths"].items():
                if "HEAD" in methods_at({"type": "http", "path": path, "app": app}):
                    operations["head"] = _without_body(operations["get"])
        return document

    setattr(app, "openapi", openapi)  # noqa: B010 -- FastAPI's own way; assigning to a method is none of mypy's


def options_schema() -> dict[str, Any]:
    """The options of `Options.of` as JSON Schema, each in the words of its docstring."""
    stages = get_type_hints(Options)
    properties: dict[str, Any] = {}
    for stage in dataclasses.fields(Options):
        properties |= _properties(stages[stage.name])
    nullable = {name: _or_null(schema) for name, schema in properties.items()}
    closed = _closed("Options", "An option that is null counts as not given.", nullable)
    return {**closed, "not": {"anyOf": _NOT_TOGETHER}}


def style_schema() -> dict[str, Any]:
    """One of `styles`."""
    said = "What one face shall look like; what is null or left out is as for all others."
    properties = _properties(FaceStyle)
    properties["face"] |= _FACE
    return _closed("FaceStyle", said, properties) | {"required": ["face"]}


def _described(view: type[BaseModel]) -> dict[str, Any]:
    """A view that no operation answers with as such; those inside it are in the document already."""
    schema = view.model_json_schema(ref_template=_REFERENCE)
    return {name: part for name, part in schema.items() if name != "$defs"}


def _closed(title: str, description: str, properties: dict[str, Any]) -> dict[str, Any]:
    about = {"title": title, "description": description}
    return {**about, "type": "object", "properties": properties, "additionalProperties": False}


def _properties(kind: type) -> dict[str, Any]:
    """The fields of a dataclass, with what types cannot say."""
    told = _told(inspect.getdoc(kind) or "")
    found = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)["properties"]
    ends = {name: dict(zip(("minimum", "maximum"), RANGES.get(name, ()), strict=False)) for name in found}
    exact = {name: _exact(schema, _LISTS.get(name, {})) for name, schema in found.items()}
    return {name: {**schema, **ends[name], "description": told.get(name, "")} for name, schema in exact.items()}


def _exact(schema: dict[str, Any], of_list: dict[str, Any]) -> dict[str, Any]:
    """A schema with `of_list` in the place of what it says of lists."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_exact(one, of_list) for one in schema["anyOf"]]}
    return {**schema, **of_list} if schema.get("type") == "array" else schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    beside: dict[str, Any] = {name: schema[name] for name in _BESIDE if name in schema}
    alone = {name: value for name, value in schema.items() if name not in _BESIDE}
    kinds = alone.get("anyOf", [alone])
    return {**beside, "anyOf": kinds if _NULL in kinds else [*kinds, _NULL]}


def _told(docstring: str) -> dict[str, str]:
    """The entries under "Args:", by name, in words of JSON."""
    _, _, arguments = docstring.partition("Args:")
    entries = re.split(r"^ {4}(?=\w+: )", arguments, flags=re.MULTILINE)[1:]
    told = {name: " ".join(text.split()) for name, _, text in (entry.partition(": ") for entry in entries)}
    return {name: re.sub(r"\bNone\b", "null", text) for name, text in told.items()}


def _without_body(get: dict[str, Any]) -> dict[str, Any]:
    """HEAD at an address whose GET this is."""
    answers = {
        status: {name: part for name, part in answer.items() if name != "content"}
        for status, answer in get["responses"].items()
    }
    told = {"operationId": f"{get['operationId']}_head", "summary": f"{get['summary']}, without the body"}
    return {**get, **told, "responses": answers}
