"""Other shots that are added to the photo that is open, a drop on it, and the way back to a photo that was left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.browser.visits import Visitor, dragged, dropped, dropped_by_mouse, preview_done

if TYPE_CHECKING:
    from playwright.sync_api import Page


def painted(page: Page) -> None:
    page.wait_for_selector("[data-job]", state="detached")


@pytest.mark.parametrize("way", ["button", "drop"])
def test_a_shot_is_added_to_the_photo_and_loses_nothing_of_it(visitor: Visitor, photos: Path, way: str) -> None:
    page = visitor.open()
    dropped(page, photos / "Ada blinked.PNG")
    preview_done(page)
    tile = page.get_by_label("Face 1: Eyes 3", exact=True)
    tile.check(force=True)
    page.wait_for_selector('.ote-tile input[aria-label="Face 1: Eyes 3"][checked]')
    assert "Eyes are open in another shot" in page.locator(".ote-shots").inner_text()
    if way == "drop":
        drop = dragged(page, photos / "awake.jpg", "shots")
        visitor.keep(page, "desktop-drop")
        drop()
    else:
        page.on("filechooser", lambda chooser: chooser.set_files(photos / "awake.jpg"))
        page.locator(".ote-shots").get_by_role("button", name="Add shots").press("Enter")
    page.wait_for_selector(".ote-shot")
    assert page.locator(".ote-here p").first.inner_text() == "Ada blinked.PNG and 1 more shot"
    assert page.locator(".ote-compare").is_visible()  # what was seen of it is seen on
    painted(page)
    page.get_by_text("Their own eyes, from awake.jpg.").wait_for()
    assert page.locator(".ote-zones.shown").count() == 0
    dropped_by_mouse(page, photos / "letter.jpg", "shots")
    page.get_by_text("letter.jpg is not a photo that can be read.").wait_for()
    assert page.locator(".ote-shot").count() == 1
    visitor.complaints.clear()  # a refused request is an error to the browser's console


def test_a_picture_of_the_page_itself_is_no_new_photo_and_a_shot_that_is_added_after_another_comes_beside_it(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open()
    dropped(page, photos / "Ada blinked.PNG")
    preview_done(page)
    over = """(ours) => {
      if (ours) document.querySelector('.ote-photo img').dispatchEvent(new DragEvent('dragstart', { bubbles: true }));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([''], 'a.jpg'));
      document.body.dispatchEvent(new DragEvent('dragover', { bubbles: true, dataTransfer }));
      return document.querySelectorAll('.ote-zones.shown').length;
    }"""
    assert page.evaluate(over, True) == 0
    page.evaluate("document.dispatchEvent(new DragEvent('dragend'))")
    assert page.evaluate(over, False) == 1
    for name in ("awake.jpg", "group.jpg"):
        page.set_input_files("#ote-shots-files", photos / name)
    page.locator(".ote-here p").first.get_by_text("Ada blinked.PNG and 2 more shots").wait_for()
    assert page.locator(".ote-shot").count() == 2
