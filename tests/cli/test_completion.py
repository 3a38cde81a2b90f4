"""Shells complete commands and options, and what cannot be done is said as everywhere else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from open_the_eyes.cli import main
from open_the_eyes.cli.completion import VARIABLE
from tests.cli.test_cli import PROGRAM, Captured


def run(*arguments: str, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The program as a bash starts it."""
    line = ["bash", "-c", '"$@"; exit $?', "bash", PROGRAM, *arguments]
    environment = {**os.environ, "HOME": str(home), **variables}
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {VARIABLE: "complete_bash", "COMP_WORDS": "open-the-eyes b", "COMP_CWORD": "1"},
            ["batch", "best-take", "bench"],
            id="commands in bash",
        ),
        pytest.param(
            {VARIABLE: "complete_bash", "COMP_WORDS": "open-the-eyes open --var", "COMP_CWORD": "2"},
            ["--variations"],
            id="options in bash",
        ),
        pytest.param(
            {VARIABLE: "complete_bash", "COMP_WORDS": "open-the-eyes open fam", "COMP_CWORD": "2"},
            [],
            id="photos are left to bash",
        ),
        pytest.param(
            {VARIABLE: "complete_zsh", "_TYPER_COMPLETE_ARGS": "open-the-eyes insp"},
            [
                "_arguments",
                "'*:",
                ':(("inspect":"List',
                "the",
                "faces",
                "and",
                "how",
                "open",
                "their",
                "eyes",
                "are.\"))'",
            ],
            id="commands in zsh",
        ),
        pytest.param(
            {VARIABLE: "complete_zsh", "_TYPER_COMPLETE_ARGS": "open-the-eyes open fam"}, ["_files"], id="photos in zsh"
        ),
    ],
)
def test_shells_are_told_what_may_come(
    variables: dict[str, str], words: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert (out.split(), err) == (words, "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_script_for_a_shell_is_printed(shell: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"source_{shell}")
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert f"{VARIABLE}=complete_{shell}" in out
    assert err == ""


def test_it_is_installed_in_the_home_folder_alone_and_works(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()
    home.mkdir()
    line = ["bash", "-c", f'cd "{here}"; "{PROGRAM}" --install-completion; exit $?']
    done = subprocess.run(line, env={**os.environ, "HOME": str(home)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written == ["home/.bash_completions/open-the-eyes.sh", "home/.bashrc"]

    words = "COMP_WORDS=(open-the-eyes insp); COMP_CWORD=1"
    asked = f'source "{home}/.bashrc"; {words}; _open_the_eyes_completion "{PROGRAM}"; echo "${{COMPREPLY[@]}}"'
    answer = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout == "inspect\n"


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("--install-completion", home=tmp_path / "file")
    assert done.returncode == 3
    assert done.stderr.startswith(f"open-the-eyes: --install-completion: expected to write {tmp_path}/file")


def test_a_script_that_cannot_be_printed_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAM],
            env={**os.environ, VARIABLE: "source_bash"},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.endswith("expected to print the script, got: No space left on device.\n")


@pytest.mark.parametrize("value", ["bogus", "source_tcsh", "print_bash"])
def test_what_no_shell_asks_is_a_wrong_command(value: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    assert main([]) == 2
    said = f"open-the-eyes: {VARIABLE}: expected such as source_bash, got {value}; unset it.\n"
    assert capsys.readouterr() == ("", said)


def test_outside_any_known_shell_it_is_said_to_need_one(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer._completion_shared._get_shell_name", lambda: None)
    assert main(["--install-completion"]) == 2
    said = "open-the-eyes: --install-completion: expected to be run in bash, zsh, fish or PowerShell; run it in one.\n"
    assert capsys.readouterr().err == said


def test_on_windows_powershell_is_not_let_run_any_script(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("open_the_eyes.cli.completion.os", type("Windows", (), {"name": "nt", "environ": os.environ}))
    assert main(["--install-completion"]) == 2
    assert "put what --show-completion prints into $PROFILE" in capsys.readouterr().err


def test_completion_by_hand_that_lacks_the_words_is_told(tmp_path: Path) -> None:
    done = run(home=tmp_path, **{VARIABLE: "complete_bash"})
    assert done.returncode == 2
    assert done.stderr.startswith(f"open-the-eyes: {VARIABLE}: expected a shell that also tells what is typed")


def test_a_script_for_a_closed_stdout_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f'"{PROGRAM}" --show-completion >&-; exit $?'],
        env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert "stdout is closed" in done.stderr
