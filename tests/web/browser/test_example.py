"""The example, for who has no photo at hand: by keyboard, by finger, and where something is in its way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.web.browser.visits import Visitor, bytes_of, dropped, dropped_by_mouse, preview_done, sides
from tests.web.sites import Site, pixels_of

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

    from open_the_eyes.engine import Engine

DESKTOP: Final = {"viewport": {"width": 1280, "height": 800}}
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_by_keyboard_alone_the_example_is_opened_and_its_file_is_taken(visitor: Visitor, engine: Engine) -> None:
    page = visitor.open(**DESKTOP)
    assert_in_sight(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "No photo at hand? Try it with an example"
    assert page.locator(".ote-drop").evaluate("(drop) => getComputedStyle(drop).outlineStyle") == "none"
    page.keyboard.press("Enter")
    preview_done(page)
    assert page.evaluate("document.activeElement.closest('.ote-standing') !== null")
    assert "One face opened" in page.locator(".ote-standing").inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    assert waiting.value.suggested_filename == "example.opened.jpg"
    (face,) = engine.detector.detect(pixels_of(bytes_of(waiting.value)))
    assert all(eye.openness > 0.7 for eye in face.eyes.values())


def test_on_a_phone_the_example_is_in_sight_at_once_and_opened_by_a_finger_once_there_is_a_connection(
    visitor: Visitor,
) -> None:
    page = visitor.open(**PHONE)
    assert_in_sight(page)
    page.evaluate(
        "() => { window.ask = window.fetch; window.fetch = () => new Promise((_, no) => setTimeout(no, 50)); }"
    )
    page.get_by_role("button", name="Try it with an example").tap()
    page.wait_for_selector(".sending.lost")
    page.evaluate("() => { window.fetch = window.ask; }")
    page.get_by_role("button", name="Try it with an example").tap()
    preview_done(page)


def assert_in_sight(page: Page) -> None:
    """The example is, with room for a finger, and nothing is wider than the screen."""
    top, bottom = sides(page.get_by_role("button", name="Try it with an example"))
    assert 0 < top < bottom - 43.9
    assert bottom < page.evaluate("innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_photo_that_is_dropped_meanwhile_is_the_one_that_is_opened_and_another_takes_its_place_only_where_one_says_so(
    visitor: Visitor, photos: Path, site: Site
) -> None:
    page = visitor.open()
    asked = list[str]()

    def hear(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    others = site.jobs()
    page.evaluate(
        "() => { const ask = window.fetch; window.fetch = async (what, ...more) => {"
        " if (what === '/example.jpg') await new Promise((go) => { window.go = go; }); return ask(what, ...more); }; }"
    )
    page.get_by_role("button", name="Try it with an example").click()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    page.evaluate("go()")
    page.wait_for_timeout(300)
    assert asked == []  # nor is anybody asked whether the example shall take its place
    assert page.locator(".ote-here > p strong").inner_text() == "group.jpg"
    assert page.locator(".sending").inner_text() == ""
    kept = site.jobs()
    dropped_by_mouse(page, photos / "awake.jpg")
    assert len(asked) == 1
    assert "is deleted" in asked[0]
    assert page.locator(".ote-here p").first.inner_text() == "group.jpg"
    assert site.jobs() <= kept
    page.remove_listener("dialog", hear)
    page.once("dialog", lambda dialog: dialog.accept())
    dropped_by_mouse(page, photos / "awake.jpg")
    page.locator(".ote-here p").first.get_by_text("awake.jpg").wait_for()
    assert len((kept - others) - site.jobs()) == 1
