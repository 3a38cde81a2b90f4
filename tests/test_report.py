"""The report as JSON: one schema."""

from __future__ import annotations

import json
from dataclasses import replace

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import MatchOptions, Options
from open_the_eyes.origins import Match, NoDonor, NoDonors, ReferenceFace
from open_the_eyes.report import EyeReport, FaceReport, InputReport, OutputReport, Report, StageReport
from open_the_eyes.version import __version__

FACE = FaceReport(
    id=2,
    box=Box(1.26, 2, 30.04, 44.999),
    outcome="opened",
    why="",
    eyes={"right": EyeReport(1.04), "left": EyeReport(0.12345, 0.98765)},
    variation_scores=(0.123456, -1.0),
    variation_attempts=(3, 0),
)
REPORT = Report(
    input=InputReport("a/b.jpg", "00ff", (640, 480), "JPEG"),
    engine="appearance",
    mode="standard",
    seed=7,
    faces=(FACE,),
    stages=(StageReport("detect", 0.123456, 99.99), StageReport("save", 1.0)),
    outputs=(OutputReport("a/b.opened.jpg", "11aa"),),
)


def test_the_report_is_the_schema_to_the_letter() -> None:
    assert REPORT.to_json() == {
        "version": __version__,
        "input": {
            "path": "a/b.jpg",
            "sha256": "00ff",
            "size_wh": [640, 480],
            "format": "JPEG",
            "painted": False,
            "unrelated": False,
        },
        "references": [],
        "engine": "appearance",
        "mode": "standard",
        "seed": 7,
        "faces": [
            {
                "id": 2,
                "box_ltrb": [1.3, 2, 30.0, 45.0],
                "outcome": "opened",
                "reason": "Opened the left eye.",
                "eyes": {
                    "left": {"openness_before": 0.123, "openness_after": 0.988},
                    "right": {"openness_before": 1.04, "openness_after": None},
                },
                "variation_scores": [0.1235, -1.0],
                "variation_attempts": [3, 0],
                "source": "",
                "no_donor": [],
            }
        ],
        "stages": [
            {"name": "detect", "seconds": 0.1235, "peak_ram_mib": 100.0, "peak_vram_mib": None},
            {"name": "save", "seconds": 1.0, "peak_ram_mib": None, "peak_vram_mib": None},
        ],
        "outputs": [{"path": "a/b.opened.jpg", "sha256": "11aa", "encoding": "whole", "notes": []}],
    }


def test_why_nobody_gave_eyes_is_told_with_who_it_would_have_been_as_the_option_takes_it() -> None:
    there = Match(2, ReferenceFace("reference 3", 3, 1), by_name=False)
    told = replace(FACE, no_donor=NoDonors((NoDonor("stranger", "reference 3", there),))).to_json()["no_donor"]
    assert told == [{"why": "stranger", "match": [2, 3, 1]}]
    assert MatchOptions(match=(tuple(told[0]["match"]),)).match == ((2, 3, 1),)


def test_how_to_say_who_it_is_is_told_in_words_of_whoever_asks() -> None:
    there = Match(2, ReferenceFace("b.jpg", 3, 1), by_name=True)
    told = replace(FACE, no_donor=NoDonors((NoDonor("uncertain", "b.jpg", there),)))
    said = "Opened the left eye. It is not certain which face in b.jpg is this person's (say which with {})."
    assert told.reason == said.format("match=[[2, 3, 1]]")
    assert told.to_json()["reason"] == said.format("--match 2=b.jpg:1")
    assert told.reason_naming("--match") == told.to_json()["reason"]
    assert Options.of(match=[[2, 3, 1]]).match.match == ((2, 3, 1),)


def test_it_survives_the_way_through_json() -> None:
    assert json.loads(json.dumps(REPORT.to_json())) == REPORT.to_json()


def test_left_comes_before_right_whatever_the_order_of_measuring() -> None:
    assert list(FACE.to_json()["eyes"]) == ["left", "right"]


def test_a_photo_without_faces_or_file_has_a_report_too() -> None:
    bare = replace(REPORT, input=InputReport(None, "", (1, 1), None), faces=(), stages=(), outputs=())
    told = bare.to_json()
    assert told["input"] == {
        "path": None,
        "sha256": "",
        "size_wh": [1, 1],
        "format": None,
        "painted": False,
        "unrelated": False,
    }
    assert told["faces"] == told["stages"] == told["outputs"] == []
