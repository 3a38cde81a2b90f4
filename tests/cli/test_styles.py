"""What is wished for single faces on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes.cli import main
from open_the_eyes.options.eye_style import EyeStyle
from tests.stand_in import StandIn

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["--eye-color", "2=pink"], "--eye-color: expected one of auto, brown", id="a face's colour"),
        pytest.param(["--eye-color", "pa=blue"], "expected a face's number before =, such as 2=; got pa", id="who"),
        pytest.param(["--eye-color", "=blue"], "--eye-color: expected a face's number before =", id="nobody"),
        pytest.param(["--gaze", "2=1"], "--gaze: expected auto, or two numbers such as 0.3,-0.1; got 1", id="a gaze"),
        pytest.param(["--openness", "2=9"], "--openness: expected 0 to 1.5 (1 is usual), got 9", id="a face too open"),
        pytest.param(
            ["--eye-color", f"{'7' * 5000}=blue"], "--eye-color: expected a face's number", id="an endless face"
        ),
        pytest.param(["--openness", "0=1"], "--openness: faces count from 1, got 0=1", id="face 0 wide open"),
        pytest.param(
            ["--eye-color", "2=blue", "--eye-color", "02=green"],
            "--eye-color: expected it once for face 2, got it twice",
            id="a face twice",
        ),
        pytest.param(
            ["--gaze", "0,0", "--gaze", "auto"], "--gaze: expected it once for all faces, got it twice", id="all twice"
        ),
    ],
)
def test_what_cannot_be_wished_is_refused_by_its_flag(
    capsys: Captured, stand_in: StandIn, arguments: list[str], expected: str
) -> None:
    Path("photo.jpg").write_text("blink")
    assert main(["open", "photo.jpg", *arguments]) == 2
    assert expected in capsys.readouterr().err
    assert stand_in.calls == []


def test_what_is_wished_for_single_faces_reaches_the_product(stand_in: StandIn) -> None:
    given = "--eye-color 2=blue --eye-color brown --gaze 1=-0.3,0 --openness 0.8 --openness 2=auto --openness 3=1.2"
    Path("photo.jpg").write_text("blink")
    assert main(["open", "photo.jpg", *given.split()]) == 0
    generate = stand_in.calls[0][1].generate
    assert [generate.style_of(face) for face in (1, 2, 3, 4)] == [
        EyeStyle("brown", (-0.3, 0.0), 0.8),
        EyeStyle("blue", None, None),
        EyeStyle("brown", None, 1.2),
        EyeStyle("brown", None, 0.8),
    ]
