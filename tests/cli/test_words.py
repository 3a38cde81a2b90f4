"""Reports in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from open_the_eyes.cli import words
from open_the_eyes.edit_record import EarlierEdit
from open_the_eyes.files import EditRecord
from open_the_eyes.origins import Match, NoDonor, NoDonors, Origin, OtherEye, Painted, ReferenceFace
from open_the_eyes.report import FaceReport, Report, StageReport
from open_the_eyes.roles import Outcome
from tests.stand_in import face_report, report_of

SHOT = ReferenceFace("shot2.jpg", 1, 3)


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
        pytest.param(face_report("already_open", before=(1.1, 0.9)), "face 1: already open", id="open"),
        pytest.param(
            face_report("covered", number=3, why="Sunglasses cover the eyes."),
            "face 3: left alone, sunglasses cover the eyes",
            id="covered",
        ),
        pytest.param(face_report("too_small"), "face 1: left alone, the face is too small", id="no reason given"),
        pytest.param(
            face_report("kept_original", why="a seam stayed visible."),
            "face 1: kept as it was, a seam stayed visible",
            id="kept",
        ),
        pytest.param(
            face_report("unsure", no_donor=NoDonors((NoDonor("stranger", "b.jpg", Match(1, SHOT, by_name=True)),))),
            "face 1: left alone, nobody in b.jpg is surely this person (if one is, say which: --match 1=shot2.jpg:3)",
            id="no donor",
        ),
    ],
)
def test_a_face_after_open_is_one_line(face: FaceReport, expected: str) -> None:
    assert words.face_line(face) == expected


@pytest.mark.parametrize(
    ("origin", "source", "expected"),
    [
        (Painted("sdxl quality"), "sdxl quality", ""),
        (SHOT, "shot2.jpg, face 3", ", from shot2.jpg, face 3"),
        (OtherEye(), "their other eye", ", from their other eye"),
        (Painted("sdxl lcm", SHOT), "sdxl lcm, after shot2.jpg, face 3", ", painted after shot2.jpg, face 3"),
        (
            Painted("appearance", SHOT, "turned"),
            "appearance, after shot2.jpg, face 3 (turned)",
            ", painted after shot2.jpg, face 3 (turned)",
        ),
    ],
)
def test_whose_eyes_they_are_is_said_where_they_are_somebodys(origin: Origin, source: str, expected: str) -> None:
    face = replace(face_report("opened", after=(0.98, 1.0)), origin=origin)
    assert face.source == source
    assert words.face_line(face) == f"face 1: opened both eyes (0.21 -> 0.98){expected}"


@pytest.mark.parametrize(
    ("notes", "no_donor", "expected"),
    [
        ((), (), ""),
        ((), (NoDonor("stranger", "b.jpg"),), "; nobody in b.jpg is surely this person"),
        (
            ("The restorer's work was not kept: a seam.",),
            (NoDonor("shut", "b\n.jpg"),),
            "; the restorer's work was not kept: a seam. The eyes are not open in b\\n.jpg either",
        ),
    ],
    ids=["nothing more", "no donor", "two things"],
)
def test_what_a_report_adds_of_opened_eyes_is_said(
    notes: tuple[str, ...], no_donor: tuple[NoDonor, ...], expected: str
) -> None:
    face = face_report("opened", notes=notes, no_donor=NoDonors(no_donor) if no_donor else None, after=(0.98, 1.0))
    assert words.face_line(face) == f"face 1: opened both eyes (0.21 -> 0.98){expected}"
    assert face.reason == " ".join(["Opened the left and the right eye.", face.told()]).rstrip()


@pytest.mark.parametrize(
    ("face", "expected"),
    [
        pytest.param(
            face_report("closed", why="Both eyes are closed."),
            "face 1: both eyes are closed (gap left 0.21, right 0.25); `open` would change that",
            id="closed",
        ),
        pytest.param(
            face_report("closed", why="Only the left eye is closed.", before=(0.2, 1)),
            "face 1: only the left eye is closed (gap left 0.20, right 1.00); `open` would change that",
            id="one eye",
        ),
        pytest.param(
            face_report("already_open", before=(1, 1)),
            "face 1: eyes open (gap left 1.00, right 1.00); `open` would leave it alone",
            id="open",
        ),
        pytest.param(
            face_report("unsure", before=(0.5, 0.6)),
            "face 1: not sure whether the eyes are closed (gap left 0.50, right 0.60);"
            " `open` would leave it alone unless told --all or --faces",
            id="unsure",
        ),
    ],
)
def test_an_inspected_face_says_what_open_would_do(face: FaceReport, expected: str) -> None:
    assert words.inspected_line(face) == expected


def test_inspect_says_what_its_figures_are() -> None:
    *_, last = words.inspected_lines(report_of("a.jpg", face_report("closed")))
    assert last == "  gap: between the lids, 1 is usual; whether an eye is closed is told by how it looks as well"
    assert words.inspected_lines(report_of("a.jpg")) == ["a.jpg", "  no face found"]


def test_faces_of_whom_the_same_is_said_share_a_line() -> None:
    faces = [face_report("skipped", number=n, why="Not among the chosen faces.") for n in (1, 2, 4)]
    faces.insert(2, face_report("already_open", number=3, before=(1.1, 0.9)))
    assert words.face_lines(faces) == [
        "faces 1, 2 and 4: left alone, not among the chosen faces",
        "face 3: already open",
    ]


def test_options_of_an_edit_are_shown_as_they_were_written() -> None:
    options = '{"all": true, "gaze": [0.4, -0.1], "faces": [1, 3], "openness": 1.0, "match": [[1, 1, 3]], "x": "a b"}'
    even_open = [words.option_text("even_open", value) for value in (True, [3])]
    assert even_open == ["--even-open", "even_open [3]"]
    record = EditRecord(engine="appearance", mode="standard", seed=0, version="0.1.0", faces=(), options=options)
    shown = '--all, --gaze 0.4,-0.1, --faces 1,3, --openness 1, match [[1, 1, 3]], --x "a b"'
    assert words.edit_lines("a.jpg", record)[2] == f"  options: {shown}"


@pytest.mark.parametrize(
    ("styles", "shown"),
    [
        (
            [{"face": 2, "eye_color": "blue", "gaze": [0.4, -0.1]}, {"face": 1, "openness": "auto"}],
            "--openness 1=auto --eye-color 2=blue --gaze 2=0.4,-0.1",
        ),
        ("2=blue\n", "styles 2=blue"),
        ([{"face": 2, "eye_color": {"x": 1}}], "styles [{'face': 2, 'eye_color': {'x': 1}}]"),
    ],
    ids=["of two faces", "a text", "what is no colour"],
)
def test_styles_of_faces_are_shown_as_they_were_written_and_whatever_else_a_file_says(styles: Any, shown: str) -> None:
    assert words.option_text("styles", styles).strip() == shown


def test_what_calculated_an_edit_is_shown() -> None:
    record = EditRecord(
        engine="appearance",
        mode="standard",
        seed=0,
        version="0.1.0",
        faces=(),
        processor="Haswell, AVX2",
        libraries="numpy 1.26.4",
    )
    assert words.edit_lines("a.jpg", replace(record, program="0d" * 32))[2:] == [
        "  processor: Haswell, AVX2",
        "  libraries: numpy 1.26.4",
        f"  program: code and models with SHA-256 {'0d' * 32}",
    ]


def test_a_file_names_the_edits_that_its_photo_had_before() -> None:
    earlier = (EarlierEdit("sdxl", (2, 5)), EarlierEdit("old", (), "ab12", '{"eye_color": "green", "seed": 3}'))
    record = EditRecord(
        engine="appearance", mode="standard", seed=0, version="0.1.0", faces=((2, "skipped"),), earlier=earlier
    )
    assert words.edit_lines("a.jpg", record)[2:] == [
        "  edited before: engine sdxl opened face 2, 5",
        "  edited before: engine old opened no face with --eye-color green --seed 3 in the file with SHA-256 ab12",
        "  face 2: not chosen",
    ]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param(report_of("a.jpg"), "no face found: nothing to open, nothing written", id="no face"),
        pytest.param(
            report_of("a.jpg", face_report("unsure")), "nothing opened, nothing written", id="nobody's eyes to be had"
        ),
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


def test_eyes_that_may_be_closed_come_with_the_option_that_opens_them() -> None:
    asked = face_report("unsure", number=3, no_donor=NoDonors((NoDonor("shut", "b.jpg"),)))
    faces = (face_report("unsure", number=1), face_report("already_open", number=2), asked)
    lines = words.opened_lines(report_of("a.jpg", *faces, face_report("unsure", number=4)))
    assert lines[-2:] == [
        "  --all opens eyes that may be closed as well, --faces 1,4 these alone",
        "  nothing opened, nothing written",
    ]


def test_eyes_that_only_seem_open_come_with_the_option_that_opens_them() -> None:
    outcomes: tuple[Outcome, ...] = ("already_open", "covered", "already_open")
    faces = [face_report(outcome, number=number) for number, outcome in enumerate(outcomes, start=1)]
    advice = "  --faces 1,3 --even-open opens eyes that only seem open"
    report = report_of("a.jpg", *faces)
    assert words.opened_lines(report)[-2] == advice
    assert advice not in words.opened_lines(report, even_open=True)  # both eyes of each are hidden
    assert advice not in words.opened_lines(replace(report, engine="reference"))
    done = report_of("a.jpg", *faces, face_report(after=(1, 1)), outputs=("b.jpg",))
    assert advice not in words.opened_lines(done)


def test_no_option_is_advised_where_only_a_reference_helps() -> None:
    report = replace(report_of("a.jpg", face_report("unsure")), engine="reference")
    assert not [line for line in words.opened_lines(report) if "--all" in line]


def test_the_profile_is_a_tree_and_branches_are_not_counted_twice() -> None:
    stages = (StageReport("generate", 3.0, 100.0), StageReport("generate/score", 1.0), StageReport("save", 1.0))
    branches = words._branches(stages, "", 4.0, "")
    assert [line.split("s", 1)[1].strip() for line in branches] == [
        "|- generate   75 %    100 MiB",
        "|  `- score   25 %",
        "`- save       25 %",
    ]


def test_a_name_with_line_breaks_and_escapes_stays_one_line() -> None:
    lines = words.opened_lines(report_of("a\nb.jpg", outputs=("c\x1b.jpg",)))
    assert lines == ["a\\nb.jpg", "  written: c\\x1b.jpg"]
    assert words.profile_lines(report_of("a\nb.jpg"))[0].endswith("s  a\\nb.jpg")


def test_a_reason_that_names_a_file_stays_one_line() -> None:
    face = face_report("kept_original", why="the eyes of b\n.jpg did not fit.")
    assert words.face_line(face) == "face 1: kept as it was, the eyes of b\\n.jpg did not fit"
    assert "\n" not in words.inspected_line(face)
