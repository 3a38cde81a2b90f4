"""`open --reference` and `best-take` from outside: files in, files and words out."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from open_the_eyes.cli import main
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.roles import Face
from tests.references import another_shot, somebody_else


@pytest.fixture
def folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    portrait: Rgb,
    portrait_face: Face,
    blinked: Rgb,
) -> Path:
    """shot1.png: a blink; shot2.png: open eyes; stranger.png; empty.png: nobody; text.png: no picture."""
    pictures = {
        "shot1": blinked,
        "shot2": another_shot(portrait, light=0.85),
        "stranger": somebody_else(portrait, portrait_face.landmarks),
        "empty": np.full_like(portrait, 120),
    }
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    (tmp_path / "text.png").write_text("no picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_reference_opens_the_eyes_and_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot1.png", "--reference", "shot2.png"]) == 0
    assert "from shot2.png, face 1" in capsys.readouterr().out
    assert (folder / "shot1.opened.png").exists()


@pytest.mark.usefixtures("folder")
def test_the_report_says_whose_eyes_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot1.png", "--reference", "stranger.png", "--reference", "shot2.png", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["engine"] == "appearance"
    assert [one["path"] for one in report["references"]] == ["stranger.png", "shot2.png"]
    assert report["faces"][0]["source"] == "shot2.png, face 1"
    assert [stage["name"] for stage in report["stages"]][:4] == ["read", "detect", "confirm", "match"]


@pytest.mark.usefixtures("folder")
def test_with_a_stranger_alone_auto_paints_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "shot1.png", "--reference", "stranger.png", "--json"]) == 0
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert (face["outcome"], face["source"]) == ("opened", "appearance")
    assert (
        "Nobody in stranger.png is surely this person (if one is, say which: --match 1=stranger.png:1)."
        in face["reason"]
    )


@pytest.mark.usefixtures("folder")
def test_a_reference_with_shut_eyes_is_not_disregarded_without_a_word(
    blinked: Rgb, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(another_shot(blinked, light=0.85)).save("shut.png")
    assert main(["open", "shot1.png", "--reference", "shut.png", "--match", "1=shut.png:1"]) == 0
    (face,) = [line for line in capsys.readouterr().out.splitlines() if "face 1:" in line]
    assert face.startswith("  face 1: opened both eyes (")
    assert face.endswith("; the eyes are not open in shut.png, face 1 either")


@pytest.mark.parametrize("more", [["--reference", "stranger.png"], []], ids=["a stranger", "nobody"])
def test_the_reference_engine_leaves_alone_whom_no_reference_shows(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    assert main(["open", "shot1.png", "--engine", "reference", *more]) == 0
    assert "left alone" in capsys.readouterr().out
    assert not (folder / "shot1.opened.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--reference", "nope.png"], 3, "nope.png"),
        (["--reference", "text.png"], 3, "text.png"),
        (["--reference", "empty.png"], 2, "empty.png: expected a photo of the same people, found no face in it"),
        (["--reference", "."], 2, "expected a photo, got a folder"),
        (["--reference", "shot2.png", "--match", "1=shot3.png:1"], 2, "got none of that name"),
        (["--reference", "shot2.png", "--match", "one"], 2, "such as 1=shot2.jpg:3"),
        (["--reference", "shot2.png", "--match", "1=shot2.png:4"], 2, "no face 4"),
        (["--reference", "shot2.png", "--match", "0=shot2.png:1"], 2, "numbers start at 1"),
        (["--match", "1=shot2.png:1"], 2, "got none of that name"),
    ],
    ids=["missing", "no picture", "no face", "folder", "unknown", "no match", "no such face", "zero", "no reference"],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(["open", "shot1.png", *arguments]) == code
    assert words in capsys.readouterr().err
    assert not (folder / "shot1.opened.png").exists()


@pytest.mark.parametrize(
    "command",
    [["open", "shot1.png", "shot2.png", "-o", "out/"], ["batch", "shot1.png", "shot2.png", "out"]],
    ids=lambda command: command[0],
)
def test_a_reference_that_no_photo_could_use_is_refused_once_and_before_any_work(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr("open_the_eyes.pipeline.open_eyes", None)
    monkeypatch.setattr("open_the_eyes.batch.run.run_batch", None)
    assert main([*command, "--reference", "empty.png"]) == 2
    assert "empty.png: expected a photo of the same people, found no face in it" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_a_replay_wants_the_very_references_in_any_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    references = ["--reference", "shot2.png", "--reference", "stranger.png"]
    assert main(["open", "shot1.png", "-o", "made.png", "--match", "1=shot2.png:1", *references]) == 0
    assert main(["show-edit", "made.png"]) == 0
    sha256 = hashlib.sha256((folder / "shot2.png").read_bytes()).hexdigest()
    assert f"eyes from the file with SHA-256 {sha256}" in capsys.readouterr().out

    again = ["open", "shot1.png", "--replay", "made.png", "-o", "again.png"]
    assert main([*again, *references[2:], *references[:2]]) == 0
    assert (folder / "again.png").read_bytes() == (folder / "made.png").read_bytes()


@pytest.mark.parametrize(
    ("references", "code", "words"),
    [
        ([], 2, "expected the references that the edit took eyes from, one with SHA-256"),
        (["--reference", "stranger.png"], 2, "--reference stranger.png: expected the very files of the edit"),
        (["--reference", "shot2.png", "--reference", "shot1.png"], 2, "which had 1 reference; this is none of them"),
        (["--reference", "nope.png"], 3, "nope.png: expected a photo"),
    ],
    ids=["none", "another", "one too many", "missing"],
)
def test_a_replay_with_other_references_is_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], references: list[str], code: int, words: str
) -> None:
    assert main(["open", "shot1.png", "-o", "made.png", "--reference", "shot2.png"]) == 0
    assert main(["open", "shot1.png", "--replay", "made.png", "-o", "again.png", *references]) == code
    assert words in capsys.readouterr().err.splitlines()[-1]
    assert not (folder / "again.png").exists()


def test_best_take_prints_who_came_from_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("stranger", "empty", "text"):
        (folder / f"{name}.png").unlink()
    assert main(["best-take", ".", "-o", "best.png", "--report", "best.json"]) == 0
    said = capsys.readouterr().out
    assert "shot2.png: the best of 2 frames" in said
    assert "good as it is: nothing written" in said
    assert json.loads((folder / "best.json").read_text())["base"] == "shot2.png"


def test_best_take_writes_the_exchanged_eyes(folder: Path, blinked: Rgb, capsys: pytest.CaptureFixture[str]) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save("group.png")
    assert main(["best-take", "group.png", "shot2.png", "-o", "best.png", "--json"]) == 0
    taken = json.loads(capsys.readouterr().out)
    assert taken["base"] == "group.png"
    assert taken["report"]["faces"][0]["source"] == "shot2.png, face 1"
    assert (folder / "best.png").exists()


def test_best_take_can_be_told_who_is_who_as_it_advises(
    folder: Path, blinked: Rgb, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save(folder / "group.png")
    again = ["best-take", "group.png", "stranger.png"]
    assert main(again) == 0
    said = capsys.readouterr().out
    assert "face 1: left alone, nobody in stranger.png is surely this person" in said
    (advice,) = re.findall(r"--match 1=\S+:\d", said)
    assert main([*again, *advice.split()]) == 0
    assert "left alone" not in capsys.readouterr().out  # that face's eyes are tried now

    for wrong, says in (
        ("1=group.png:1", "got group.png, the frame that is taken itself"),
        ("1=other.png:1", "expected a photo of the burst, got none of that name"),
        ("1=stranger.png:2", "stranger.png has 1 face, so there is no face 2"),
    ):
        assert main([*again, "--match", wrong, "-o", "none.png"]) == 2
        assert says in capsys.readouterr().err


def test_best_take_knows_results_by_their_records_and_says_what_it_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("stranger", "empty", "text"):
        (folder / f"{name}.png").unlink()
    (folder / "shot2.png").rename("shot2.opened.png")  # a photograph, whatever its name
    (folder / "._shot1.png").write_bytes(b"\0\5\x16\7 what macOS notes of a file")
    assert main(["open", "shot1.png", "-o", "painted.jpg"]) == 0
    capsys.readouterr()
    assert main(["best-take", ".", "-o", "best.png", "--json"]) == 0
    out, err = capsys.readouterr()
    taken = json.loads(out)
    assert [frame["name"] for frame in taken["frames"]] == ["shot1.png", "shot2.opened.png"]
    assert taken["left_out"] == ["painted.jpg"]
    assert "left out: painted.jpg, which open-the-eyes made" in err

    assert main(["best-take", "shot1.png", "painted.jpg"]) == 2
    assert "expected two photos or more, got 1 and 1 that open-the-eyes made" in capsys.readouterr().err


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
    folder: Path, capsys: pytest.CaptureFixture[str], made_by: str, says: str | None, word: str
) -> None:
    if made_by == "others":
        mark_as_painted("shot2.png", "made.png")
    else:
        assert main(["open", "shot1.png", "--reference", "shot2.png", "--engine", made_by, "-o", "made.png"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert main(["open", "shot1.png", "--reference", "made.png", "--engine", "reference"]) == 0
    err = capsys.readouterr().err
    assert f"warning: --reference made.png: {says}" in err if says else "warning" not in err
    assert f"digitalsourcetype/{word}<".encode() in (folder / "shot1.opened.png").read_bytes()


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


@pytest.mark.parametrize("photos", [["shot1.png"], ["shot1.png", "shot1.png"]], ids=["one", "the same twice"])
def test_best_take_wants_two_photos(folder: Path, capsys: pytest.CaptureFixture[str], photos: list[str]) -> None:  # noqa: ARG001 -- makes the folder
    assert main(["best-take", *photos]) == 2
    assert "expected two photos or more, got 1" in capsys.readouterr().err


def test_best_take_says_which_folder_it_may_not_look_into(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> NoReturn:  # root may look into everything
        raise PermissionError(13, "Permission denied", str(path))

    (folder / "locked").mkdir()
    monkeypatch.setattr(Path, "iterdir", refused)
    assert main(["best-take", "locked"]) == 3
    assert "locked: expected a folder that may be looked into, got: Permission denied" in capsys.readouterr().err


def test_best_take_never_replaces_a_photo(folder: Path, blinked: Rgb, capsys: pytest.CaptureFixture[str]) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save(folder / "group.png")
    before = (folder / "shot2.png").read_bytes()
    assert main(["best-take", "group.png", "shot2.png", "-o", "shot2.png", "--overwrite"]) == 2
    assert "the original is never replaced" in capsys.readouterr().err
    assert (folder / "shot2.png").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param(
            ["-o", "q.png", "--report", "q.png", "--overwrite"], 2, "or a result", id="a report over the result"
        ),
        pytest.param(["--report", "shot2.opened.png"], 2, "or a result", id="a report over what may be the result"),
        pytest.param(["-o", "x.gif"], 2, "-o x.gif: expected a name ending in .jpg", id="no format that is written"),
        pytest.param(["-o", "there.png"], 3, "there.png is there already", id="taken"),
        pytest.param(["-o", "shot2.png", "--overwrite"], 2, "the original is never replaced", id="a frame"),
    ],
)
def test_best_take_refuses_names_before_it_looks_at_a_photo(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    (folder / "there.png").write_text("mine")
    assert main(["best-take", "text.png", "shot2.png", *arguments]) == code  # text.png is no photo, which comes later
    assert says in capsys.readouterr().err
    assert (folder / "there.png").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["-o", "shot2.png"], "the original is never replaced", id="a result"),
        pytest.param(["--report", "shot2.png"], "this is one of the files given", id="a report"),
    ],
)
def test_open_never_replaces_a_reference(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    before = (folder / "shot2.png").read_bytes()
    assert main(["open", "shot1.png", "--reference", "shot2.png", *arguments, "--overwrite"]) == 2
    assert says in capsys.readouterr().err
    assert (folder / "shot2.png").read_bytes() == before
