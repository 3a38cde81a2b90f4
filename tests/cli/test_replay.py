"""`show-edit` and `open --replay`: a file tells how it was made, and that is enough to make it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.cli import main
from open_the_eyes.cli.flags.replay import replayed_file
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.demo.show import DemoResult
from open_the_eyes.files import Credentials, EditRecord, is_as_signed, read, read_record, write
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.roles import Face
from open_the_eyes.settings import Settings
from open_the_eyes.system import arithmetic, program
from open_the_eyes.version import __version__
from tests.files.signing import chain

Captured = pytest.CaptureFixture[str]
FEW_LEVELS: Final = 8
WISHES: Final = {
    "plain": [],
    "seed, colour, gaze": ["--seed", "5", "--eye-color", "green", "--gaze", "0.2,-0.1"],
    "a face's own": ["--openness", "0.9", "--eye-color", "1=blue", "--openness", "1=auto"],
    "one of several": ["--variations", "2", "--mode", "quality"],
    "a face by number, how far open": ["--faces", "1", "--openness", "0.9", "--strip-gps"],
}


@pytest.fixture
def photo(blink: Path, tmp_path: Path) -> Path:
    """A JPEG of the blink, smaller."""
    path = tmp_path / "photo.jpg"
    with Image.open(blink) as image:
        image.convert("RGB").save(path, quality=90)
    return path


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_a_replay_gives_the_same_bytes(wish: list[str], photo: Path, tmp_path: Path) -> None:
    assert main(["open", str(photo), "-o", str(tmp_path / "out.jpg"), *wish]) == 0
    made = max(tmp_path.glob("out*.jpg"))  # the last of several

    assert main(["open", str(photo), "--replay", str(made), "-o", str(tmp_path / "again.jpg")]) == 0

    assert (tmp_path / "again.jpg").read_bytes() == made.read_bytes()


def test_a_lone_shut_eye_is_replayed_from_its_partner_again(
    portrait: Rgb, portrait_face: Face, tmp_path: Path, capsys: Captured
) -> None:
    wink = tmp_path / "wink.png"
    Image.fromarray(paint_blink(portrait, portrait_face.landmarks, ("left",))).save(wink)
    assert main(["open", str(wink), "-o", str(tmp_path / "out.png")]) == 0
    assert "from their other eye" in capsys.readouterr().out

    assert main(["open", str(wink), "--replay", str(tmp_path / "out.png"), "-o", str(tmp_path / "again.png")]) == 0

    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "out.png").read_bytes()


def test_show_edit_says_what_was_done(photo: Path, tmp_path: Path, capsys: Captured) -> None:
    made = tmp_path / "out.png"
    assert main(["open", str(photo), "-o", str(made), "--seed", "5", "--eye-color", "green"]) == 0
    capsys.readouterr()

    assert main(["show-edit", str(made)]) == 0
    assert main(["show-edit", str(made), "--json"]) == 0

    words, _, told = capsys.readouterr().out.partition("{")
    assert "engine appearance, mode standard, seed 5" in words
    assert "options: --eye-color green" in words
    assert "face 1: opened" in words
    record = json.loads("{" + told)["record"]
    assert record["options"] == {"eye_color": "green"}
    assert record["faces"] == [{"id": 1, "outcome": "opened"}]
    assert record["input_sha256"] == json.loads(json.dumps(record))["input_sha256"]


def test_a_file_without_a_record_is_told_of_and_cannot_be_replayed(photo: Path, capsys: Captured) -> None:
    assert main(["show-edit", str(photo)]) == 0
    assert "no record of an edit" in capsys.readouterr().out
    assert main(["show-edit", str(photo), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["record"] is None
    assert main(["open", str(photo), "--replay", str(photo)]) == 2
    assert "has no record" in capsys.readouterr().err


def recorded(photo: Path, path: Path, credentials: Credentials | None = None, **changed: Any) -> Path:
    """A file with a record that somebody wrote by hand."""
    record = replace(
        EditRecord(engine="appearance", mode="standard", seed=0, version="0.0.1", faces=((1, "opened"),)), **changed
    )
    write(read(photo, Settings()), path, record=record, credentials=credentials)
    return path


FORGED: Final = {
    "options that are no JSON": ({"options": "eye_color=green"}, "expected options in the record"),
    "options that are a list": ({"options": "[1]"}, "expected options in the record"),
    "options nested without end": ({"options": "[" * 3000}, "expected options in the record"),
    "a list nested without end": (
        {"options": '{"a": ' + "[" * 900 + "]" * 900 + "}"},
        "expected options in the record",
    ),
    "what is no number": ({"options": '{"gaze": NaN}'}, "expected options in the record"),
    "an option named as a part of the language": (
        {"options": '{"cls": 1, "self": 2}'},
        "cls: unknown option, as well as self",
    ),
    "an option of another version": ({"options": '{"wings": 2}'}, "wings: unknown option"),
    "a face that is not there": (
        {"options": '{"styles": [{"face": 9, "eye_color": "blue"}]}'},
        "styles: expected faces up",
    ),
    "an option out of range": ({"options": '{"openness": 9}'}, "openness"),
    "a mode that never was": ({"mode": "magic"}, "mode"),
    "an engine that never was": ({"engine": "magic"}, "magic"),
}


@pytest.mark.parametrize(("changed", "says"), FORGED.values(), ids=FORGED)
def test_a_forged_record_gets_one_clear_line(
    changed: dict[str, Any], says: str, photo: Path, tmp_path: Path, capsys: Captured
) -> None:
    made = recorded(photo, tmp_path / "made.jpg", **changed)

    assert main(["open", str(photo), "--replay", str(made), "-o", str(tmp_path / "again.jpg")]) == 2

    last = capsys.readouterr().err.splitlines()[-1]
    assert says in last
    assert last.startswith("open-the-eyes: ")
    assert not (tmp_path / "again.jpg").exists()


DEEP: Final = {
    f"{name} nested {depth} times": f'{{"{name}": {"[" * depth}{"]" * depth}}}'
    for name, depth in (("a", 3900), ("styles", 500), ("gaze", 500), ("gaze", 20))
}


@pytest.mark.parametrize("options", ['{"gaze": NaN}', *DEEP.values()], ids=["no number", *DEEP])
def test_forged_options_that_are_no_json_are_shown_as_text(
    options: str, photo: Path, tmp_path: Path, capsys: Captured
) -> None:
    made = recorded(photo, tmp_path / "made.jpg", options=options)
    assert main(["show-edit", str(made)]) == 0
    assert f"options: unreadable {options}" in capsys.readouterr().out
    assert main(["show-edit", str(made), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["record"]["options"] == options


def test_a_replay_leaves_no_room_for_other_options_or_several_photos(
    photo: Path, tmp_path: Path, capsys: Captured
) -> None:
    made = str(recorded(photo, tmp_path / "made.jpg"))

    assert main(["open", str(photo), "--replay", made, "--seed", "3"]) == 2
    assert "got --seed; they" in capsys.readouterr().err
    assert main(["open", str(photo), made, "--replay", made, "-o", str(tmp_path / "many/")]) == 2
    assert "expected one photo" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("edited", "says"),
    [
        pytest.param("0" * 64, "is not the very file that was edited", id="another file"),
        pytest.param("", "the record names no file", id="pixels"),
    ],
)
def test_another_photo_and_another_version_are_told_of(
    edited: str, says: str, photo: Path, tmp_path: Path, capsys: Captured
) -> None:
    made = recorded(photo, tmp_path / "made.jpg", input=edited)

    assert main(["open", str(photo), "--replay", str(made), "-o", str(tmp_path / "again.jpg")]) == 0

    err = capsys.readouterr().err
    assert "made by version 0.0.1" in err
    assert says in err


PROCESSOR, LIBRARIES = "on another kind of processor", "with other versions of libraries"
OTHER_KERNEL = f"Cooperlake2, {arithmetic.code_of(arithmetic.processor())}"
"""As another release of the same BLAS may call the kernel that suits this processor."""


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"processor": "Z80, none"}, PROCESSOR, id="processor"),
        pytest.param({"libraries": "numpy 0.1"}, LIBRARIES, id="libraries"),
        pytest.param({"processor": "Z80", "libraries": "numpy 0.1"}, f"{PROCESSOR} and {LIBRARIES}", id="both"),
        pytest.param({"processor": OTHER_KERNEL, "libraries": "numpy 0.1"}, LIBRARIES, id="another BLAS"),
        pytest.param({"processor": "", "libraries": "", "program": ""}, "", id="not told"),
        pytest.param({}, "", id="the same"),
    ],
)
def test_a_replay_says_when_the_file_was_made_by_others(
    changed: dict[str, Any], says: str, photo: Path, tmp_path: Path, capsys: Captured
) -> None:
    here = {
        "processor": arithmetic.processor(),
        "libraries": arithmetic.libraries("appearance"),
        "program": program.state(),
    }
    made = recorded(photo, tmp_path / "made.jpg", version=__version__, **{**here, **changed})

    replayed_file(made)

    line = f"{made} was made {says}: the new eyes may differ by a few levels.\n"
    assert capsys.readouterr().err == (line if says else "")


def test_a_replay_says_when_another_state_of_this_version_made_the_file(
    photo: Path, tmp_path: Path, capsys: Captured
) -> None:
    made = recorded(photo, tmp_path / "made.jpg", version=__version__, program="0d" * 32, libraries="numpy 0.1")

    replayed_file(made)

    other = f"by another state of version {__version__}, with other code or models"
    assert capsys.readouterr().err == f"{made} was made {other}: the result may differ.\n"


def test_on_another_kind_of_processor_a_replay_differs_by_a_few_levels(demo: DemoResult, tmp_path: Path) -> None:
    again, command = tmp_path / "again.png", [sys.executable, "-m", "open_the_eyes", "open", str(demo.before)]
    done = subprocess.run(
        [*command, "--replay", str(demo.after), "-o", str(again)],
        env=os.environ | {"OPENBLAS_CORETYPE": "Nehalem"},
        capture_output=True,
        text=True,
        check=True,
    )
    made, other = (read(path, Settings()) for path in (demo.after, again))
    records = read_record(made), read_record(other)
    assert None not in records
    if records[0] == records[1]:
        pytest.skip("numpy's BLAS knows no other kind of processor here")
    assert f"was made {PROCESSOR}: the new eyes may differ" in done.stderr
    assert np.abs(made.pixels.astype(int) - other.pixels).max() <= FEW_LEVELS


@pytest.mark.parametrize(
    ("was_signed", "signs", "told"), [(False, False, False), (True, False, True), (True, True, False)]
)
def test_a_replay_of_a_signed_file_says_that_its_result_is_not(
    photo: Path, tmp_path: Path, capsys: Captured, was_signed: bool, signs: bool, told: bool
) -> None:
    certificate, key = chain(tmp_path)
    made = recorded(photo, tmp_path / "made.jpg", Credentials.load(certificate, key) if was_signed else None)
    signing = ["--c2pa-cert", str(certificate), "--c2pa-key", str(key)] if signs else []

    assert main(["open", str(photo), "--replay", str(made), "-o", str(tmp_path / "again.jpg"), *signing]) == 0

    assert is_as_signed(tmp_path / "again.jpg", "JPEG") is signs
    assert (f"{made} is signed as Content Credentials: the result will not be" in capsys.readouterr().err) is told


@pytest.mark.parametrize("written", ["-o", "--report"])
def test_the_replayed_file_is_never_replaced(written: str, photo: Path, opened: Path, capsys: Captured) -> None:
    before = opened.read_bytes()
    assert main(["open", str(photo), "--replay", str(opened), written, str(opened), "--overwrite"]) == 2
    assert "one of the files given" in capsys.readouterr().err
    assert opened.read_bytes() == before


def test_show_edit_of_a_folder_advises_no_pattern_for_it_takes_one_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["show-edit", str(tmp_path)]) == 3
    assert capsys.readouterr().err.endswith("expected a photo, this is a folder; name a file.\n")
