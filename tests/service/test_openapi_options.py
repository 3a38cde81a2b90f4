"""Options are taken exactly where the OpenAPI document says so."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from open_the_eyes.errors import UsageError
from open_the_eyes.options import MODES, NAMES, Options
from open_the_eyes.options.eye_style import FaceStyle
from open_the_eyes.service.http.openapi import RANGES
from open_the_eyes.service.uploads.forms import options_in


def test_the_options_are_described_as_the_command_line_has_them(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["Options"]["properties"]
    with pytest.raises(UsageError) as caught:
        Options.of(no_such_option=1)  # type: ignore[call-arg]
    assert sorted(described) == str(caught.value).rstrip(".").split("known are ")[1].split(", ")
    assert described["mode"]["anyOf"] == [{"type": "string", "enum": list(MODES)}, {"type": "null"}]
    for name, schema in described.items():
        assert schema["description"], name
        assert "None" not in schema["description"], name


@pytest.mark.parametrize("name", RANGES)
def test_the_range_of_an_option_is_described_as_it_is(document: dict[str, Any], name: str) -> None:
    described = document["components"]["schemas"]["Options"]["properties"][name]
    least, most = described["minimum"], described["maximum"]
    asked: Any = {"restorer": "codeformer"} if name == "fidelity" else {}
    for value in (least, most):
        Options.of(**asked, **{name: value})
    for value in (least - 1, most + 1):
        with pytest.raises(UsageError, match=name):
            Options.of(**asked, **{name: value})


def test_what_a_face_may_be_given_is_described_as_it_is(document: dict[str, Any]) -> None:
    described = document["components"]["schemas"]["FaceStyle"]
    assert set(described["properties"]) == {field.name for field in fields(FaceStyle)}
    assert described["required"] == ["face"]
    assert all(one["description"] for one in described["properties"].values())
    assert (described["properties"]["openness"]["minimum"], described["properties"]["openness"]["maximum"]) == (0, 1.5)


@pytest.mark.parametrize(
    ("options", "good"),
    [
        *((f'{{"{name}": null}}', True) for name in NAMES),
        ('{"faces": []}', False),
        ('{"faces": [0]}', False),
        ('{"faces": [2, 1]}', True),
        ('{"faces": [10000]}', True),
        ('{"faces": [99999999999999999999999]}', False),
        ('{"faces": [1.0]}', True),
        ('{"faces": [true]}', False),
        ('{"faces": [null]}', False),
        ('{"seed": 1e3, "variations": 2.0}', True),
        ('{"seed": 1e300}', False),
        ('{"variations": 2.5}', False),
        ('{"variations": "2"}', False),
        ('{"picks": []}', True),
        ('{"picks": [[1, 0.0], [2, 999]]}', True),
        ('{"picks": [[0, 0]]}', False),
        ('{"picks": [[1, 1000]]}', False),
        ('{"picks": [[10001, 0]]}', False),
        ('{"picks": [[1]]}', False),
        ('{"match": [[1, 1, 1]]}', True),
        ('{"match": [[1, 0, 1]]}', False),
        ('{"match": [[1, 1, 10001]]}', False),
        ('{"gaze": [1, -1.0]}', True),
        ('{"gaze": [0, 1.01]}', False),
        ('{"gaze": [0, 0, 0]}', False),
        ('{"gaze": "auto"}', False),
        ('{"openness": 1.51}', False),
        ('{"openness": 1.5}', True),
        ('{"all": 1}', False),
        ('{"faces": [1], "even_open": true}', True),
        ('{"faces": [1, 2], "even_open": [2]}', True),
        ('{"faces": [1], "even_open": [0]}', False),
        ('{"faces": [1], "even_open": 1}', False),
        ('{"even_open": true}', False),
        ('{"even_open": [1], "faces": null}', False),
        ('{"even_open": false}', True),
        ('{"even_open": []}', True),
        ('{"picks": [[1, 0]], "variations": 2}', False),
        ('{"picks": [[1, 0]], "variations": 1}', True),
        ('{"picks": [], "variations": 2}', True),
        ('{"whole_face": true}', False),
        ('{"whole_face": true, "restorer": "gpen"}', True),
        ('{"whole_face": false, "restorer": "none"}', True),
        ('{"fidelity": 0.5, "restorer": null}', False),
        ('{"fidelity": 0.5, "restorer": "codeformer"}', True),
        ('{"fidelity": 0.7}', True),
        ('{"mode": "slow"}', False),
        ('{"styles": [{"face": 1.0, "gaze": "auto", "openness": null}]}', True),
        ('{"styles": [{"face": 0, "gaze": "auto"}]}', False),
        ('{"styles": [{"face": 10001, "gaze": "auto"}]}', False),
        ('{"styles": [{"face": 1, "gaze": [0, 2]}]}', False),
        ('{"styles": [{"face": null, "openness": 1}]}', False),
        ('{"styles": [{"face": 1, "eyes": 1}]}', False),
    ],
)
def test_options_are_taken_exactly_where_the_document_says_so(
    document: dict[str, Any], options: str, good: bool
) -> None:
    schema = {"$ref": "#/components/schemas/Options", "components": document["components"]}
    assert Draft202012Validator(schema).is_valid(json.loads(options)) == good
    if good:
        options_in([options])
    else:
        with pytest.raises(UsageError):
            options_in([options])


@pytest.mark.parametrize("options", ['{"seed": NaN}', '{"openness": Infinity}', '{"gaze": [-Infinity, 0]}'])
def test_what_is_no_number_in_json_is_refused_as_no_json(options: str) -> None:
    with pytest.raises(UsageError, match="got no JSON"):
        options_in([options])


def test_a_whole_number_is_the_same_however_json_writes_it() -> None:
    assert json.dumps(options_in(['{"seed": 7.0, "gaze": [0.5, 1e0]}'])) == '{"seed": 7, "gaze": [0.5, 1]}'
