"""`open` in front of a stand-in: what goes where, what it leaves with, and that an error is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from open_the_eyes.cli import main
from tests.stand_in import StandIn, photos

pytestmark = pytest.mark.usefixtures("stand_in")
Captured = pytest.CaptureFixture[str]


def files() -> set[str]:
    return {path.as_posix() for path in Path().rglob("*") if path.is_file()}


def test_a_file_that_begins_like_an_option_is_told_of(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, stand_in: StandIn
) -> None:
    Path("-dash.jpg").write_text("blink")
    monkeypatch.setattr("sys.argv", ["open-the-eyes", "open", "-dash.jpg"])
    assert main(["open", "-dash.jpg"]) == 2
    assert "If -dash.jpg is a photo, write ./-dash.jpg" in capsys.readouterr().err
    assert stand_in.calls == []


def test_the_result_lands_beside_the_photo_and_the_line_says_what_was_done(capsys: Captured) -> None:
    assert main(["open", *photos("blink")]) == 0
    assert files() == {"photo1.jpg", "photo1.opened.jpg"}
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "photo1.jpg",
        "  face 1: opened both eyes (0.21 -> 0.97)",
        "  written: photo1.opened.jpg",
    ]
    assert err.splitlines() == ["engine: appearance, the only one here", "photo1.jpg ..."]


def test_the_quality_is_that_of_the_file(stand_in: StandIn) -> None:
    assert main(["open", *photos("blink"), "--quality", "80"]) == 0
    assert stand_in.saved == [{"quality": 80, "credentials": None}]


@pytest.mark.parametrize("out", [[], ["-o", "out.jpg"]], ids=["no -o", "-o"])
def test_where_no_eye_was_closed_nothing_is_written_and_it_is_said(capsys: Captured, out: list[str]) -> None:
    assert main(["open", *photos("open"), *out]) == 0
    assert files() == {"photo1.jpg"}
    assert "nothing to open, nothing written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "option"),
    [(["open"], "-o"), (["open"], "--report"), (["inspect"], "--annotate"), (["best-take", "photo2.jpg"], "-o")],
    ids=["open", "report", "inspect", "best-take"],
)
def test_where_nothing_can_be_written_the_name_is_told_as_it_was_typed(
    command: list[str], option: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = photos("blink")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert main([*command, *given, option, "f.jpg"]) == 3
    said = f"open-the-eyes: {option} f.jpg: expected a folder that can be written, {Path.cwd()} is not. Name another."
    assert capsys.readouterr().err.splitlines()[-1] == said


@pytest.mark.parametrize(
    ("command", "option"),
    [(["open"], "-o"), (["inspect"], "--annotate"), (["best-take", "photo2.jpg"], "-o")],
    ids=["open", "inspect", "best-take"],
)
def test_a_name_without_an_ending_is_said_to_be_a_file(command: list[str], option: str, capsys: Captured) -> None:
    said = f"{option} opened: a file in the photo's own format; the name of a folder ends in /"
    Path("there").mkdir()
    for out, expected in {"opened": 1, "new/": 0, "there": 0, "out.jpg": 0}.items():
        main([*command, *photos("blink"), option, out])
        assert capsys.readouterr().err.splitlines().count(said) == expected


def test_a_folder_that_cannot_be_made_is_refused_before_any_photo_is_touched(
    capsys: Captured, stand_in: StandIn
) -> None:
    Path("file").touch()
    assert main(["open", *photos("blink", "blink"), "-o", "file/new/"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        f"open-the-eyes: -o file/new/: expected a folder that can be written, {Path('file').absolute()} is not."
        " Name another."
    ]
    assert stand_in.calls == []


def test_patterns_are_spelt_out_where_no_shell_did() -> None:
    photos("blink", "blink")
    Path("photo2.jpg").rename("photo2.JPG")
    assert main(["open", "photo*.jpg"]) == 0
    assert files() >= {"photo1.opened.jpg", "photo2.opened.JPG"}


def test_several_photos_go_into_a_folder_that_is_made(capsys: Captured) -> None:
    assert main(["open", *photos("blink", "blink"), "-o", "new/folder"]) == 0
    assert files() >= {"new/folder/photo1.opened.jpg", "new/folder/photo2.opened.jpg"}
    assert "2/2 photo2.jpg ..." in capsys.readouterr().err


def test_a_photo_that_is_named_twice_is_opened_once(stand_in: StandIn) -> None:
    names = photos("blink", "blink")
    assert main(["open", *names, "./photo1.jpg", "new/../photo2.jpg", "-o", "opened/"]) == 0
    assert [path.name for path, _ in stand_in.calls] == names


def test_one_bad_photo_never_stops_the_rest(capsys: Captured) -> None:
    assert main(["open", *photos("broken", "bug", "memory", "blink")]) == 6
    assert "photo4.opened.jpg" in files()
    err = capsys.readouterr().err
    assert "open-the-eyes: photo1.jpg: expected a photo, got text." in err
    assert "open-the-eyes: photo2.jpg: this is a bug of ours (ZeroDivisionError" in err
    assert "open-the-eyes: photo3.jpg: not enough memory" in err
    assert err.splitlines()[-1].startswith("open-the-eyes: 3 of 4 photos failed")
    assert "Traceback" not in err


def test_a_full_disk_stops_the_rest(capsys: Captured, stand_in: StandIn) -> None:
    assert main(["open", *photos("blink", "broken", "full", "blink"), "--report", "all.json"]) == 3
    assert [path.name for path, _ in stand_in.calls] == ["photo1.jpg", "photo2.jpg", "photo3.jpg"]
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "open-the-eyes: photo3.jpg: photo3.opened.jpg: expected to write here, got: no room; make room.",
        "open-the-eyes: stopped, the disk is full. Done so far: 1 of 4 photos; once there is room, name the others "
        "again.",
    ]
    told = json.loads(Path("all.json").read_text())
    assert [len(told[key]) for key in ("reports", "failed")] == [1, 2]


def test_where_all_failed_no_rest_is_spoken_of(capsys: Captured) -> None:
    assert main(["open", *photos("broken", "broken")]) == 6
    assert capsys.readouterr().err.splitlines()[-1] == "open-the-eyes: 2 of 2 photos failed, named above."


@pytest.mark.parametrize(
    ("said", "code", "line"),
    [
        pytest.param("broken", 3, "photo1.jpg: expected a photo, got text", id="unreadable"),
        pytest.param("memory", 5, "not enough memory", id="no memory"),
        pytest.param("bug", 1, "this is a bug of ours (ZeroDivisionError: division by zero)", id="bug"),
        pytest.param("interrupt", 130, "interrupted", id="ctrl-c"),
    ],
)
def test_an_error_is_one_line_and_a_code(capsys: Captured, said: str, code: int, line: str) -> None:
    assert main(["open", *photos(said)]) == code
    out, err = capsys.readouterr()
    messages = [message for message in err.splitlines() if message.startswith("open-the-eyes: ")]
    assert out == ""
    assert len(messages) == 1
    assert line in messages[0]
    assert files() == {"photo1.jpg"}


def test_debug_shows_the_traceback(capsys: Captured) -> None:
    assert main(["open", *photos("bug"), "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["--mode", "best"], "--mode: expected one of fast, standard", id="mode"),
        pytest.param(["--variations", "17"], "variations: expected 1 to 16, got 17", id="too many variations"),
        pytest.param(["--variations", "two"], "--variations: expected a whole number, got two", id="variations"),
        pytest.param(["--seed", "-1"], "--seed: expected 0 to", id="seed"),
        pytest.param(["--quality", "high"], "--quality: expected a whole number, got high", id="quality in words"),
        pytest.param(["--quality", "101"], "--quality: expected 1 to 100, got 101", id="too high a quality"),
        pytest.param(["--faces", "1,x"], "--faces: expected numbers such as 1,3; got 1,x", id="faces"),
        pytest.param(["--openness", "0_1"], "a number such as 0.9; got 0_1", id="a slip for 0.1"),
        pytest.param(["--gaze", "0_1,0"], "two numbers such as 0.3,-0.1; got 0_1,0", id="a slip in a pair"),
        pytest.param(["--faces", "1_3"], "--faces: expected numbers such as 1,3; got 1_3", id="a slip for 1,3"),
        pytest.param(["--seed", "1_000"], "--seed: expected a whole number, got 1_000", id="grouped digits"),
        pytest.param(["--seed", "\uff14"], "--seed: expected a whole number, got \uff14", id="full-width digits"),
        pytest.param(["--faces", "0"], "faces: numbers go from 1 to 10,000, got 0", id="face 0"),
        pytest.param(["--faces", ""], "--faces: expected numbers", id="no faces"),
        pytest.param(["--eye-color", "pink"], "--eye-color: expected one of auto, brown", id="colour"),
        pytest.param(["--gaze", "1"], "--gaze: expected auto, or two numbers", id="gaze"),
        pytest.param(
            ["--gaze", "0,2"],
            "--gaze: expected two numbers from -1 to 1, such as 0.3,-0.1; got 0,2.",
            id="gaze out of range",
        ),
        pytest.param(["--gaze", "nan,0"], "--gaze: expected two numbers from -1 to 1", id="gaze not a number"),
        pytest.param(["--openness", "wide"], "--openness: expected auto, or a number", id="openness"),
        pytest.param(["--openness", "nan"], "openness: expected 0 to 1.5", id="openness not a number"),
        pytest.param(["--restorer", "magic"], "restorer: expected one of none", id="restorer"),
        pytest.param(["--fidelity", "2"], "fidelity: expected 0 to 1", id="fidelity"),
        pytest.param(["--opennes", "1"], "No such option: --opennes", id="unknown option"),
        pytest.param(["--report", "photo1.jpg"], "this is one of the files given", id="report over photo"),
        pytest.param(["--report", "photo1.opened.jpg"], "this is one of the files given", id="report over result"),
        pytest.param(
            ["-o", "w.jpg", "--variations", "2", "--report", "w.2.jpg", "--overwrite"],
            "this is one of the files given",
            id="report over a numbered result",
        ),
        pytest.param(["-o", "photo1.jpg", "--overwrite"], "the original is never replaced", id="output is the photo"),
    ],
)
def test_usage_is_refused_before_any_photo_is_touched(
    capsys: Captured, stand_in: StandIn, arguments: list[str], expected: str
) -> None:
    assert main(["open", *photos("blink"), *arguments]) == 2
    assert expected in capsys.readouterr().err
    assert stand_in.calls == []
    assert Path("photo1.jpg").read_text() == "blink"


@pytest.mark.parametrize("written", ["-o", "--report"])
@pytest.mark.parametrize("read", ["cert", "key"])
def test_certificate_and_key_are_never_replaced(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, stand_in: StandIn, written: str, read: str
) -> None:
    monkeypatch.setattr("open_the_eyes.files.Credentials.load", lambda *_: None)
    for name in ("cert", "key"):
        Path(name).write_text(name)
    signing = ["--c2pa-cert", "cert", "--c2pa-key", "key"]
    assert main(["open", *photos("blink"), *signing, written, read, "--overwrite"]) == 2
    assert "one of the files given" in capsys.readouterr().err
    assert Path(read).read_text() == read
    assert stand_in.calls == []


def test_even_open_eyes_are_opened_of_faces_that_are_named(stand_in: StandIn, capsys: Captured) -> None:
    assert main(["open", *photos("blink"), "--faces", "2,1", "--even-open"]) == 0
    assert stand_in.calls[0][1].choose.even_open is True
    assert main(["open", "photo1.jpg", "--even-open"]) == 2
    said = capsys.readouterr().err
    assert "--even-open: expected faces named by number beside it, got none; name them, or leave it out." in said
    assert "List them: open-the-eyes inspect PHOTO" in said
    assert len(stand_in.calls) == 1


def test_options_reach_the_product(stand_in: StandIn) -> None:
    given = "--mode fast --variations 3 --seed 7 --faces 3,1 --all --eye-color green --gaze -0.3,0.1 --openness 0.8"
    assert main(["open", *photos("blink"), *given.split()]) == 0
    options = stand_in.calls[0][1]
    assert (options.choose.faces, options.choose.all) == ((3, 1), True)
    assert (options.generate.mode, options.generate.variations, options.generate.seed) == ("fast", 3, 7)
    assert (options.generate.eye_color, options.generate.gaze, options.generate.openness) == ("green", (-0.3, 0.1), 0.8)


@pytest.mark.parametrize(
    ("variations", "existing"),
    [("1", "photo1.opened.jpg"), ("2", "photo1.opened.2.jpg")],
    ids=["one result", "second variation"],
)
def test_nothing_is_overwritten_unless_asked(capsys: Captured, variations: str, existing: str) -> None:
    arguments = ["open", *photos("blink"), "--variations", variations]
    Path(existing).write_text("mine")
    assert main(arguments) == 3
    assert f"{existing} is there already; --overwrite replaces it" in capsys.readouterr().err
    assert Path(existing).read_text() == "mine"
    assert main([*arguments, "--overwrite"]) == 0


def test_an_earlier_result_among_the_photos_is_advised_to_be_left_out(capsys: Captured) -> None:
    assert main(["open", *photos("blink")]) == 0
    assert main(["open", "photo1.jpg", "photo1.opened.jpg", "--overwrite"]) == 6
    told = capsys.readouterr().err
    assert "photo1.opened.jpg is one of the files given; the original is never replaced. Name another place, " in told
    assert 'or put the pattern into quotes ("*.jpg"), which leaves out earlier results.' in told
    assert main(["open", "*.jpg", "--overwrite"]) == 0


@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_no_folder_is_a_photo(capsys: Captured, folder: str) -> None:
    assert main(["open", folder]) == 2
    assert f"{folder}: expected a photo, got a folder" in capsys.readouterr().err


def test_a_folder_is_refused_with_the_next_move(capsys: Captured) -> None:
    Path("album").mkdir()
    assert main(["open", "album"]) == 2
    assert (
        "album: expected a photo, got a folder. Name the photos in it, such as album/*.jpg." in capsys.readouterr().err
    )


def test_a_pattern_that_matches_nothing_is_named(capsys: Captured) -> None:
    assert main(["open", "*.jpg"]) == 2
    assert "got a pattern that matches none" in capsys.readouterr().err


def test_profile_prints_a_tree_of_stages(capsys: Captured) -> None:
    assert main(["open", *photos("open"), "--profile"]) == 0
    assert "`- detect   75 %    200 MiB" in capsys.readouterr().out


def test_a_file_name_with_line_breaks_and_markup_stays_one_line(capsys: Captured) -> None:
    name = "two\nlines [red].jpg"
    Path(name).write_text("broken")
    assert main(["open", name]) == 3
    assert capsys.readouterr().err.splitlines()[-1].startswith("open-the-eyes: two lines [red].jpg")
