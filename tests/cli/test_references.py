"""`open --reference` from outside: files in, files and words out."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from open_the_eyes.cli import main
from open_the_eyes.errors import UsageError
from open_the_eyes.imaging.arrays import Rgb
from tests.references import another_shot


def test_a_reference_opens_the_eyes_and_is_named(shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot1.png", "--reference", "shot2.png"]) == 0
    assert "from shot2.png, face 1" in capsys.readouterr().out
    assert (shots / "shot1.opened.png").exists()


@pytest.mark.usefixtures("shots")
def test_references_are_handed_on_by_their_names_so_that_no_two_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def open_eyes(*_: Any, references: Any, **__: Any) -> Any:
        asked.extend(references)
        raise UsageError("that is enough")

    monkeypatch.setattr("open_the_eyes.pipeline.open_eyes", open_eyes)
    assert main(["open", "shot1.png", "--reference", "stranger.png", "--reference", "shot2.png"]) == 2
    assert asked == [Path("stranger.png"), Path("shot2.png")]


@pytest.mark.usefixtures("shots")
def test_the_report_says_whose_eyes_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot1.png", "--reference", "stranger.png", "--reference", "shot2.png", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["engine"] == "appearance"
    assert [one["path"] for one in report["references"]] == ["stranger.png", "shot2.png"]
    assert report["faces"][0]["source"] == "shot2.png, face 1"
    assert [stage["name"] for stage in report["stages"]][:4] == ["read", "detect", "confirm", "match"]


@pytest.mark.usefixtures("shots")
def test_with_a_stranger_alone_auto_paints_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot1.png", "--reference", "stranger.png", "--json"]) == 0
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert (face["outcome"], face["source"]) == ("opened", "appearance")
    assert (
        "Nobody in stranger.png is surely this person (if one is, say which: --match 1=stranger.png:1)."
        in face["reason"]
    )


@pytest.mark.usefixtures("shots")
def test_a_reference_with_shut_eyes_is_not_disregarded_without_a_word(
    blinked: Rgb, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(another_shot(blinked, light=0.85)).save("shut.png")
    assert main(["open", "shot1.png", "--reference", "shut.png", "--match", "1=shut.png:1"]) == 0
    (face,) = [line for line in capsys.readouterr().out.splitlines() if "face 1:" in line]
    assert face.startswith("  face 1: opened both eyes (")
    assert face.endswith("; the eyes are not open in shut.png, face 1 either")


@pytest.mark.usefixtures("shots")
def test_a_match_of_a_face_with_open_eyes_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot2.png", "--reference", "stranger.png", "--match", "1=stranger.png:1"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("  face 1: already open; ")
    assert line.endswith("; no eyes were taken from the face that it was matched with: open ones stay")


@pytest.mark.parametrize("more", [["--reference", "stranger.png"], []], ids=["a stranger", "nobody"])
def test_the_reference_engine_leaves_alone_whom_no_reference_shows(
    shots: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert main(["open", "shot1.png", "--engine", "reference", *more]) == 0
    assert "left alone" in capsys.readouterr().out
    assert not (shots / "shot1.opened.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--reference", "nope.png"], 3, "nope.png"),
        (["--reference", "text.png"], 3, "text.png"),
        (["--reference", "empty.png"], 2, "empty.png: expected a photo of the same people, found no face in it"),
        (["--reference", "."], 2, "expected a photo, got a folder"),
        (["--reference", "shot2.png", "--match", "1=shot3.png:1"], 2, "got none of that name"),
        (["--reference", "shot2.png", "--match", "one"], 2, "such as 1=shot2.jpg:3"),
        (
            ["--reference", "shot2.png", "--match", "1=shot2.png:4"],
            2,
            "--match: shot2.png has 1 face, so there is no face 4",
        ),
        (
            ["--reference", "shot2.png", "--match", "0=shot2.png:1"],
            2,
            "--match 0=shot2.png:1: expected numbers of faces, which start at 1",
        ),
        (["--match", "1=shot2.png:1"], 2, "got none of that name"),
    ],
    ids=["missing", "no picture", "no face", "folder", "unknown", "no match", "no such face", "zero", "no reference"],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    shots: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(["open", "shot1.png", *arguments]) == code
    assert words in capsys.readouterr().err
    assert not (shots / "shot1.opened.png").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ["open", "shot1.png", "shot2.png", "-o", "out/", "--reference", "empty.png"],
            "empty.png: expected a photo of the same people, found no face in it",
        ),
        (
            ["batch", "shot1.png", "shot2.png", "out", "--reference", "empty.png"],
            "empty.png: expected a photo of the same people, found no face in it",
        ),
        (
            ["open", "shot1.png", "stranger.png", "-o", "out/", "--reference", "shot2.png", "--match", "1=shot2.png:4"],
            "--match: shot2.png has 1 face, so there is no face 4. List them: open-the-eyes inspect PHOTO",
        ),
    ],
    ids=["open", "batch", "a face that is not there"],
)
def test_a_reference_that_no_photo_could_use_is_refused_once_and_before_any_work(
    shots: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str], said: str
) -> None:
    monkeypatch.setattr("open_the_eyes.pipeline.open_eyes", None)
    monkeypatch.setattr("open_the_eyes.batch.run.run_batch", None)
    assert main(command) == 2
    assert said in capsys.readouterr().err
    assert not (shots / "out").exists()


def test_a_replay_wants_the_very_references_in_any_order(shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    references = ["--reference", "shot2.png", "--reference", "stranger.png"]
    assert main(["open", "shot1.png", "-o", "made.png", "--match", "1=shot2.png:1", *references]) == 0
    assert main(["show-edit", "made.png"]) == 0
    told = capsys.readouterr().out
    for photo in references[1::2]:  # whoever gave eyes: the stranger has none for her
        assert f"  reference: the file with SHA-256 {hashlib.sha256((shots / photo).read_bytes()).hexdigest()}" in told

    again = ["open", "shot1.png", "--replay", "made.png", "-o", "again.png"]
    assert main([*again, *references[2:], *references[:2]]) == 0
    assert (shots / "again.png").read_bytes() == (shots / "made.png").read_bytes()


@pytest.fixture(scope="module")
def made(drawn_shots: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """shot1.png with the eyes of shot2.png."""
    path = tmp_path_factory.mktemp("made") / "made.png"
    shot1, shot2 = (str(drawn_shots / name) for name in ("shot1.png", "shot2.png"))
    assert main(["open", shot1, "-o", str(path), "--reference", shot2]) == 0
    return path


@pytest.mark.parametrize(
    ("references", "code", "words"),
    [
        ([], 2, "expected the references that the edit had, one with SHA-256"),
        (["--reference", "stranger.png"], 2, "--reference stranger.png: expected the very files of the edit"),
        (["--reference", "shot2.png", "--reference", "shot1.png"], 2, "which had 1 reference; this is none of them"),
        (["--reference", "nope.png"], 3, "nope.png: expected a photo"),
        (["--reference", os.devnull], 3, f"{os.devnull}: expected a photo, this is a device"),
    ],
    ids=["none", "another", "one too many", "missing", "no file, which may never end"],
)
def test_a_replay_with_other_references_is_refused_in_one_line(
    shots: Path, made: Path, capsys: pytest.CaptureFixture[str], references: list[str], code: int, words: str
) -> None:
    assert main(["open", "shot1.png", "--replay", str(made), "-o", "again.png", *references]) == code
    assert words in capsys.readouterr().err.splitlines()[-1]
    assert not (shots / "again.png").exists()


@pytest.mark.parametrize(
    ("made_by", "says", "word"),
    [
        pytest.param(
            "appearance", "open-the-eyes made this file", "compositeWithTrainedAlgorithmicMedia", id="painted"
        ),
        pytest.param("reference", None, "compositeCapture", id="own eyes laid in"),
        pytest.param("others", "this file says that AI", "compositeWithTrainedAlgorithmicMedia", id="others' painting"),
    ],
)
def test_a_painted_reference_is_used_with_a_warning_and_its_eyes_stay_painted(
    shots: Path, capsys: pytest.CaptureFixture[str], made_by: str, says: str | None, word: str
) -> None:
    if made_by == "others":
        mark_as_painted("shot2.png", "made.png")
    else:
        assert main(["open", "shot1.png", "--reference", "shot2.png", "--engine", made_by, "-o", "made.png"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert main(["open", "shot1.png", "--reference", "made.png", "--engine", "reference"]) == 0
    err = capsys.readouterr().err
    assert f"warning: --reference made.png: {says}" in err if says else "warning" not in err
    assert f"digitalsourcetype/{word}<".encode() in (shots / "shot1.opened.png").read_bytes()


def mark_as_painted(photo: str, path: str) -> None:
    """As other programs do that have AI paint."""
    told = PngInfo()
    packet = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        'e:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/></rdf:RDF>'
    )
    told.add_itxt("XML:com.adobe.xmp", packet)
    with Image.open(photo) as image:
        image.save(path, pnginfo=told)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["-o", "shot2.png"], "the original is never replaced", id="a result"),
        pytest.param(["--report", "shot2.png"], "this is one of the files given", id="a report"),
    ],
)
def test_open_never_replaces_a_reference(
    shots: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    before = (shots / "shot2.png").read_bytes()
    assert main(["open", "shot1.png", "--reference", "shot2.png", *arguments, "--overwrite"]) == 2
    assert says in capsys.readouterr().err
    assert (shots / "shot2.png").read_bytes() == before
