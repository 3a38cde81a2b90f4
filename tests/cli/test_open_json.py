"""What `open --json` prints, and --report keeps, in front of a stand-in."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from open_the_eyes.cli import main, speech
from tests.stand_in import StandIn, photos

pytestmark = pytest.mark.usefixtures("stand_in")
Captured = pytest.CaptureFixture[str]


def test_json_is_the_report_alone_for_one_photo(capsys: Captured) -> None:
    assert main(["open", *photos("blink"), "--json", "--profile"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["faces"][0]["outcome"] == "opened"
    assert report["outputs"][0]["path"] == "photo1.opened.jpg"


def test_json_is_ascii_so_that_every_encoding_of_stdout_carries_it(capsys: Captured) -> None:
    name = "fé😀.jpg"
    Path(name).write_text("blink")
    assert main(["open", name, "--json", "--report", "report.json"]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed)["input"]["path"] == name
    assert Path("report.json").read_bytes() == printed.encode()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is Unicode")
def test_json_tells_a_name_that_is_no_utf8_so_that_it_can_be_made_again(capsys: Captured) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    Path(name).write_text("blink")
    assert main(["open", name, "--json"]) == 0
    printed = capsys.readouterr().out
    assert r'"caf\udce9.jpg"' in printed
    assert os.fsencode(json.loads(printed)["outputs"][0]["path"]) == b"caf\xe9.opened.jpg"


def test_json_of_several_photos_holds_reports_and_failures(capsys: Captured) -> None:
    assert main(["open", *photos("blink", "broken"), "--json", "--report", "all.json"]) == 6
    printed = capsys.readouterr().out
    everything = json.loads(printed)
    assert [report["input"]["path"] for report in everything["reports"]] == ["photo1.jpg"]
    assert [failure["path"] for failure in everything["failed"]] == ["photo2.jpg"]
    assert Path("all.json").read_text() == printed


def test_json_of_one_photo_that_failed_names_it_as_among_several(capsys: Captured) -> None:
    Path("one.json").write_text("what an earlier run left")
    assert main(["open", *photos("broken"), "--json", "--report", "one.json", "--overwrite"]) == 3
    printed, err = capsys.readouterr()
    error = "photo1.jpg: expected a photo, got text. Name a JPEG."
    assert json.loads(printed) == {"reports": [], "failed": [{"path": "photo1.jpg", "error": error}]}
    assert Path("one.json").read_text() == printed
    assert err.splitlines()[-1] == f"open-the-eyes: {error}"


def test_a_run_that_was_interrupted_prints_no_json(capsys: Captured) -> None:
    assert main(["open", *photos("interrupt"), "--json"]) == 130
    assert capsys.readouterr().out == ""


def test_without_a_stdout_results_are_written_and_a_report_that_nobody_can_read_is_refused(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, stand_in: StandIn
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    speech.prepare()
    given = ["open", *photos("blink")]
    try:
        assert main([*given, "--json"]) == 3
        assert "stdout is closed" in capsys.readouterr().err
        assert not stand_in.calls
        assert main(given) == 0
    finally:
        sys.stdout.close()
    assert "closed" not in capsys.readouterr().err
    assert Path("photo1.opened.jpg").exists()
