"""`best-take` from outside: files in, files and words out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.cli import donors, main
from open_the_eyes.imaging.arrays import Rgb


def test_best_take_prints_who_came_from_where(shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("stranger", "empty", "text"):
        (shots / f"{name}.png").unlink()
    assert main(["best-take", ".", "-o", "best.png", "--report", "best.json"]) == 0
    said = capsys.readouterr().out
    assert "shot2.png: the best of 2 frames" in said
    assert "good as it is: nothing written to best.png; --copy copies the frame there" in said
    assert not (shots / "best.png").exists()
    assert json.loads((shots / "best.json").read_text())["base"] == "shot2.png"


@pytest.mark.parametrize(
    ("out", "copied"), [("new/", "new/shot2.png"), ("best.jpg", "best.jpg")], ids=["a folder", "another format"]
)
def test_with_copy_a_burst_whose_best_frame_is_good_leaves_no_hole(
    shots: Path, capsys: pytest.CaptureFixture[str], out: str, copied: str
) -> None:
    (shots / "shot2.png").chmod(0o600)
    again = ["best-take", "shot1.png", "shot2.png", "-o", out, "--copy"]
    assert main(again) == 0
    assert (shots / copied).stat().st_mode & 0o777 == 0o600, "as private as the frame"
    assert f"copied as it is: {copied}" in capsys.readouterr().out
    same = (shots / copied).read_bytes() == (shots / "shot2.png").read_bytes()
    assert same is copied.endswith(".png"), "under another format's name it is written in that format"
    assert main(again) == 3
    assert f"{copied} is there already" in capsys.readouterr().err


def test_a_copy_in_another_format_has_the_quality_asked_for(shots: Path) -> None:
    for name, quality in (("coarse.jpg", "30"), ("fine.jpg", "95")):
        again = ["best-take", "shot1.png", "shot2.png", "-o", name, "--copy", "--quality", quality]
        assert main(again) == 0
    assert (shots / "coarse.jpg").stat().st_size < 0.6 * (shots / "fine.jpg").stat().st_size


def test_best_take_writes_the_exchanged_eyes(shots: Path, blinked: Rgb, capsys: pytest.CaptureFixture[str]) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save("group.png")
    assert main(["best-take", "group.png", "shot2.png", "-o", "best.png", "--json"]) == 0
    taken = json.loads(capsys.readouterr().out)
    assert taken["base"] == "group.png"
    assert taken["report"]["faces"][0]["source"] == "shot2.png, face 1"
    assert (shots / "best.png").exists()


def test_a_long_burst_is_read_again_and_gives_the_same_bytes(
    shots: Path, blinked: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save("group.png")
    for name, held in (("held.png", donors.HELD), ("one_held.png", pair.shape[0] * pair.shape[1]), ("none.png", 0)):
        monkeypatch.setattr(donors, "HELD", held)
        assert main(["best-take", "group.png", "shot2.png", "-o", name]) == 0
        assert (shots / name).read_bytes() == (shots / "held.png").read_bytes()


def test_best_take_can_be_told_who_is_who_as_it_advises(
    shots: Path, blinked: Rgb, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save(shots / "group.png")
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
    shots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("stranger", "empty", "text"):
        (shots / f"{name}.png").unlink()
    (shots / "shot2.png").rename("shot2.opened.png")  # a photograph, whatever its name
    (shots / "._shot1.png").write_bytes(b"\0\5\x16\7 what macOS notes of a file")
    (shots / "shot1.faces.png").write_bytes((shots / "shot1.png").read_bytes())
    assert main(["open", "shot1.png", "-o", "painted.jpg"]) == 0
    capsys.readouterr()
    assert main(["best-take", ".", "-o", "best.png", "--json"]) == 0
    out, err = capsys.readouterr()
    taken = json.loads(out)
    assert [frame["name"] for frame in taken["frames"]] == ["shot1.png", "shot2.opened.png"]
    assert taken["left_out"] == ["painted.jpg", "shot1.faces.png"]
    assert "left out: painted.jpg, which open-the-eyes made" in err
    assert "left out: shot1.faces.png, a drawing of `inspect` by its name" in err

    assert main(["best-take", "shot1.png", "painted.jpg", "shot1.faces.png"]) == 2
    assert "expected two photos or more, got 1 and 2 that open-the-eyes made" in capsys.readouterr().err


def test_best_take_leaves_out_what_cannot_be_read_of_a_folder_and_says_so(
    shots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("stranger", "empty"):
        (shots / f"{name}.png").unlink()
    assert main(["best-take", ".", "-o", "best.png", "--json"]) == 6
    out, err = capsys.readouterr()
    taken = json.loads(out)
    assert [frame["name"] for frame in taken["frames"]] == ["shot1.png", "shot2.png"]
    assert [failure["path"] for failure in taken["failed"]] == ["text.png"]
    assert f"left out: {taken['failed'][0]['error']}\n" in err
    assert err.splitlines()[-1].startswith("open-the-eyes: 1 of 3 photos failed, named above")

    assert main(["best-take", ".", "text.png"]) == 3
    assert "left out" not in capsys.readouterr().err, "who names a photo wants it"
    (shots / "shot2.png").unlink()
    assert main(["best-take", "."]) == 3
    assert "expected two photos or more, got 1 and 1 that cannot be read" in capsys.readouterr().err


def test_best_take_never_replaces_a_photo_that_cannot_be_read(shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["best-take", ".", "-o", "text.png", "--overwrite"]) == 2
    assert "text.png is one of the files given; the original is never replaced" in capsys.readouterr().err
    assert (shots / "text.png").read_text() == "no picture"


@pytest.mark.parametrize("photos", [["shot1.png"], ["shot1.png", "shot1.png"]], ids=["one", "the same twice"])
def test_best_take_wants_two_photos(shots: Path, capsys: pytest.CaptureFixture[str], photos: list[str]) -> None:  # noqa: ARG001 -- makes the folder
    assert main(["best-take", *photos]) == 2
    assert "expected two photos or more, got 1" in capsys.readouterr().err


def test_best_take_of_a_folder_that_is_not_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["best-take", "no such burst"]) == 3
    assert "no such burst: expected photos or a folder of them, there is none" in capsys.readouterr().err


def test_best_take_says_which_folder_it_may_not_look_into(
    shots: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> NoReturn:  # root may look into everything
        raise PermissionError(13, "Permission denied", str(path))

    (shots / "locked").mkdir()
    monkeypatch.setattr(Path, "iterdir", refused)
    assert main(["best-take", "locked"]) == 3
    assert "locked: expected a folder that may be looked into, got: Permission denied" in capsys.readouterr().err


def test_best_take_never_replaces_a_photo(shots: Path, blinked: Rgb, capsys: pytest.CaptureFixture[str]) -> None:
    pair = np.hstack([blinked, np.asarray(Image.open("stranger.png"))])
    Image.fromarray(pair).save(shots / "group.png")
    before = (shots / "shot2.png").read_bytes()
    assert main(["best-take", "group.png", "shot2.png", "-o", "shot2.png", "--overwrite"]) == 2
    assert "the original is never replaced" in capsys.readouterr().err
    assert (shots / "shot2.png").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param(
            ["-o", "q.png", "--report", "q.png", "--overwrite"], 2, "or a result", id="a report over the result"
        ),
        pytest.param(["--report", "shot2.opened.png"], 2, "or a result", id="a report over what may be the result"),
        pytest.param(["-o", "x.gif"], 2, "-o x.gif: expected a name ending in .jpg", id="no format that is written"),
        pytest.param(["--quality", "0"], 2, "--quality: expected 1 to 100", id="a quality out of range"),
        pytest.param(["--seed", "-1"], 2, "--seed: expected 0 to", id="a seed out of range"),
        pytest.param(["-o", "there.png"], 3, "there.png is there already", id="taken"),
        pytest.param(["-o", "shot2.png", "--overwrite"], 2, "the original is never replaced", id="a frame"),
    ],
)
def test_best_take_refuses_what_cannot_be_before_it_looks_at_a_photo(
    shots: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    (shots / "there.png").write_text("mine")
    assert main(["best-take", "text.png", "shot2.png", *arguments]) == code  # text.png is no photo, which comes later
    assert says in capsys.readouterr().err
    assert (shots / "there.png").read_text() == "mine"
