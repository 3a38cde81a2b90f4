"""Reports in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open_the_eyes.cli import words
from open_the_eyes.edit_record import EarlierEdit
from open_the_eyes.files import EditRecord
from open_the_eyes.report import FaceReport, Report, StageReport
from tests.stand_in import face_report, report_of


@pytest.mark.parametrize(
    ("face", "expected"),
    [
        pytest.param(
            face_report("opened", number=2, before=(0.21, 0.3), after=(1.02, 0.98)),
            "face 2: opened both eyes (0.21 -> 0.98)",
            id="both eyes, the less open one counts",
        ),
        pytest.param(
            face_report("opened", before=(1.0, 0.3), after=(None, 0.95)),
            "face 1: opened the right eye (0.30 -> 0.95)",
            id="one eye",
        ),
        pytest.param(face_report("already_open", before=(1.1, 0.9)), "face 1: already open (0.90)", id="open"),
        pytest.param(
            face_report("covered", number=3, reason="Sunglasses cover the eyes."),
            "face 3: left alone, sunglasses cover the eyes",
            id="covered",
        ),
        pytest.param(face_report("too_small"), "face 1: left alone, the face is too small", id="no reason given"),
        pytest.param(
            face_report("kept_original", reason="A seam stayed visible."),
            "face 1: kept as it was, a seam stayed visible",
            id="kept",
        ),
        pytest.param(
            face_report("kept_original", reason="Left as it was: the eyes disagree."),
            "face 1: kept as it was, the eyes disagree",
            id="kept, said once",
        ),
    ],
)
def test_a_face_after_open_is_one_line(face: FaceReport, expected: str) -> None:
    assert words.face_line(face) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("appearance", "(0.21 -> 0.98)"),
        ("sdxl lcm", "(0.21 -> 0.98)"),
        ("sdxl quality", "(0.21 -> 0.98)"),
        ("sdxl lcm.jpg, face 1", "(0.21 -> 0.98), from sdxl lcm.jpg, face 1"),
        ("shot2.jpg, face 3", "(0.21 -> 0.98), from shot2.jpg, face 3"),
        ("appearance.jpg, face 1", "(0.21 -> 0.98), from appearance.jpg, face 1"),
        ("their other eye", "(0.21 -> 0.98), from their other eye"),
        ("sdxl standard, after shot2.jpg, face 3 (turned)", "(0.21 -> 0.98), painted after shot2.jpg, face 3 (turned)"),
    ],
)
def test_whose_eyes_they_are_is_said_where_they_are_somebodys(source: str, expected: str) -> None:
    face = replace(face_report("opened", after=(0.98, 1.0)), source=source)
    assert words.face_line(face) == f"face 1: opened both eyes {expected}"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Opened the left and the right eye.", ""),
        ("Opened the right eye. Nobody in b.jpg is surely this person.", "; nobody in b.jpg is surely this person"),
        (
            "Opened the left eye. The restorer's work was not kept: a seam. The eyes are not open in b\n.jpg either.",
            "; the restorer's work was not kept: a seam. The eyes are not open in b\\n.jpg either",
        ),
    ],
    ids=["nothing more", "no donor", "two things"],
)
def test_what_a_report_adds_of_opened_eyes_is_said(reason: str, expected: str) -> None:
    line = words.face_line(face_report("opened", reason=reason, after=(0.98, 1.0)))
    assert line == f"face 1: opened both eyes (0.21 -> 0.98){expected}"


@pytest.mark.parametrize(
    ("face", "expected"),
    [
        pytest.param(
            face_report("closed", reason="Both eyes are closed."),
            "face 1: both eyes are closed (left 0.21, right 0.25); `open` would open them",
            id="closed",
        ),
        pytest.param(
            face_report("already_open", before=(1, 1)),
            "face 1: eyes open (left 1.00, right 1.00); `open` would leave it alone",
            id="open",
        ),
        pytest.param(
            face_report("unsure", before=(0.5, 0.6)),
            "face 1: not sure whether the eyes are closed (left 0.50, right 0.60);"
            " `open` would leave it alone unless told --all or --faces",
            id="unsure",
        ),
    ],
)
def test_an_inspected_face_says_what_open_would_do(face: FaceReport, expected: str) -> None:
    assert words.inspected_line(face) == expected


def test_a_file_names_the_edits_that_its_photo_had_before() -> None:
    earlier = (EarlierEdit("sdxl", (2, 5)), EarlierEdit("old", ()))
    record = EditRecord("appearance", "standard", 0, "0.1.0", ((2, "skipped"),), earlier=earlier)
    assert words.edit_lines("a.jpg", record)[2:] == [
        "  edited before: engine sdxl opened face 2, 5",
        "  edited before: engine old opened no face",
        "  face 2: not chosen",
    ]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param(report_of("a.jpg"), "no face found: nothing to open, nothing written", id="no face"),
        pytest.param(
            report_of("a.jpg", face_report("profile")), "nothing to open, nothing written", id="no closed eye"
        ),
        pytest.param(
            report_of("a.jpg", face_report("kept_original"), face_report("already_open")),
            "no eye could be opened well enough: nothing written",
            id="verification failed",
        ),
        pytest.param(
            report_of("a.jpg", face_report(after=(1, 1)), outputs=("b.jpg",)), "written: b.jpg", id="something written"
        ),
    ],
)
def test_a_photo_ends_with_where_its_result_is(report: Report, expected: str) -> None:
    assert words.opened_lines(report)[-1] == f"  {expected}"


def test_the_profile_is_a_tree_and_branches_are_not_counted_twice() -> None:
    stages = (StageReport("generate", 3.0, 100.0), StageReport("generate/score", 1.0), StageReport("save", 1.0))
    branches = words._branches(stages, "", 4.0, "")
    assert [line.split("s", 1)[1].strip() for line in branches] == [
        "|- generate   75 %  100 MiB",
        "|  `- score   25 %",
        "`- save   25 %",
    ]


def test_a_name_with_line_breaks_and_escapes_stays_one_line() -> None:
    lines = words.opened_lines(report_of("a\nb.jpg", outputs=("c\x1b.jpg",)))
    assert lines == ["a\\nb.jpg", "  written: c\\x1b.jpg"]
    assert words.profile_lines(report_of("a\nb.jpg"))[0].endswith("s  a\\nb.jpg")


def test_a_reason_that_names_a_file_stays_one_line() -> None:
    face = face_report("kept_original", reason="The eyes of b\n.jpg did not fit.")
    assert words.face_line(face) == "face 1: kept as it was, the eyes of b\\n.jpg did not fit"
    assert "\n" not in words.inspected_line(face)
