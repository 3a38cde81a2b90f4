"""What the page draws, and that nothing that came from outside can become a part of it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.roles import Outcome
from open_the_eyes.service.jobs import Job, JobRequest
from open_the_eyes.web import faces_html, panels, photo_html
from open_the_eyes.web.choices import Capabilities
from open_the_eyes.web.edit_session import Preview, new_session
from open_the_eyes.web.eye_origin import EyeOrigin, NotFrom
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import PhotoFaces
from tests.web.sessions import face, seen, session

EVERYTHING = Capabilities(patient=True, restorer="gfpgan")
HOSTILE = '"><img src=x onerror=alert(1)>.jpg'


def finished(report_outcomes: list[tuple[int, Outcome, str]], *, results: bool = True) -> Job:
    faces = [
        {"id": number, "outcome": outcome, "reason": reason, "source": ""}
        for number, outcome, reason in report_outcomes
    ]
    stored = [{"variation": 1, "name": "result-1.jpg", "bytes": 1_234_567, "faces": [1]}] if results else []
    return Job("0" * 8, JobRequest("v", {}), "done", 3, 0.0, report={"faces": faces}, results=stored)


class Elements(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


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


def test_a_name_cannot_become_a_part_of_the_page() -> None:
    names = (HOSTILE, HOSTILE)
    job = finished([(1, "opened", f"Opened the left eye. {HOSTILE}")])
    parts = [
        panels.arrival(session("closed", names=names), 5, 8),
        panels.done(replace(seen("closed", names=names), final="0" * 8), job),
        panels.notice(HOSTILE, HOSTILE, {"act": "finish", "purpose": HOSTILE}),
        photo_html.shots(session("closed", names=names)),
    ]
    for part in parts:
        assert not [tag for tag, given in Elements(part).tags if "onerror" in given]


def test_the_button_to_try_again_tells_what_it_is_that_failed() -> None:
    tags = Elements(panels.notice("Busy.", "", {"act": "finish", "purpose": "ultra"})).tags
    (button,) = [given for tag, given in tags if tag == "button"]
    assert (button["data-act"], button["data-purpose"]) == ("finish", "ultra")
    assert "button" not in panels.notice("Gone.", "Drop it again.")


def test_faces_that_can_be_chosen_are_buttons_that_say_so_and_the_others_are_not() -> None:
    tags = Elements(photo_html.photo(session("closed", "already_open", "unsure"))).tags
    buttons = {given["data-face"]: given for tag, given in tags if given.get("data-act") == "toggle"}
    assert {number: given["aria-pressed"] for number, given in buttons.items()} == {"1": "true", "3": "false"}
    assert "eyes closed; will be opened" in str(buttons["1"]["aria-label"])
    (anyway,) = [given for tag, given in tags if given.get("data-act") == "anyway"]
    assert (anyway["data-face"], anyway["aria-label"]) == ("2", "Face 2: eyes open; open them anyway")
    tags = Elements(photo_html.photo(session("closed", "profile"))).tags
    (still,) = [(tag, given["aria-label"]) for tag, given in tags if "still" in str(given.get("class"))]
    assert still == ("span", "Face 2: turned too far to the side")


def test_faces_that_seem_open_are_folded_away_in_the_list_until_nobody_else_can_be_chosen() -> None:
    part = faces_html.face_list(session("closed", "already_open", "already_open"))
    assert '<details class="ote-fold"><summary>Eyes open (2)</summary>' in part
    acts = [given["data-face"] for _, given in Elements(part).tags if given.get("data-act") == "anyway"]
    assert acts == ["2", "3"]
    awake = session("already_open", "already_open")
    assert '<details class="ote-fold" open><summary>Eyes open (2)' in faces_html.face_list(awake)
    one = faces_html.face_list(awake.with_even_open([2]))
    assert '<details class="ote-fold" open><summary>Eyes open (1)' in one
    boxes = [given for _, given in Elements(one).tags if given.get("role") == "checkbox"]
    assert [(given["aria-label"], given["aria-checked"]) for given in boxes] == [("Face 2: eyes seem open", "true")]
    assert "<details" not in faces_html.face_list(session("closed", "profile"))


def test_each_face_in_the_list_and_at_its_strip_has_a_picture_to_tell_people_by() -> None:
    one = seen("closed", "unsure", "already_open")
    for part, numbers in ((faces_html.face_list(one), [1, 2, 3]), (photo_html.strips(one), [1, 2])):
        shown = [
            str(given["src"]) for tag, given in Elements(part).tags if tag == "img" and "/face/" in str(given["src"])
        ]
        assert shown == [f"/pictures/{one.job}/face/{number}.jpg" for number in numbers]


def test_eyes_that_seemed_open_come_among_the_strips_of_those_to_be_opened() -> None:
    came = session("already_open", "closed", "unsure").with_even_open([1])
    preview = Preview(came.job, EyeStyles(), {1: (0,), 2: (0,), 3: (0,)}, {})
    part = photo_html.strips(came.with_preview(preview))
    assert re.findall(r'id="strip-(\d)"', part) == ["1", "2", "3"]
    assert "Perhaps closed (1)" in part


def test_the_list_of_faces_ticks_who_is_chosen_and_leaves_out_who_cannot_be() -> None:
    tags = Elements(faces_html.face_list(session("closed", "already_open", "unsure"))).tags
    boxes = {given["data-face"]: given["aria-checked"] for tag, given in tags if given.get("role") == "checkbox"}
    assert boxes == {"1": "true", "3": "false"}
    assert "<p>" not in faces_html.face_list(session("already_open"))  # nobody to be opened, and no reason given


def test_the_list_of_faces_says_why_others_cannot_be_opened_also_where_none_can() -> None:
    part = faces_html.face_list(session("too_small", "too_small", "already_open", "profile"))
    assert re.findall("<p>(.*?)</p>", part) == [
        "Faces 1 and 2: too small to work on.",
        "Face 4: turned too far to the side.",
    ]
    assert "Faces to open" not in part


def test_what_is_chosen_differs_in_more_than_colour() -> None:
    chosen, skipped = (photo_html.photo(one) for one in (session("closed"), session("closed").with_chosen(())))
    assert faces_html.CHECK in chosen
    assert faces_html.CHECK not in skipped


def test_buttons_of_small_faces_grow_until_they_touch() -> None:
    assert photo_html.rooms(session("closed", "profile")) == {1: 1.0}  # where nothing can be chosen, there is room
    assert photo_html.rooms(session("closed", "already_open")) == pytest.approx({1: 0.1, 2: 0.1})
    boxes = {1: Box(0.1, 0.2, 0.12, 0.24), 2: Box(0.15, 0.2, 0.17, 0.24), 3: Box(0.1, 0.6, 0.12, 0.64)}
    faces = tuple(replace(face(number, "closed"), box=box) for number, box in boxes.items())
    crowd = new_session(("school.jpg",), "0" * 8, PhotoFaces((400, 200), faces))
    assert photo_html.rooms(crowd) == pytest.approx({1: 0.05, 2: 0.05, 3: 0.2})
    styles = [str(given["style"]) for tag, given in Elements(photo_html.photo(crowd)).tags if tag == "button"]
    assert styles[1] == "--x:16.00%;--y:22.00%;--w:2.00%;--h:4.00%;--room:5.00cqw"


def test_badges_of_neighbours_do_not_touch_and_have_a_closed_eye_where_there_is_room() -> None:
    crowd, pair = session("closed", "closed", "closed"), session("closed", "already_open")
    plain, size = photo_html.badges(crowd)
    assert size * (plain.edges + photo_html.DIGIT + plain.marks) == pytest.approx(0.1)  # as far apart as they are
    assert photo_html.badge_size(session("closed"), plain) == 1
    assert (photo_html.CLOSED_EYE in photo_html.photo(crowd), photo_html.CLOSED_EYE in photo_html.photo(pair)) == (
        False,
        True,
    )


def test_badges_of_a_crowd_are_tight_and_do_not_touch_on_a_phone() -> None:
    """Forty faces in four rows, each row standing in the gaps of the one before it."""
    width, apart, phone = 0.02, 0.08, 358
    left = [apart * (n % 10) + apart / 2 * (n // 10 % 2) for n in range(40)]
    boxes = [Box(x, top, x + width, top + 0.03) for n, x in enumerate(left) for top in [0.2 + 0.04 * (n // 10)]]
    faces = tuple(replace(face(n, "too_small"), box=box) for n, box in enumerate(boxes, start=1))
    crowd = new_session(("school.jpg",), "0" * 8, PhotoFaces((400, 300), faces))
    badge, size = photo_html.badges(crowd)
    assert badge.name == "tight"
    assert 'class="ote-photo tight"' in photo_html.photo(crowd)
    assert size * phone >= 0.4 * 16  # the least that page.css gives them
    assert photo_html.badge_size(crowd, photo_html.BADGES[1]) * phone < 0.5 * 16  # the usual ones would touch


def test_every_strip_is_a_labelled_group_with_one_choice() -> None:
    tags = Elements(photo_html.strips(seen("closed", "unsure"))).tags
    for number, taken in (("1", "0"), ("2", "")):
        radios = [given for tag, given in tags if tag == "input" and given.get("data-face") == number]
        assert len(radios) == 3
        assert [given["data-attempt"] for given in radios if "checked" in given] == [taken]
        assert all(given["aria-label"] for given in radios)


@pytest.mark.parametrize(
    ("outcomes", "chosen", "order", "is_open"),
    [
        (("unsure", "closed", "unsure", "closed"), (2, 4), ["2", "4", "1", "3"], False),
        (("unsure", "closed"), (1,), ["2", "1"], True),
        (("unsure", "already_open"), (), ["1"], True),
    ],
    ids=["some of each", "an unsure one is chosen", "none is sure"],
)
def test_surely_closed_eyes_come_first_and_the_others_are_folded_until_one_is_chosen(
    outcomes: tuple[Outcome, ...], chosen: tuple[int, ...], order: list[str], is_open: bool
) -> None:
    part = photo_html.strips(seen(*outcomes).with_chosen(chosen))
    assert re.findall(r'id="strip-(\d)"', part) == order
    assert (" open><summary>" in part) is is_open
    assert f"Perhaps closed ({outcomes.count('unsure')})" in part
    assert "Perhaps" not in photo_html.strips(seen("closed"))


def test_a_face_without_new_eyes_says_why_in_the_place_of_its_strip() -> None:
    came = session("closed")
    none = came.with_preview(Preview(came.job, EyeStyles(), {}, {1: ("kept_original", "Left as it was.")}))
    assert "nothing worse than your photo" in photo_html.strips(none)
    assert photo_html.compare(none) == ""


def test_whose_eyes_are_seen_is_said_at_each_strip_and_who_may_be_there_is_asked() -> None:
    one = seen("closed", "closed", names=("a.jpg", HOSTILE))
    assert one.preview is not None
    origins = {
        1: EyeOrigin("reference 1, face 1"),
        2: EyeOrigin("appearance", not_from=(NotFrom("stranger", (2, 1, 3)), NotFrom("stranger", (2, 9, 1)))),
    }
    part = photo_html.strips(replace(one, preview=replace(one.preview, origins=origins)))
    assert re.findall('class="whose">([A-Z][a-z ]*)', part) == ["Their own eyes", "Made up"]
    tags = Elements(part).tags
    assert [given["src"] for _, given in tags if "/shot/" in str(given.get("src"))] == [
        f"/pictures/{one.job}/shot/1/3.jpg"
    ]
    answers = [given for _, given in tags if given.get("data-act") == "same"]
    assert [(given["data-face"], given["data-there"], given["data-answer"]) for given in answers] == [
        ("2", "3", "yes"),
        ("2", "3", "no"),
    ]
    assert not [tag for tag, given in tags if "onerror" in given]
    assert "borrowed" not in photo_html.shots(one)


def questions(part: str) -> list[tuple[str | None, ...]]:
    answers = [given for _, given in Elements(part).tags if given.get("data-answer") == "yes"]
    return [tuple(given[f"data-{name}"] for name in ("face", "shot", "there")) for given in answers]


def test_nobody_is_offered_for_two_faces_at_once_and_whoever_is_somebody_for_none() -> None:
    one = seen("closed", "closed", "closed", names=("a.jpg", "b.jpg"))
    assert one.preview is not None
    origins = {face: EyeOrigin("appearance", not_from=(NotFrom("stranger", (face, 1, 1)),)) for face in (1, 2)}
    origins[3] = EyeOrigin("appearance", not_from=(NotFrom("stranger", (3, 1, 2)),))
    asked = replace(one, preview=replace(one.preview, origins=origins))
    assert questions(photo_html.strips(asked)) == [("1", "1", "1"), ("3", "1", "2")]
    assert questions(photo_html.strips(asked.with_stranger((1, 1, 1)))) == [("2", "1", "1"), ("3", "1", "2")]
    assert questions(photo_html.strips(asked.with_same((1, 1, 1)))) == [("3", "1", "2")]


def test_a_shot_that_looks_like_another_photo_is_asked_about_in_one_folded_line_and_at_no_face() -> None:
    one = seen("closed", "closed", names=("a.jpg", "b.jpg", "c.jpg"))
    assert one.preview is not None
    origins = {
        face: EyeOrigin(
            "appearance", not_from=(NotFrom("stranger", (face, 1, face)), NotFrom("stranger", (face, 2, 1)))
        )
        for face in (1, 2)
    }
    asked = replace(one, preview=replace(one.preview, origins=origins, unrelated=(2,)))
    assert questions(photo_html.strips(asked)) == [("1", "1", "1"), ("2", "1", "2")]
    part = photo_html.shots(asked)
    assert questions(part[part.index("<details") : part.index("</details>")]) == questions(part) == [("1", "2", "1")]
    answered = asked.with_stranger((1, 2, 1)).with_stranger((2, 2, 1))
    assert "<details" not in photo_html.shots(answered)


def test_a_shot_of_none_of_these_people_is_told_to_be_another_photo() -> None:
    one = seen("closed", names=("a.jpg", "b.jpg", HOSTILE))
    assert one.preview is not None
    assert "another photo" not in photo_html.shots(one)
    part = photo_html.shots(replace(one, preview=replace(one.preview, unrelated=(2, 7))))
    assert part.count("looks like another photo") == 1
    assert not [tag for tag, given in Elements(part).tags if "onerror" in given]


def test_pictures_carry_words_for_those_who_do_not_see_them() -> None:
    for part in (photo_html.photo(seen("closed")), photo_html.compare(seen("closed"))):
        for tag, given in Elements(part).tags:
            assert tag != "img" or given["alt"]
            assert tag != "input" or given.get("aria-label") or given["type"] == "radio"


def test_what_is_looked_at_first_is_fetched_before_a_crowds_strips() -> None:
    for part, first in ((photo_html.photo, True), (photo_html.compare, True), (photo_html.strips, False)):
        images = [given for tag, given in Elements(part(seen("closed"))).tags if tag == "img"]
        assert images
        assert all((given.get("fetchpriority") == "high") is first for given in images)


def test_the_file_can_be_made_while_there_are_eyes_and_nothing_else_is_on() -> None:
    ready = seen("closed")
    for one, off in ((ready, False), (ready.with_chosen(()), True), (replace(ready, waiting="x"), True)):
        buttons = [given for tag, given in Elements(panels.finish(one, EVERYTHING)).tags if tag == "button"]
        assert [given.get("aria-disabled") == "true" for given in buttons] == [off] * 3
        assert not any("disabled" in given for given in buttons)  # that takes the focus away
    for none in (session("closed"), seen("already_open")):
        assert panels.finish(none, Capabilities()) == ""


@pytest.mark.parametrize(
    ("chosen", "attempts", "waiting", "said"),
    [
        ((), (0, 2), None, "No face is chosen"),
        ((1,), (), None, "No new eyes came out right"),
        ((1,), (0, 2), None, ""),
        ((), (0, 2), "x", ""),
    ],
    ids=["nobody chosen", "nothing painted", "ready", "under way"],
)
def test_buttons_that_are_off_say_why_unless_it_is_seen(
    chosen: tuple[int, ...], attempts: tuple[int, ...], waiting: str | None, said: str
) -> None:
    preview = Preview("0" * 8, EyeStyles(), {1: attempts} if attempts else {}, {})
    one = replace(session("closed").with_preview(preview), chosen=chosen, waiting=waiting)
    part = panels.finish(one, EVERYTHING)
    assert part.count('aria-describedby="ote-why"') == (3 if said else 0)
    assert (f'<p class="why" id="ote-why">{said}' in part) is bool(said)
    assert said in panels.progress(one)


def test_while_new_eyes_are_under_way_it_is_not_said_that_none_came_out_right() -> None:
    awake = seen("already_open").with_even_open([1])
    assert "No new eyes" in panels.progress(awake)
    under_way = panels.progress(replace(awake, waiting="x"))
    assert "No new eyes" not in under_way
    assert "One face, all eyes open.</p>" in under_way


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
