"""Before and after over the whole window, down to the photo's own pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.browser.visits import Visitor, dropped, preview_done

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_eyes_are_seen_in_the_photos_own_pixels_and_moved_about_by_keyboard_and_the_whole_photo_by_mouse(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open(viewport={"width": 640, "height": 300})
    dropped(page, photos / "group.jpg")
    preview_done(page)
    page.get_by_role("button", name="View larger: the eyes of face 1").press("Enter")
    dialog = page.get_by_role("dialog", name="Before and after: the eyes of face 1")
    before = dialog.get_by_role("img", name="Before: the eyes of face 1")
    before.evaluate("(picture) => picture.decode()")
    stage = dialog.locator(".stage")
    fits = stage.evaluate(
        "(stage) => stage.scrollHeight <= stage.clientHeight && stage.scrollWidth <= stage.clientWidth"
    )
    assert fits
    dialog.get_by_role("radio", name="Fit").press("ArrowRight")
    assert dialog.get_by_role("radio", name="100 %").is_checked()
    natural, shown = before.evaluate("(picture) => [picture.naturalWidth, picture.getBoundingClientRect().width]")
    assert shown == pytest.approx(natural, abs=0.5)
    dialog.get_by_role("radio", name="100 %").press("ArrowRight")
    assert before.evaluate("(picture) => picture.getBoundingClientRect().width") == pytest.approx(2 * natural, abs=1)
    top = stage.evaluate("(stage) => stage.scrollTop")
    assert top > 0  # its middle is in the middle
    stage.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("(top) => document.querySelector('#ote-large .stage').scrollTop > top", arg=top)
    seam = "document.querySelector('#ote-large .before').getBoundingClientRect().left + parseFloat("
    seam += "getComputedStyle(document.querySelector('#ote-large .sheet')).getPropertyValue('--cut'))"
    assert page.evaluate(seam) == pytest.approx(
        page.evaluate("document.querySelector('.stage').clientWidth / 2"), abs=1
    )
    dialog.get_by_role("slider").press("Home")
    assert page.evaluate(seam) == pytest.approx(0, abs=1)
    assert dialog.locator(".tag.left").is_hidden()  # nothing is seen of the photo as it was
    flip = dialog.locator(".flip")
    assert flip.get_attribute("aria-keyshortcuts") == "b"
    for key, value, said in (("b", "100", "Before"), ("B", "0", "After"), ("Control+b", "0", "After")):
        page.keyboard.press(key)
        assert (dialog.get_by_role("slider").input_value(), dialog.locator(".flipped").inner_text()) == (value, said)
    assert "Key B" in dialog.locator(".help").inner_text()
    flip.click()
    assert dialog.locator(".tag.right").is_hidden()
    assert flip.inner_text().startswith("Show after")
    visitor.keep(page, "desktop-larger")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className") == "ote-larger"

    page.set_viewport_size({"width": 500, "height": 300})
    assert_whole_photo_dragged(page)


def assert_whole_photo_dragged(page: Page) -> None:
    page.get_by_role("radio", name="Whole photo").check(force=True)
    page.get_by_role("button", name="View larger: the whole photo").click()
    dialog = page.get_by_role("dialog", name="Before and after: the whole photo")
    dialog.get_by_role("img", name="After").evaluate("(picture) => picture.decode()")
    dialog.get_by_role("radio", name="200 %").check(force=True)
    stage = dialog.locator(".stage")
    left = stage.evaluate("(stage) => stage.scrollLeft")
    page.mouse.move(400, 200)
    page.mouse.down()
    page.mouse.move(340, 200)
    page.mouse.up()
    assert stage.evaluate("(stage) => stage.scrollLeft") == pytest.approx(left + 60, abs=1)
    dialog.get_by_role("slider").fill("50")  # in the middle, as it was before it was moved
    page.mouse.move(250, 200)  # on the line between before and after
    page.mouse.down()
    page.mouse.move(100, 200)
    page.mouse.up()
    assert dialog.get_by_role("slider").input_value() == "20"
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")
