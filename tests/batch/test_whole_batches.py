"""Whole batches in processes of their own, with the real engine: killed, stopped, gone on with."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from open_the_eyes.batch.leftovers import owner_of
from tests.batch.conftest import BLINKS, PROGRAM, finished, pictures, started, states


@pytest.fixture(scope="module")
def first_out(shoot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shoot done by two workers."""
    out = tmp_path_factory.mktemp("first") / "out"
    code, _, err = finished(started(shoot, out, "--workers", "2"))
    assert code == 6, err
    return out


def wait_until(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_two_workers_write_the_files_that_open_writes(first_out: Path, by_open: Mapping[str, bytes]) -> None:
    assert pictures(first_out) == by_open


def test_the_same_command_again_does_nothing_and_says_so(first_out: Path, shoot: Path) -> None:
    before = states(first_out)
    code, out, err = finished(started(shoot, first_out, "--json"))
    assert (code, states(first_out)) == (6, before)
    assert f"done already: {BLINKS + 2} of {BLINKS + 2} photos" in err
    told = json.loads(out)
    assert (told["opened"], told["unchanged"], told["failed"]) == (BLINKS, 1, 1)
    assert told["this_run"]["photos"] == 0


def test_other_options_are_refused_rather_than_mixed(first_out: Path, shoot: Path) -> None:
    code, _, err = finished(started(shoot, first_out, "--seed", "5"))
    assert code == 2
    assert "expected results of the same options" in err


def test_the_summary_names_every_photo(first_out: Path) -> None:
    told = json.loads((first_out / "open-the-eyes.batch/summary.json").read_text())
    assert len(told["results"]) == told["photos"] == BLINKS + 2
    (bad,) = [one for one in told["results"] if one["state"] == "failed"]
    assert bad["photo"] == "day2/broken.jpg"
    assert "this is text" in bad["error"]


def test_the_summary_says_of_every_face_and_result_what_the_report_says(first_out: Path) -> None:
    told = json.loads((first_out / "open-the-eyes.batch/summary.json").read_text())
    by_name = {one["photo"]: one for one in told["results"]}
    assert by_name["day2/open.jpg"]["reasons"] == ["Both eyes are open."]
    assert by_name["day1/blink0.jpg"]["outputs"][0]["encoding"] == "coefficients"
    assert by_name["day1/blink0.jpg"]["outputs"][0]["notes"] == []
    (note,) = by_name["day1/blink1.jpg"]["outputs"][0]["notes"]
    assert note.startswith("Behind the picture the file keeps 23 bytes")
    assert told["with_notes"] == 1


def test_a_batch_that_is_killed_goes_on_where_it_was(shoot: Path, by_open: Mapping[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(shoot, out, "--workers", "2")
    wait_until(lambda: len(states(out)) >= 2)
    process.kill()
    process.communicate()
    finished_before = {json.loads(line)["name"] for line in states(out)}
    assert 2 <= len(finished_before) < BLINKS, "it was killed in the middle"
    left_over = out / f"day1/.open-the-eyes-{owner_of(out)}{16 * 'a'}.part"  # as a kill in mid-writing leaves it
    left_over.write_bytes(b"half a file")
    untouched = {
        path: path.stat().st_mtime_ns for path in out.rglob("*.opened.*") if _name(path, out) in finished_before
    }

    code, _, err = finished(started(shoot, out, "--workers", "2"))
    assert code == 6
    assert f"done already: {len(finished_before)} of {BLINKS + 2} photos" in err
    assert pictures(out) == by_open  # all right, none twice, nothing half written beside them
    names = [json.loads(line)["name"] for line in states(out)]
    assert sorted(names) == sorted(set(names)), "only the unfinished were done"
    assert all(path.stat().st_mtime_ns == before for path, before in untouched.items())


def test_ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on(
    shoot: Path, by_open: Mapping[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = started(shoot, out, "--workers", "1", "--copy", "--keep-names")
    wait_until(lambda: len(states(out)) >= 2)
    process.send_signal(signal.SIGINT)
    code, said, err = finished(process)
    assert code == 130
    assert err.splitlines()[-1].endswith("the same command goes on from here.")
    assert "not done yet" in said
    assert "Traceback" not in err

    code, _, _ = finished(started(shoot, out, "--copy", "--keep-names", "--workers", "1"))
    assert code == 6
    expected = {name.replace(".opened", ""): data for name, data in by_open.items()}
    assert pictures(out) == expected | {"day2/open.jpg": (shoot / "day2/open.jpg").read_bytes()}


@pytest.mark.skipif(os.name == "nt", reason="has no terminals of this kind")
def test_a_closed_terminal_finishes_what_is_in_hand_and_leaves_a_summary(shoot: Path, tmp_path: Path) -> None:
    import fcntl
    import termios

    def with_terminal() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever runs the tests may ignore it, as nohup does
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    out, (here, there) = tmp_path / "out", os.openpty()
    command = [*PROGRAM, "batch", str(shoot), str(out), "--workers", "1"]
    environment = os.environ | {"OTE_DEVICE": "cpu", "TERM": "xterm"}
    process = subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env=environment, preexec_fn=with_terminal
    )
    os.close(there)

    def is_under_way() -> bool:
        if select.select([here], [], [], 0)[0]:
            os.read(here, 1 << 16)  # what it has shown: it would wait for room
        return len(states(out)) >= 2

    wait_until(is_under_way)
    os.close(here)
    assert process.wait(60) > 0, "it has ended by itself"
    told = json.loads((out / "open-the-eyes.batch/summary.json").read_text())
    assert 2 <= told["opened"] < BLINKS
    assert told["opened"] == len(states(out)) == len(pictures(out))


def test_what_failed_is_tried_again_when_asked(shoot: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes((shoot / "day1/blink0.jpg").read_bytes())
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.opened.jpg").write_text("somebody's")
    code, _, err = finished(started(photos, tmp_path / "out", "--workers", "1"))
    assert (code, (tmp_path / "out/a.opened.jpg").read_text()) == (6, "somebody's")
    assert "--overwrite replaces it" in err

    (tmp_path / "out/a.opened.jpg").unlink()
    assert finished(started(photos, tmp_path / "out", "--retry-failed"))[0] == 0
    assert (tmp_path / "out/a.opened.jpg").exists()


def _name(result: Path, out: Path) -> str:
    return result.relative_to(out).as_posix().replace(".opened", "")
