"""`batch`: what is refused before any work."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from open_the_eyes.batch.stop_signals import HANGUP, STOP_SIGNALS
from open_the_eyes.batch.worker import WorkerSlot
from open_the_eyes.cli import main, speech
from open_the_eyes.cli.batch import command as batch_command
from open_the_eyes.cli.batch import places as batch_places
from open_the_eyes.cli.batch import words as batch_words
from open_the_eyes.cli.batch.places import RunOptions
from open_the_eyes.cli.batch.stop import BatchStop
from open_the_eyes.errors import SomePhotosFailed
from open_the_eyes.files import EditRecord, write
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, acting, configs, photos, planned


@pytest.mark.parametrize("ignored", STOP_SIGNALS)
def test_a_signal_that_is_ignored_stays_so(ignored: signal.Signals) -> None:
    before = signal.signal(ignored, signal.SIG_IGN)
    try:
        with BatchStop() as stop:
            os.kill(os.getpid(), ignored)
            assert not stop.asked
        assert signal.getsignal(ignored) is signal.SIG_IGN
    finally:
        signal.signal(ignored, before)


@pytest.mark.parametrize("first", STOP_SIGNALS)
@pytest.mark.parametrize("second", STOP_SIGNALS)
def test_the_second_signal_ends_a_batch_at_once_unless_the_terminal_was_closed(
    first: signal.Signals, second: signal.Signals
) -> None:
    before = {number: signal.signal(number, signal.SIG_DFL) for number in STOP_SIGNALS}
    try:
        with BatchStop() as stop:
            os.kill(os.getpid(), first)
            assert stop.asked
            with nullcontext() if second == HANGUP else pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), second)
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == (signal.SIG_DFL, signal.SIG_DFL)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_two_hangups_at_once_are_one() -> None:
    if HANGUP is None:
        pytest.skip("this system does not tell of a closed terminal")
    before = signal.signal(HANGUP, signal.SIG_DFL)
    try:
        with BatchStop() as stop:
            for _ in range(2):  # the second while the first is being heard
                stop._heard(HANGUP, None)
            assert stop.asked
    finally:
        signal.signal(HANGUP, before)


def test_a_closed_terminal_is_no_result_that_could_not_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty", reason="this system has no terminals of that kind")
    ours, theirs = pty.openpty()
    os.close(ours)
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        speech.say("the summary")


@pytest.mark.parametrize("count", [0, 11])
def test_results_with_notes_are_counted_where_there_are_some(count: int) -> None:
    lines = summary_of(with_notes=count)
    assert any(line.startswith(f"notes: on {count} results, such as") for line in lines) == bool(count)


def test_a_summary_of_one_photo_says_photo() -> None:
    run: dict[str, Any] = {"photos": 1, "seconds": 2.0, "photos_per_second": 0.5}
    run |= {"still_there_of_other_options": ["a.opened.jpg"], "replaced_although_changed": ["a.opened.jpg"]}
    lines = summary_of(
        photos=1, opened=1, left_out=1, left_out_files={"film": {"files": 1}}, with_notes=1, this_run=run
    )
    assert not [line for line in lines if re.search(r"\b1 \w+s\b", line.replace("0.5 a second", ""))]


def test_faces_whose_eyes_may_still_be_closed_are_counted() -> None:
    assert not any(line.startswith("faces left alone") for line in summary_of(faces={"already_open": 9, "opened": 2}))
    lines = summary_of(unchanged=4, faces={"already_open": 9, "kept_original": 1, "opened": 2, "unsure": 3})
    assert lines[0] == "0 photos: 0 opened, 4 unchanged, 0 failed"
    assert lines[1] == "faces left alone: 1 kept original, 3 unsure; the summary says why"


@pytest.mark.parametrize(
    ("out", "told", "command"),
    [
        pytest.param("my out", {}, "'my out-again' --all", id="not asked for yet"),
        pytest.param("x/out/", {"mode": "ultra"}, "x/out-again --mode ultra --all", id="with its options"),
        pytest.param(".", {"all": True, "seed": 4}, "opened-again --all --seed 5", id="tried: with another seed"),
    ],
)
def test_photos_to_look_at_are_told_with_the_command_that_goes_on(out: str, told: dict[str, Any], command: str) -> None:
    asked = {"out": out, "options": told, "engine": "appearance"}
    lines = summary_of(to_look_at=2, look_list="look-at-these.txt", **asked)
    assert lines[-3] == 'look at: 2 photos with eyes that may still be closed, under "Look at these" in the sheet'
    assert lines[-1].strip() == f"open-the-eyes batch look-at-these.txt {command}"
    assert not any("batch" in line for line in summary_of(to_look_at=2, **asked)), "at an address there is no list"


def test_kept_results_are_named_with_what_replaces_them() -> None:
    names = [f"{n}.opened.jpg" for n in range(7)]
    assert summary_of(kept=1, kept_results=names[:1])[:2] == [
        "0 photos: 0 opened, 0 unchanged, 1 kept, 0 failed",
        "kept: changed since the batch wrote it, 0.opened.jpg; --overwrite --overwrite-changed replaces what is kept",
    ]
    assert "4.opened.jpg, ...; --overwrite" in summary_of(kept=7, kept_results=names)[1]


def summary_of(**counts: Any) -> Sequence[str]:
    told: dict[str, Any] = dict.fromkeys(("photos", "opened", "unchanged", "kept", "failed", "not_done", "left_out"), 0)
    told |= {"with_notes": 0, "kept_results": [], "to_look_at": 0, "look_list": None}
    run = {"photos": 0, "still_there_of_other_options": [], "replaced_although_changed": []}
    places = {"summary": "s.json", "sheet": "s.html"}
    return batch_words.summary_lines({**told, "faces": {}, "this_run": run, **places, **counts})


@pytest.mark.parametrize(
    ("said", "words"), [(("broken", "open"), "; the rest is done, --retry"), (("broken", "broken"), "; --retry")]
)
def test_where_all_photos_failed_no_rest_is_spoken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: tuple[str, str], words: str
) -> None:
    plan = planned(photos(tmp_path / "in", a=said[0], b=said[1]), tmp_path / "out")
    (config,) = configs(plan.out, [WorkerSlot()])
    do = acting(replace(config, fingerprint=SPEC.fingerprint))
    monkeypatch.setattr(batch_places, "executor_for", lambda *_: lambda items, _: (do(item) for item in items))
    run_options = RunOptions(None, None, retry_failed=False, patience=1, ray=None, gpus_each=0)
    with pytest.raises(SomePhotosFailed, match=rf"{said.count('broken')} of 2 photos failed, named in \S+{words}"):
        batch_command._run(plan, None, SPEC, run_options, Settings(), as_json=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--gpus-each", "1"], "--gpus-each: expected --ray beside it", id="GPUs without a cluster"),
        pytest.param(["--gpus-each", "one"], "--gpus-each: expected a number", id="no number"),
        pytest.param([""], "OUT: expected a folder for the results, got nothing", id="an empty name"),
        pytest.param(["--overwrite-changed"], "expected --overwrite beside it", id="half of what replaces all"),
        pytest.param(["--patience", "0"], "--patience: expected seconds above 0", id="no patience"),
    ],
)
def test_options_that_cannot_work_are_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    (tmp_path / "a.jpg").write_text("a photo")
    assert main(["batch", str(tmp_path / "a.jpg"), str(tmp_path / "out"), *arguments]) == 2
    assert says in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_a_reference_that_was_painted_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_command, "_decided", lambda *_, **__: None)
    monkeypatch.setattr(batch_command, "_run", lambda *_, **__: None)
    pixels, record = (
        Photo(np.zeros((16, 16, 3), np.uint8)),
        EditRecord(engine="sdxl", mode="fast", seed=0, version="0.1.0", faces=((1, "opened"),)),
    )
    write(pixels, tmp_path / "a.png", record=None)
    for name, edit in (("shot.png", None), ("made.png", record)):
        write(pixels, tmp_path / name, record=edit)
        assert main(["batch", str(tmp_path / "a.png"), str(tmp_path / "out"), "--reference", str(tmp_path / name)]) == 0
        warning = f"warning: --reference {tmp_path / name}: open-the-eyes made this file"
        assert (warning in capsys.readouterr().err) == (name == "made.png")


def test_an_out_that_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("an engine was loaded")

    monkeypatch.setattr("open_the_eyes.engine.load_engine", never)
    monkeypatch.setattr("os.access", lambda path, _: Path(path).name != "shut")  # root may write everywhere
    (tmp_path / "shut").mkdir()
    (tmp_path / "a.jpg").write_text("a photo")
    out = tmp_path / "shut" / "new"
    assert main(["batch", str(tmp_path / "a.jpg"), str(out)]) == 3
    assert f"OUT {out}: expected a folder that can be written" in capsys.readouterr().err


def test_what_ray_lacks_is_said_with_what_brings_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("open_the_eyes.cli.batch.places.find_spec", lambda _: None)
    assert main(["batch", "in", "out", "--ray", "local"]) == 2
    said = "open-the-eyes: --ray: expected its libraries, fsspec and ray not installed; install them: pip install "
    assert capsys.readouterr().err == f'{said}"open-the-eyes[ray]".\n'
