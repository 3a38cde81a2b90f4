"""Who shall look how, on a page with several faces."""

from __future__ import annotations

import json

import pytest

from open_the_eyes.options import Options
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.web.eye_styles import EyeStyles

BLUE, LEFT = EyeStyle("blue"), EyeStyle(gaze=(-0.6, 0.0))
MOTHER = EyeStyles().with_style(2, BLUE)


def test_a_face_may_look_otherwise_than_everyone() -> None:
    assert MOTHER.of_face(2) == BLUE
    assert [MOTHER.of_face(face) for face in (None, 1, 3)] == [EyeStyle()] * 3


def test_what_is_new_for_everyone_is_new_for_those_with_wishes_of_their_own_who_keep_the_rest() -> None:
    looking = MOTHER.with_style(None, LEFT)
    assert looking.of_face(1) == LEFT
    assert looking.of_face(2) == EyeStyle("blue", LEFT.gaze)
    green = looking.with_style(None, EyeStyle("green", LEFT.gaze))
    assert green == EyeStyles(EyeStyle("green", LEFT.gaze))


def test_a_wish_that_is_everyones_is_none_of_ones_own() -> None:
    assert MOTHER.with_style(2, EyeStyle()) == EyeStyles()
    assert EyeStyles(BLUE).with_style(3, BLUE) == EyeStyles(BLUE)


@pytest.mark.parametrize(
    ("styles", "asked"),
    [
        (EyeStyles(), {}),
        (EyeStyles(EyeStyle("grey", (0.5, 0.0), 1.2)), {"eye_color": "grey", "gaze": [0.5, 0.0], "openness": 1.2}),
        (MOTHER, {"styles": [{"face": 2, "eye_color": "blue"}]}),
        (
            EyeStyles(EyeStyle("brown", (0.0, 0.0), 0.8), {3: EyeStyle(), 1: EyeStyle("brown", (0.6, 0.0), 0.8)}),
            {
                "eye_color": "brown",
                "gaze": [0.0, 0.0],
                "openness": 0.8,
                "styles": [
                    {"face": 1, "gaze": [0.6, 0.0]},
                    {"face": 3, "eye_color": "auto", "gaze": "auto", "openness": "auto"},
                ],
            },
        ),
    ],
    ids=["nothing", "everyone", "one face", "one as suits it, where all others have wishes"],
)
def test_styles_become_options_that_the_engine_takes_and_come_back(styles: EyeStyles, asked: dict[str, object]) -> None:
    assert styles.options() == asked
    told = json.loads(json.dumps(styles.options()))
    assert EyeStyles.of({"mode": "fast", **told}) == styles
    options = Options.of(**told)
    assert all(options.generate.style_of(face) == styles.of_face(face) for face in (1, 2, 3))
