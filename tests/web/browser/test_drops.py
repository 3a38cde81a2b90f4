"""What is dropped and cannot be opened, or need not be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.web.browser.visits import Visitor, dropped, dropped_by_mouse
from tests.web.sites import Site

if TYPE_CHECKING:
    pass


def test_what_cannot_be_is_said_in_plain_words(visitor: Visitor, photos: Path, site: Site) -> None:
    page = visitor.open()
    kept = site.jobs()

    def refused(file: str, said: str) -> None:
        dropped(page, photos / file)
        page.locator("#ote-notice [role=alert]").get_by_text(said).wait_for()
        visitor.keep(page, f"desktop-error-{file.partition('.')[0]}")
        dropped_by_mouse(page, photos)  # whatever it is: it can be dropped at once
        page.get_by_text("That is a folder.").wait_for()
        assert site.jobs() <= kept

    refused("letter.jpg", "not a photo that can be read")
    refused("nobody.jpg", "No face was found")
    page.evaluate(
        "() => { const box = document.querySelector('[data-facts]');"
        "box.dataset.facts = JSON.stringify({ ...JSON.parse(box.dataset.facts), maxBytes: 1000 }); }"
    )
    refused("awake.jpg", "too large")
    visitor.complaints.clear()  # a refused request is an error to the browser's console


def test_of_a_drop_what_is_of_no_use_or_too_many_is_left_out_and_named(visitor: Visitor, photos: Path) -> None:
    page = visitor.open()
    dropped(page, *(photos / name for name in ("letter.jpg", "awake.jpg", "nobody.jpg", "Ada blinked.PNG")))
    page.wait_for_selector(".ote-photo")
    assert page.locator(".ote-here p").first.inner_text() == "Ada blinked.PNG and 1 more shot"
    assert "Everybody's eyes are open in awake.jpg." in page.locator(".ote-shots").inner_text()
    said = page.locator("#ote-notice [role=alert]").inner_text()
    assert said.startswith("2 files were left out. letter.jpg is not a photo that can be read.")
    assert said.endswith("No face was found in nobody.jpg.")
    page.get_by_role("button", name="New photo").click()
    page.wait_for_selector(".ote-drop")
    page.evaluate(
        "() => { const box = document.querySelector('[data-facts]');"
        "box.dataset.facts = JSON.stringify({ ...JSON.parse(box.dataset.facts), maxPhotos: 2 }); }"
    )
    dropped(page, *(photos / name for name in ("group.jpg", "awake.jpg", "Ada blinked.PNG", "nobody.jpg")))
    page.get_by_text("At most 2 photos can come at once, so without Ada blinked.PNG, nobody.jpg.").wait_for()
    assert page.locator(".ote-here p").first.inner_text() == "group.jpg and 1 more shot"
