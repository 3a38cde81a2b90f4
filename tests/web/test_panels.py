"""What the page draws, and that nothing that came from outside can become a part of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from open_the_eyes.roles import Outcome
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.web import arrival_html, panels, photo_html
from open_the_eyes.web.choices import Capabilities
from open_the_eyes.web.edit_session import Preview
from open_the_eyes.web.eye_styles import EyeStyles
from tests.web.markup import HOSTILE, Elements
from tests.web.sessions import seen, session

EVERYTHING = Capabilities(patient=True, restorer="gfpgan")


def finished(report_outcomes: list[tuple[int, Outcome, str]], *, results: bool = True) -> Job:
    faces = [
        {"id": number, "outcome": outcome, "reason": reason, "source": ""}
        for number, outcome, reason in report_outcomes
    ]
    stored = [{"variation": 1, "name": "result-1.jpg", "bytes": 1_234_567, "faces": [1]}] if results else []
    return Job("0" * 8, JobRequest("v", {}), "done", 3, 0.0, report={"faces": faces}, results=stored)


@pytest.mark.parametrize(
    ("name", "stored", "file"),
    [
        ("photo.jpg", "result-1.jpg", "photo.opened.jpg"),
        ("Ada & Max.JPEG", "result-1.jpg", "Ada & Max.opened.JPEG"),
        ("scan.tiff", "result-1.tif", "scan.opened.tiff"),
        ("really-a-png.jpg", "result-1.png", "really-a-png.opened.png"),
        ("archive.tar.jpg", "result-1.jpg", "archive.tar.opened.jpg"),
        ("photo", "result-1.webp", "photo.opened.webp"),
        ("../../etc/passwd", "result-1.jpg", "passwd.opened.jpg"),
        ("C:\\photos\\ada.jpg", "result-1.jpg", "ada.opened.jpg"),
        ("", "result-1.jpg", "photo.opened.jpg"),
        ("..", "result-1.jpg", "photo.opened.jpg"),
        ("a\r\nSet-Cookie: b.jpg", "result-1.jpg", "aSet-Cookie b.opened.jpg"),
        ("x" * 300 + ".jpg", "result-1.jpg", "x" * 116 + ".opened.jpg"),
        ("猫.jpg", "result-1.jpg", "猫.opened.jpg"),
    ],
)
def test_the_file_is_called_after_the_photo_whatever_that_is_called(name: str, stored: str, file: str) -> None:
    assert panels.file_name(name, stored) == file


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("photo", "photo"),
        ("photo.jpg", "photo<wbr>.jpg"),
        ("st_hill-1_.tar.jpg", "st_<wbr>hill-<wbr>1_<wbr>.tar<wbr>.jpg"),
        ("_", "_"),
        (".jpg", ".jpg"),
        ("a_<b>.jpg", "a_<wbr>&lt;b&gt;<wbr>.jpg"),
    ],
)
def test_a_long_name_breaks_between_its_words_and_never_within_its_suffix(name: str, drawn: str) -> None:
    assert arrival_html.breakable(name) == drawn
    assert f"<strong>{drawn}</strong>" in arrival_html.arrival(session("closed", names=(name,)), 5, 8)


def test_a_name_cannot_become_a_part_of_the_page() -> None:
    names = (HOSTILE, HOSTILE)
    job = finished([(1, "opened", f"Opened the left eye. {HOSTILE}")])
    parts = [
        arrival_html.arrival(session("closed", names=names), 5, 8),
        panels.done(replace(seen("closed", names=names), final="0" * 8), job),
        panels.notice(HOSTILE, HOSTILE, {"act": "finish", "purpose": HOSTILE}),
        photo_html.shots(session("closed", names=names)),
    ]
    for part in parts:
        assert not [tag for tag, given in Elements(part).tags if "onerror" in given]


def test_what_is_asked_before_a_photo_takes_the_place_of_another_is_there_to_ask() -> None:
    for one in (None, session("closed")):
        (facts,) = [
            given["data-facts"] for _, given in Elements(arrival_html.arrival(one, 5, 8)).tags if "data-facts" in given
        ]
        assert "is deleted" in json.loads(facts or "")["instead"]


def test_the_button_to_try_again_tells_what_it_is_that_failed() -> None:
    tags = Elements(panels.notice("Busy.", "", {"act": "finish", "purpose": "ultra"})).tags
    (button,) = [given for tag, given in tags if tag == "button"]
    assert (button["data-act"], button["data-purpose"]) == ("finish", "ultra")
    assert "button" not in panels.notice("Gone.", "Drop it again.")


def test_the_file_can_be_made_while_there_are_eyes_and_nothing_else_is_on() -> None:
    ready = seen("closed")
    for one, off in ((ready, False), (ready.with_chosen(()), True), (replace(ready, waiting="x"), True)):
        buttons = [given for tag, given in Elements(panels.finish(one, EVERYTHING)).tags if tag == "button"]
        assert [given.get("aria-disabled") == "true" for given in buttons] == [off] * 3
        assert not any("disabled" in given for given in buttons)  # that takes the focus away
    for none in (session("closed"), seen("already_open")):
        assert panels.finish(none, Capabilities()) == ""


def test_the_button_whose_file_is_there_fetches_that() -> None:
    ready = replace(seen("closed"), purpose="ultra")
    for one, again in ((ready, []), (replace(ready, final="0" * 8), ["ultra"])):
        buttons = [given for tag, given in Elements(panels.finish(one, EVERYTHING)).tags if tag == "button"]
        assert [given["data-purpose"] for given in buttons if "data-again" in given] == again


@pytest.mark.parametrize(
    ("chosen", "attempts", "waiting", "said", "way_on"),
    [
        ((), (0, 2), None, "No face is chosen.", "Press it to open them."),
        ((1,), (), None, "There are no new eyes.", "No new eyes came out right. Another shot"),
        ((1,), (0, 2), None, "", ""),
        ((), (0, 2), "x", "", ""),
    ],
    ids=["nobody chosen", "nothing painted", "ready", "under way"],
)
def test_buttons_that_are_off_say_why_and_the_line_above_says_once_what_to_do(
    chosen: tuple[int, ...], attempts: tuple[int, ...], waiting: str | None, said: str, way_on: str
) -> None:
    preview = Preview("0" * 8, EyeStyles(), {1: attempts} if attempts else {}, {})
    one = replace(session("closed").with_preview(preview), chosen=chosen, waiting=waiting)
    part = panels.finish(one, EVERYTHING)
    assert part.count('aria-describedby="ote-why"') == (3 if said else 0)
    assert (f'<p class="why" id="ote-why">{said}<' in part) is bool(said)
    assert way_on in panels.progress(one)
    if said:
        assert said not in panels.progress(one)
        assert way_on not in part


def test_nothing_to_fetch_where_nothing_was_changed() -> None:
    kept = replace(seen("closed"), final="0" * 8)
    part = panels.done(kept, finished([(1, "kept_original", "")], results=False))
    assert "Nothing was changed" in part
    assert "data-fetch" not in part


def test_the_file_is_offered_while_it_can_be_taken() -> None:
    ready = seen("closed")
    assert "take the file" in panels.progress(ready)
    assert "take the file" not in panels.progress(replace(ready, waiting="x"))


@pytest.mark.parametrize(("results", "said"), [(True, "Your photo is ready, one face opened."), (False, "Nothing was")])
def test_a_screen_reader_is_told_that_the_file_is_there_or_that_there_is_none(results: bool, said: str) -> None:
    over = replace(seen("closed"), final="0" * 8)
    assert f'<p role="status" tabindex="-1">{said}' in panels.progress(over, finished([], results=results))


def test_faces_of_whom_the_same_is_said_share_a_line_and_the_opened_ones_come_first() -> None:
    outcomes: list[Outcome] = ["already_open", "already_open", "already_open", "closed", "already_open", "closed"]
    job = finished([(n, "opened" if n in (4, 6) else "already_open", "") for n in range(1, 7)])
    part = panels.done(replace(seen(*outcomes), final="0" * 8), job)
    assert part.count("<li") == 2
    assert re.findall("<strong>(.*?)</strong>", part) == ["Faces 4 and 6.", "Faces 1 to 3 and 5."]


def test_what_of_the_photos_file_is_not_in_the_new_one_is_said_once_and_as_text() -> None:
    job, opened = finished([(1, "opened", "Opened both eyes.")]), replace(seen("closed"), final="0" * 8)
    assert "notes" not in panels.done(opened, job)
    told = {"notes": ["The source's <depth> map cannot go along."]}
    part = panels.done(opened, replace(job, report={**(job.report or {}), "outputs": [told, told]}))
    assert part.count("The source&#x27;s &lt;depth&gt; map cannot go along.") == 1


def test_while_new_eyes_are_under_way_it_is_not_said_that_none_came_out_right() -> None:
    awake = seen("already_open").with_even_open([1])
    assert "No new eyes" in panels.progress(awake)
    under_way = panels.progress(replace(awake, waiting="x"))
    assert "No new eyes" not in under_way
    assert "One face, all eyes open.</p>" in under_way


def test_what_a_file_is_for_is_said_where_there_is_a_choice_alone() -> None:
    assert "for sharing" not in panels.finish(seen("closed"), Capabilities())
    assert "for sharing" in panels.finish(seen("closed"), EVERYTHING)
