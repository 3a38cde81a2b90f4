"""What the page draws on and below the photo: faces, badges, strips of eyes, and whose eyes these are."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.roles import Outcome
from open_the_eyes.web import face_badges, faces_html, photo_html
from open_the_eyes.web.edit_session import Preview, new_session
from open_the_eyes.web.eye_origin import EyeOrigin, NotFrom
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import PhotoFaces
from tests.web.markup import HOSTILE, Elements
from tests.web.sessions import face, seen, session


def test_faces_that_can_be_chosen_are_buttons_that_say_so_and_the_others_are_not() -> None:
    tags = Elements(photo_html.photo(session("closed", "already_open", "unsure"))).tags
    buttons = {given["data-face"]: given for tag, given in tags if given.get("data-act") == "toggle"}
    assert {number: given["aria-pressed"] for number, given in buttons.items()} == {"1": "true", "3": "false"}
    assert "eyes closed; will be opened" in str(buttons["1"]["aria-label"])
    (shown,) = [given for tag, given in tags if "data-show" in given]
    assert (shown["data-show"], shown["aria-label"]) == ("2", "Face 2: eyes open; show in the list")
    assert "data-act" not in shown  # a slip of a finger must not give new eyes
    tags = Elements(photo_html.photo(session("closed", "profile"))).tags
    (still,) = [(tag, given["aria-label"]) for tag, given in tags if "still" in str(given.get("class"))]
    assert still == ("span", "Face 2: turned too far to the side")


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
    drawn = face_badges.badges(crowd)
    plain, size = drawn.shape, drawn.size
    assert size * (plain.edges + face_badges.DIGIT + plain.marks) == pytest.approx(0.1)  # as far apart as they are
    assert face_badges.badge_size(session("closed"), plain) == 1
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
    drawn = face_badges.badges(crowd)
    assert drawn.shape.name == "tight"
    assert 'class="ote-photo tight"' in photo_html.photo(crowd)
    assert drawn.size * phone >= 0.4 * 16  # the least that page.css gives them
    assert face_badges.badge_size(crowd, face_badges.BADGES[1]) * phone < 0.5 * 16  # the usual ones would touch


@pytest.mark.parametrize(
    ("second", "sides"),
    [(0.7, {"low", ""}), (0.42, {"chin", ""}), (0.36, {"brow", ""}), (0.2, {"low", ""}), (0.04, {"low"})],
    ids=["far below", "close below", "touching", "where the first row ends", "one row"],
)
def test_badges_at_the_upper_edge_do_not_meet_those_of_the_row_below(second: float, sides: set[str]) -> None:
    phone, height = 358, 358 * 0.75
    boxes = [Box(0.05 + 0.2 * n, top, 0.15 + 0.2 * n, top + 0.3) for n in range(5) for top in {0.04, second}]
    faces = tuple(replace(face(n, "closed"), box=box) for n, box in enumerate(boxes, start=1))
    drawn = face_badges.badges(new_session(("class.jpg",), "0" * 8, PhotoFaces((400, 300), faces)))
    assert {drawn.side(one) for one in faces} == sides
    text = min(drawn.size * phone, 12)
    assert text >= 6.4
    wide, high = text * (drawn.shape.edges + 1.4 + drawn.shape.marks), text * drawn.shape.height
    badges = []
    for one in faces:
        x, top, bottom = one.box.centre_xy[0] * phone, one.box.top * height, one.box.bottom * height
        upper = {"": top - 5 - high, "low": bottom + 5, "chin": bottom - 5 - high, "brow": top + 5}[drawn.side(one)]
        badges.append(Box(x - wide / 2, upper, x + wide / 2, upper + high))
    for a, b in combinations(badges, 2):
        assert a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top


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
    assert f"Eyes of those perhaps closed ({outcomes.count('unsure')})" in part
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
        assert all(given.get("loading") == "lazy" for given in images if "/eyes/" in str(given["src"])) or first


def test_faces_that_seem_open_are_folded_away_in_the_list_until_nobody_else_can_be_chosen() -> None:
    part = faces_html.face_list(session("closed", "already_open", "already_open"))
    assert '<details class="ote-fold" data-fold="open"><summary>Already open (2)</summary>' in part
    acts = [given["data-face"] for _, given in Elements(part).tags if given.get("data-act") == "anyway"]
    assert acts == ["2", "3"]
    awake = session("already_open", "already_open")
    assert '<details class="ote-fold" data-fold="open" open><summary>Already open (2)' in faces_html.face_list(awake)
    one = faces_html.face_list(awake.with_even_open([2]))
    assert '<details class="ote-fold" data-fold="open" open><summary>Already open (1)' in one
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
    assert "Eyes of those perhaps closed (1)" in part


def test_in_the_list_who_is_surely_closed_comes_first_and_the_others_are_folded_until_one_is_chosen() -> None:
    crowd = session("unsure", "closed", "unsure", "closed")
    part = faces_html.face_list(crowd)
    assert re.findall(r'role="checkbox" aria-label="Face (\d)', part) == ["2", "4", "1", "3"]
    folded = '<details class="ote-fold" data-fold="unsure"{}><summary>Perhaps closed (2)</summary>'
    assert folded.format("") in part
    assert part.count('<span class="state">perhaps closed</span>') == 2  # in one line
    assert part.count("eyes perhaps closed") == 2  # to a screen reader
    assert folded.format(" open") in faces_html.face_list(crowd.with_chosen((1, 2)))
    assert " open><summary>Perhaps closed (1)" in faces_html.face_list(session("unsure"))


def test_every_part_of_the_page_has_a_heading_and_faces_stand_below_it() -> None:
    one = seen("closed", "closed", names=("a.jpg", "b.jpg"))
    for part, title in (
        (photo_html.compare, "Before and after"),
        (photo_html.strips, "Eyes to pick"),
        (photo_html.shots, "Your other shots"),
        (faces_html.face_list, "Faces to open"),
    ):
        assert re.search(f"<h2[^>]*>{title}</h2>", part(one))
    assert photo_html.strips(one).count("<h3") == 2


def test_of_a_face_that_was_just_chosen_it_is_said_that_its_eyes_are_being_painted() -> None:
    before = seen("closed", "already_open")
    asked = replace(before.with_even_open([2]), waiting="second")
    assert photo_html.PAINTED in photo_html.strips(asked)
    assert "open already" not in photo_html.strips(asked)
    assert photo_html.compare(asked) == photo_html.compare(before)
    assert before.preview
    arrived = asked.with_preview(replace(before.preview, even_open=(2,)))  # which has no eyes for it
    assert photo_html.PAINTED not in photo_html.strips(replace(arrived, waiting="file", finishing=True))


def test_who_cannot_see_the_photo_hears_whose_eyes_are_new() -> None:
    ready = seen("closed", "already_open", "closed")
    assert 'alt="Your photo, with new eyes on faces 1 and 3."' in photo_html.photo(ready)
    assert re.search("ha(s|ve) closed eyes", photo_html.photo(ready.with_chosen(())))
