"""Faces that wrongly pass for open, chosen all the same; and people told from each other by their pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes
from tests.web.browser.visits import Visitor, bytes_of, dropped, pressed, preview_done

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CARDS: Final = "#ote-faces .ote-card"


def test_a_face_that_seems_open_is_opened_all_the_same(
    visitor: Visitor, photos: Path, engine: Engine, tmp_path: Path
) -> None:
    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    before = page.locator('.ote-tile input[name="eyes-1"][checked]').get_attribute("data-attempt")
    page.click('.ote-photo button[data-show="2"]')
    page.wait_for_function("document.activeElement.dataset.act === 'anyway'")
    assert page.locator(f"{CARDS}[data-act=anyway]").is_visible()
    assert page.locator("[data-job]").count() == 0  # nothing has happened yet
    page.keyboard.press("Enter")
    page.wait_for_selector('.ote-tile input[name="eyes-2"]')
    page.wait_for_selector("[data-job]", state="detached")
    assert page.get_by_role("checkbox", name="Face 2: eyes seem open").is_checked()
    assert [pressed(page, face) for face in (1, 2, 3)] == ["true"] * 3
    assert page.locator('.ote-tile input[name="eyes-1"][checked]').get_attribute("data-attempt") == before
    visitor.keep(page, "desktop-seems-open")

    page.get_by_role("checkbox", name="Face 2: eyes seem open").click()  # costs nothing from now on
    page.wait_for_selector('.ote-photo button[data-face="2"][aria-pressed=false]')
    assert page.locator("[data-job]").count() == 0
    page.reload()  # and is remembered
    page.get_by_role("checkbox", name="Face 2: eyes seem open").click()
    page.wait_for_selector('.ote-photo button[data-face="2"][aria-pressed=true]')

    picks = tuple(
        (face, int(page.locator(f'.ote-tile input[name="eyes-{face}"][checked]').get_attribute("data-attempt") or "-1"))
        for face in (1, 2, 3)
    )
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    page.wait_for_selector(".ote-done")
    said = page.locator(".ote-done").inner_text()
    assert "Faces 1 to 3. Opened the left and the right eye." in said
    assert "already" not in said
    options = Options.of(mode="standard", faces=(1, 2, 3), even_open=(2,), picks=picks)
    same = open_eyes((photos / "group.jpg").read_bytes(), options, engine=engine).save(tmp_path / "same.jpg")
    assert hashlib.sha256(bytes_of(waiting.value)).hexdigest() == same.outputs[0].sha256


def test_where_everybody_seems_open_they_are_left_in_peace_and_the_list_is_open_and_says_what_can_be_done(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open(**PHONE)
    dropped(page, photos / "awake.jpg")
    page.wait_for_selector(".ote-notice")
    said = page.locator("#ote-notice [role=alert]").inner_text()
    assert "Everybody's eyes are open" in said
    assert "say below the photo whose are not" in said
    assert page.locator(".ote-photo button[aria-pressed]").count() == 0
    page.wait_for_selector("[data-job]", state="detached")
    assert page.locator(".ote-finish").count() == 0  # there is no file to make
    page.get_by_role("button", name="Face 1: eyes open; open them anyway").tap()
    preview_done(page)
    assert page.locator(".ote-notice").count() == 0
    assert page.locator(".ote-strip .ote-tile").count() == 5
    assert page.get_by_role("button", name="Download").is_enabled()
    visitor.keep(page, "phone-seems-open")


def test_on_a_phone_each_face_has_a_picture_large_enough_to_tell_who_it_is_and_one_that_seems_open_is_opened_there(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open(**PHONE)
    dropped(page, photos / "group.jpg")
    preview_done(page)
    assert not page.locator(f"{CARDS}[data-act=anyway]").is_visible()
    page.get_by_text("Already open (1)").tap()
    pictures = page.locator(f"{CARDS} img")
    assert pictures.count() == 3
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("(one) => one.decode()")
        box = picture.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 60
    tops = [card.bounding_box() for card in page.locator(CARDS).all()]
    assert tops[0]
    assert tops[1]
    assert tops[0]["y"] == tops[1]["y"]  # two beside each other
    page.tap(f'{CARDS}[data-act=anyway][data-face="2"]')
    page.wait_for_selector('.ote-tile input[name="eyes-2"]')
    page.wait_for_selector("[data-job]", state="detached")
    assert [pressed(page, face) for face in (1, 2, 3)] == ["true"] * 3
