"""The program from outside: help, version, streams and the way out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from open_the_eyes.cli import main, progress, speech
from open_the_eyes.errors import PhotoNotWritten
from open_the_eyes.version import __version__

PROGRAM: Final = str(Path(sys.executable).with_name("open-the-eyes"))
Captured = pytest.CaptureFixture[str]


def test_version(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"open-the-eyes {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]], ids=["nothing", "--help", "-h"])
def test_the_program_introduces_itself(capsys: Captured, arguments: list[str]) -> None:
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "open-the-eyes open family.jpg" in out
    assert "Exit codes: 0 done" in out
    assert "..." not in out.partition("Commands:")[2]


@pytest.mark.parametrize("command", ["open", "inspect", "demo", "doctor"])
def test_every_command_shows_examples(capsys: Captured, command: str) -> None:
    assert main([command, "--help"]) == 0
    assert f"Examples:\n    open-the-eyes {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", ["open", "batch", "best-take", "inspect", "show-edit", "fetch", "bench compare", "bench survey tally"]
)
def test_help_is_free_of_pythons_types(capsys: Captured, command: str) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert "str" not in capsys.readouterr().out.partition("Arguments:")[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        pytest.param(
            ["opne"], "No such command 'opne'. Did you mean 'open'? See `open-the-eyes --help`.", id="command"
        ),
        pytest.param(
            ["batch", "a", "b", "--faces", "1"], "No such option: --faces. It is one of `open`. See", id="of another"
        ),
        pytest.param(["open", "--strip-gps=1"], "'--strip-gps' does not take a value. See", id="a value too much"),
        pytest.param(["open"], "Missing argument 'PHOTO'. See `open-the-eyes open --help`.", id="no photo"),
        pytest.param(["demo", "x"], "(x). See `open-the-eyes demo --help`.", id="too much"),
        pytest.param(["show-edit", *["a.jpg"] * 999], " ... See `open-the-eyes show-edit --help`.", id="a pattern"),
        pytest.param(["open", "a.jpg", "--seed"], "Option '--seed' requires an argument.", id="no value"),
    ],
)
def test_a_mistyped_command_line_is_one_line_and_code_2(capsys: Captured, arguments: list[str], line: str) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert len(err) < 300
    assert line in err


def test_who_names_a_photo_and_no_command_is_told_the_command(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["my family.jpg"]) == 2
    assert "To open" not in capsys.readouterr().err
    (tmp_path / "my family.jpg").touch()
    assert main(["my family.jpg"]) == 2
    said = "To open the eyes in it: `open-the-eyes open 'my family.jpg'`. See `open-the-eyes --help`."
    assert capsys.readouterr().err == f"open-the-eyes: No such command 'my family.jpg'. {said}\n"


def test_a_reader_who_leaves_early_gets_no_complaint() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [PROGRAM, "open", "--help"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [
        ("2>&-", 0, ""),
        ("<&- 2>&-", 0, ""),
        ("1>&-", 3, "open-the-eyes: expected to print the result, stdout is closed; print it elsewhere.\n"),
        ("<&- 1>&- 2>&-", 3, ""),
    ],
)
def test_a_result_for_a_closed_stdout_is_told_and_other_closed_streams_are_no_error(
    closed: str, code: int, said: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" --version {closed}', PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, said)


def test_without_a_stdout_the_address_of_the_page_keeps_nobody_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    speech.prepare()
    speech.show("Open The Eyes is at http://127.0.0.1:1")
    with pytest.raises(PhotoNotWritten, match="stdout is closed"):
        speech.say("a result")
    sys.stdout.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["--version", "open -h"])
def test_a_full_disk_under_stdout_is_one_line_and_code_3(arguments: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAM, *arguments.split()], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert done.stderr.startswith("open-the-eyes: expected to print the result, got: No space left")
    assert len(done.stderr.splitlines()) == 1


def test_any_file_name_can_be_told_in_any_encoding(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [PROGRAM, "open", "großmutter.jpg"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_off_a_terminal_progress_is_one_plain_line_a_photo(capsys: Captured) -> None:
    with progress.shown("a.jpg", 2, 3) as tell:
        tell("detect", 0.5)
        tell("blend", 1.0)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "2/3 a.jpg ...\n")


def test_a_name_with_line_breaks_and_escapes_stays_one_line(capsys: Captured) -> None:
    with progress.shown("a\nb\x1b[31mö.jpg"):
        pass
    assert capsys.readouterr().err == "a\\nb\\x1b[31mö.jpg ...\n"


CONTROLS: Final = {"C0": "\x1b", "C1": "\x9b", "line separator": "\u2028", "override": "\u202e", "isolate": "\u2066"}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_no_name_steers_the_terminal_whoever_tells_it(capsys: Captured, control: str) -> None:
    speech.say(f"a\nb{control}c.jpg")
    speech.note(f"a\nb{control}c.jpg")
    assert [said.splitlines() for said in capsys.readouterr()] == [["a", f"b{repr(control)[1:-1]}c.jpg"]] * 2


@pytest.mark.parametrize(
    "name", ["größe 日本.jpg", "می\u200cخواهم.jpg", "👨\u200d👩.jpg", "11.02.33\u202fPM.png", "\udcff.jpg"]
)
def test_names_in_any_script_are_told_as_they_are(name: str) -> None:
    assert speech.printable(name) == name


def test_on_a_terminal_progress_is_a_bar_and_stdout_stays_free(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.shown("a [red].jpg") as tell:
        tell("detect", 0.5)
    out, err = capsys.readouterr()
    assert out == ""
    assert "a [red].jpg" in err
