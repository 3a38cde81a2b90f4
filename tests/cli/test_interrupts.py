"""Ctrl-C ends a command with 130, also where a library turns it into an error of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from open_the_eyes.cli import interrupts, main, several
from open_the_eyes.cli.exits import BUG, exit_code_of
from open_the_eyes.cli.interrupts import INTERRUPTED
from open_the_eyes.report import Report
from tests.stand_in import report_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent in another way there")


@pytest.fixture(autouse=True)
def _as_in_a_terminal() -> Iterator[None]:
    """A shell's background job starts with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def swallowed() -> None:
    """What a module in C does that Ctrl-C meets while it is loaded."""
    try:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(5)
    except KeyboardInterrupt:
        sys.excepthook(*sys.exc_info())
        raise ImportError("initialization failed") from None


def plain() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(5)


@pytest.mark.parametrize("run", [swallowed, plain])
def test_an_error_that_ctrl_c_became_is_no_bug(run: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(run)
    before = sys.excepthook
    assert exit_code_of(run, debug=False) == INTERRUPTED
    assert capsys.readouterr().err == "open-the-eyes: interrupted; each file that is there is whole.\n"
    assert sys.excepthook is before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_commands_run_with_tracebacks_of_ctrl_c_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[object] = []
    monkeypatch.setattr("open_the_eyes.cli.speech.say", lambda _: hooks.append(sys.excepthook))
    assert main(["--version"]) == 0
    assert hooks == [interrupts._print_others]


def test_ctrl_c_while_the_commands_are_loaded_is_one_line_and_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loading:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "open_the_eyes.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "open_the_eyes.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Loading(), *sys.meta_path])
    assert main(["--version"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "open-the-eyes: interrupted; each file that is there is whole.\n")


def test_the_same_error_without_ctrl_c_is_one() -> None:
    def broken() -> None:
        raise ImportError("initialization failed")

    assert exit_code_of(swallowed, debug=False) == INTERRUPTED
    assert exit_code_of(broken, debug=False) == BUG


def test_of_several_photos_none_is_begun_after_it() -> None:
    begun: list[Path] = []

    def work(photo: Path, number: int) -> Report:
        begun.append(photo)
        swallowed()
        raise AssertionError(number)

    photos = [Path("a.jpg"), Path("b.jpg")]
    assert exit_code_of(lambda: several.each(photos, work, debug=False), debug=False) == INTERRUPTED
    assert begun == photos[:1]


@pytest.mark.usefixtures("stand_in")
def test_what_was_done_before_it_is_reported_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for name, said in (("a.jpg", "blink"), ("b.jpg", "broken"), ("c.jpg", "interrupt"), ("d.jpg", "blink")):
        Path(name).write_text(said)
    photos = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert main(["open", *photos, "--json", "--report", "all.json"]) == INTERRUPTED
    printed, err = capsys.readouterr()
    told = json.loads(printed)
    assert [report["input"]["path"] for report in told["reports"]] == ["a.jpg"]
    assert [failure["path"] for failure in told["failed"]] == ["b.jpg"]
    assert Path("all.json").read_text() == printed
    assert err.splitlines()[-1] == "open-the-eyes: interrupted; each file that is there is whole."
    assert not Path("d.opened.jpg").exists()


def test_a_photo_whose_result_is_being_saved_is_finished_and_reported() -> None:
    done: list[several.Results] = []

    def work(photo: Path, number: int) -> Report:
        with interrupts.held():
            os.kill(os.getpid(), signal.SIGINT)
            return report_of(f"{number} {photo}")

    def run() -> None:
        done.append(several.each([Path("a.jpg"), Path("b.jpg")], work, debug=False))
        done[0].raise_if_incomplete()

    assert exit_code_of(run, debug=False) == INTERRUPTED
    assert [report.input.path for report in done[0].reports] == ["1 a.jpg"]


def test_a_second_ctrl_c_ends_the_saving_too() -> None:
    reached: list[int] = []

    def run() -> None:
        with interrupts.held():
            for number in (1, 2, 3):
                reached.append(number)
                os.kill(os.getpid(), signal.SIGINT)

    assert exit_code_of(run, debug=False) == INTERRUPTED
    assert reached == [1, 2]


def test_a_command_that_has_said_how_it_was_stopped_is_not_contradicted(capsys: pytest.CaptureFixture[str]) -> None:
    def batch() -> None:
        raise SystemExit(INTERRUPTED)

    assert exit_code_of(batch, debug=False) == INTERRUPTED
    assert capsys.readouterr().err == ""


def test_who_listens_already_goes_on_alone() -> None:
    def theirs(*_: object) -> None: ...

    before = signal.signal(signal.SIGINT, theirs)
    try:
        with interrupts.listening():
            assert signal.getsignal(signal.SIGINT) is theirs
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_listened_to() -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(exit_code_of(lambda: 0, debug=False)))
    thread.start()
    thread.join()
    assert codes == [0]
