"""A style for all faces of a photo, and what single ones get instead."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.options import GenerateOptions, Options
from open_the_eyes.options.attempt import Attempt
from open_the_eyes.options.eye_style import EyeStyle, FaceStyle
from open_the_eyes.stages.generate import request_of
from tests.stages.places import NOWHERE

OF_ALL = EyeStyle("brown", (0.5, 0.0), 0.8)


@pytest.mark.parametrize(
    ("own", "becomes"),
    [
        ({}, OF_ALL),
        ({"eye_color": "blue"}, EyeStyle("blue", (0.5, 0.0), 0.8)),
        ({"gaze": [0, -1]}, EyeStyle("brown", (0.0, -1.0), 0.8)),
        ({"openness": 0}, EyeStyle("brown", (0.5, 0.0), 0.0)),
        ({"eye_color": "auto", "gaze": "auto", "openness": "auto"}, EyeStyle()),
        ({"eye_color": None, "gaze": None, "openness": None}, OF_ALL),
    ],
    ids=["nothing", "colour", "gaze", "openness 0", "what suits it", "null is not given"],
)
def test_a_face_has_its_own_wish_and_else_that_of_all(own: dict[str, Any], becomes: EyeStyle) -> None:
    options = GenerateOptions(eye_color="brown", gaze=(0.5, 0.0), openness=0.8, styles=({"face": 2, **own},))  # type: ignore[arg-type]  # as JSON has it
    assert options.style_of(2) == becomes
    assert options.style_of(1) == OF_ALL
    requests = [request_of(NOWHERE, face, Attempt(0), options) for face in (1, 2)]
    assert [request.style for request in requests] == [OF_ALL, becomes]


def test_gray_is_grey_for_all_faces_and_for_one() -> None:
    options = Options.of(eye_color="gray", styles=[{"face": 2, "eye_color": "gray"}])  # type: ignore[arg-type, list-item]  # as people spell it
    assert options == Options.of(eye_color="grey", styles=[{"face": 2, "eye_color": "grey"}])
    assert json.loads(json.dumps(options.changed()))["eye_color"] == "grey"
    assert options.generate.style_of(2).eye_color == "grey"


def test_options_go_through_json_and_come_back() -> None:
    own = [{"face": 1, "gaze": [0.25, -1], "openness": "auto"}, {"face": 2, "eye_color": "blue"}]
    options = Options.of(eye_color="brown", styles=own)  # type: ignore[arg-type]  # from JSON
    changed = json.loads(json.dumps(options.changed()))
    assert changed == {"eye_color": "brown", "styles": own}
    assert Options.of(**changed) == options
    assert len({options.generate, Options.of(**changed).generate}) == 1


def test_in_whatever_order_and_with_whatever_idle_ones_styles_are_the_same() -> None:
    one, other = FaceStyle(face=1, eye_color="blue"), FaceStyle(face=3, openness=0.8)
    assert Options.of(styles=[other, FaceStyle(face=2), one]) == Options.of(styles=[one, other])
    assert Options.of(styles=[{"face": 2, "gaze": None}]) == Options()


@pytest.mark.parametrize(
    "eyes", [{"seed": 7}, {"eye_color": "blue"}, {"styles": [{"face": 1, "openness": 1}]}, {"picks": [(1, 0)]}], ids=str
)
def test_what_painters_go_by_is_nobodys_in_particular(eyes: dict[str, Any]) -> None:
    assert Options.of(mode="fast", **eyes).generate.of_painter() == GenerateOptions(mode="fast")
    assert GenerateOptions(lcm=True, precision="int8").of_painter() == GenerateOptions(lcm=True, precision="int8")


def test_styles_may_be_given_as_objects_too_with_numbers_of_numpy() -> None:
    one = FaceStyle(face=np.int64(2), openness=np.float32(0.75))  # type: ignore[arg-type]  # numpy's
    assert json.dumps(Options.of(styles=[one]).changed()) == '{"styles": [{"face": 2, "openness": 0.75}]}'


@pytest.mark.parametrize(
    ("styles", "words"),
    [
        (3, r'expected a list such as \[{"face": 2, "eye_color": "blue"}\], got 3'),
        ({"face": 2}, "expected a list"),
        ("2=blue", "expected a list"),
        ([2], "expected a face with any of eye_color, gaze, openness"),
        ([{"eye_color": "blue"}], "expected a face with"),
        ([{"face": 2, "color": "blue"}], "expected a face with"),
        ([{"face": 0}], "expected a face from 1 to 10,000, got 0"),
        ([{"face": 10_001}], "expected a face from 1 to 10,000, got 10001"),
        ([{"face": "2"}], "expected a whole number"),
        ([{"face": True}], "expected a whole number, got true"),
        ([{"face": 2, "eye_color": "pink"}], "face 2, eye_color: expected one of auto, brown.*got pink"),
        ([{"face": 2, "eye_color": ["blue"]}], "face 2, eye_color: expected one of"),
        ([{"face": 2, "gaze": "left"}], "face 2, gaze: expected two numbers"),
        ([{"face": 2, "gaze": [0, 2]}], "face 2, gaze: expected two numbers from -1 to 1"),
        ([{"face": 2, "openness": 7}], "face 2, openness: expected 0 to 1.5"),
        ([{"face": 2, "openness": {}}], "face 2, openness: expected a number"),
        ([{"face": 2}, {"face": 2, "eye_color": "blue"}], "each face once"),
    ],
)
def test_what_is_no_style_is_refused_and_said(styles: Any, words: str) -> None:
    with pytest.raises(UsageError, match=f"^styles: .*{words}") as refused:
        Options.of(styles=styles)
    assert refused.value.option == "styles"
