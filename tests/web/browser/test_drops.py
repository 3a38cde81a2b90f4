"""What is dropped and cannot be opened, need not be, or comes while another photo is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.web.browser.visits import Visitor, dropped, dropped_by_mouse, preview_done
from tests.web.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import Dialog


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


def test_open_eyes_are_left_in_peace(visitor: Visitor, photos: Path) -> None:
    page = visitor.open()
    dropped(page, photos / "awake.jpg")
    page.wait_for_selector(".ote-notice")
    assert "Everybody's eyes are open" in page.locator("#ote-notice [role=alert]").inner_text()
    assert page.locator(".ote-photo button[aria-pressed]").count() == 0
    page.wait_for_selector("[data-job]", state="detached")
    assert page.locator(".ote-finish").count() == 0  # there is no file to make


def test_a_photo_that_is_dropped_on_another_takes_its_place_only_where_somebody_says_so(
    visitor: Visitor, photos: Path, site: Site
) -> None:
    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    kept, asked = site.jobs(), list[str]()

    def no(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", no)
    dropped_by_mouse(page, photos / "awake.jpg")
    assert "is deleted" in asked[0]
    assert page.locator(".ote-here p").first.inner_text() == "group.jpg"
    assert site.jobs() <= kept
    page.once("dialog", lambda dialog: dialog.accept())
    dropped_by_mouse(page, photos / "awake.jpg")
    page.locator(".ote-here p").first.get_by_text("awake.jpg").wait_for()
    assert len(kept - site.jobs()) == 1
