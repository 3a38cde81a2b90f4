"""Access: what can be seen by contrast, hit by a finger, heard from a screen reader, and reached from where one was."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.web.browser.visits import SCHEMES, Visitor, dropped, preview_done, sides

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from open_the_eyes.results import Inspected
    from tests.web.sites import Site

PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LEAST: Final = 3.0
"""Contrast of what tells that something can be pressed or is focused: WCAG 1.4.11."""

CONTRAST: Final = """([selector, edge]) => {
  const one = document.querySelector(selector);
  const figures = (color) => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (color) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = figures(color).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const both = [light(getComputedStyle(one)[edge]), light(getComputedStyle(document.body).backgroundColor)];
  return Math.max(...both) / Math.min(...both);
}"""


def test_what_can_be_pressed_and_what_is_focused_stand_out_by_day_and_by_night(visitor: Visitor, photos: Path) -> None:
    page = visitor.open(reduced_motion="reduce")  # colours are there at once
    page.keyboard.press("Tab")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST, [".ote-drop", "outlineColor"]) >= LEAST, scheme
        assert page.evaluate(CONTRAST, [".ote-drop", "borderTopColor"]) >= LEAST, scheme
    dropped(page, photos / "group.jpg")
    preview_done(page)
    page.get_by_role("button", name="Adjust the eyes").click()
    page.wait_for_selector("#ote-looks input[type=range]")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for selector in (".quiet", ".ote-card", ".ote-switch span", "#ote-looks fieldset label", ".ote-finish button"):
            assert page.evaluate(CONTRAST, [selector, "borderTopColor"]) >= LEAST, (scheme, selector)
    rule = "[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])"
    rule += ".find((one) => one.selectorText?.includes('#ote-looks input[type=\"range\"]::-webkit-slider-thumb'))"
    assert page.evaluate(f"{rule}.style.background") == "var(--ote-blue)"


def test_in_one_column_the_focus_goes_from_the_top_to_the_bottom(visitor: Visitor, photos: Path) -> None:
    page = visitor.open(viewport={"width": 390, "height": 900})
    dropped(page, photos / "group.jpg", photos / "awake.jpg")
    preview_done(page)
    parts = ("photo", "compare", "looks", "strips", "faces", "shots")
    for part in parts:
        page.wait_for_selector(f"#ote-{part}", state="attached")
    top = "document.querySelector('#ote-{}').getBoundingClientRect().top"
    for width in (390, 640):
        page.set_viewport_size({"width": width, "height": 900})
        tops = [page.evaluate(top.format(part)) for part in parts]
        assert tops == sorted(tops), width
    order = page.evaluate("[...document.querySelectorAll('#ote-work [id^=ote-]')].map((one) => one.id.slice(4))")
    assert [part for part in order if part in parts] == list(parts)


def test_a_new_photo_is_asked_for_where_the_focus_is_and_who_pressed_by_mistake_gets_back_to_the_result(
    visitor: Visitor, photos: Path, site: Site
) -> None:
    page = visitor.open()
    before = site.jobs()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    page.get_by_label("Face 1: Eyes 3", exact=True).check(force=True)
    page.wait_for_selector('.ote-tile input[aria-label="Face 1: Eyes 3"][checked]')
    after = page.locator(".ote-pair .after").get_attribute("src")
    page.get_by_role("button", name="New photo").click()
    page.get_by_role("button", name="Back to the last photo").press("Enter")
    page.wait_for_selector('.ote-tile input[aria-label="Face 1: Eyes 3"][checked]')
    assert page.locator(".ote-pair .after").get_attribute("src") == after
    page.get_by_role("button", name="New photo").press("Enter")
    page.get_by_text("group.jpg is deleted in a minute.").wait_for()
    assert page.locator(".deleted").get_attribute("role") == "status"
    visitor.keep(page, "desktop-left")
    assert len(site.jobs() - before) == 1
    assert page.evaluate("document.activeElement.id") == "ote-files"
    page.get_by_role("button", name="Delete it now").press("Enter")
    page.get_by_text("Deleted. Choose the next photo.").wait_for()
    assert page.evaluate("document.activeElement.id") == "ote-files"
    assert site.jobs() <= before
    dropped(page, photos / "group.jpg")
    page.wait_for_selector(".ote-photo")
    assert page.get_by_text("Deleted.").count() == 0


def titles(page: Page) -> list[str]:
    titles: list[str] = page.evaluate("window.titles")
    return titles


def test_the_tab_says_how_far_it_is_and_something_moves_while_the_photo_is_looked_at(
    visitor: Visitor, photos: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, go_on, inspect = visitor.open(), threading.Event(), site.service.inspect

    def long(photo: bytes) -> Inspected:
        assert go_on.wait(30)
        return inspect(photo)

    monkeypatch.setattr(site.service, "inspect", long)
    page.evaluate(
        "() => { window.titles = []; new MutationObserver(() => titles.push(document.title))"
        ".observe(document.querySelector('title'), { childList: true }); }"
    )
    dropped(page, photos / "group.jpg")
    page.get_by_text("Looking at the photo …").wait_for()
    moving = "getComputedStyle(document.querySelector('.sending'), '::after').animationName"
    assert "ote-along" in page.evaluate(moving)
    go_on.set()
    preview_done(page)
    page.wait_for_function("document.title === 'Open The Eyes'")
    assert any(title.endswith(" - Open The Eyes") for title in titles(page))
    with page.expect_download():
        page.get_by_role("button", name="Download").click()
    page.wait_for_function("document.title === 'Ready - Open The Eyes'")


def test_with_nobody_chosen_there_is_nothing_to_adjust_and_controls_have_names_of_their_own_and_colours_beside_them(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open()
    dropped(page, photos / "Ada blinked.PNG")
    preview_done(page)
    page.get_by_role("button", name="Adjust the eyes").click()
    page.get_by_role("slider", name="How wide open, 100 is usual", exact=True).wait_for()
    page.get_by_role("spinbutton", name="How wide open, as a figure", exact=True).wait_for()
    page.get_by_role("button", name="How wide open: as usual", exact=True).wait_for()
    assert page.get_by_role("heading", name="Adjust the eyes", level=2).count() == 1
    high = sides(page.locator("#ote-looks input[type=range]"))
    colours = page.get_by_role("radiogroup", name="Eye colour")
    assert high[1] < sides(colours)[0]
    colours.get_by_role("radio").last.wait_for()
    swatches = colours.locator("label > span").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one, '::before').background)"
    )
    assert len(swatches) == len(set(swatches)) == 6
    others = page.get_by_role("radiogroup", name="Where they look").locator("label > span").first
    assert others.evaluate("(one) => getComputedStyle(one, '::before').backgroundImage") == "none"
    assert colours.get_by_role("radio", name="Hazel", exact=True).count() == 1
    visitor.keep(page, "desktop-colours")
    page.get_by_role("checkbox", name="Face 1: eyes closed").click()
    page.wait_for_selector("#ote-looks", state="hidden")


def test_under_the_mouse_an_open_face_does_not_look_chosen(visitor: Visitor, photos: Path) -> None:
    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    ring = "(face) => getComputedStyle(face).boxShadow"
    chosen, still = page.locator(".ote-face.chosen").first, page.locator(".ote-face.still")
    blue = chosen.evaluate(ring).partition(")")[0]
    still.hover()
    still.evaluate("(face) => Promise.all(face.getAnimations().map((one) => one.finished))")
    assert not still.evaluate(ring).startswith(blue)
    card = page.locator(".ote-card").first
    card.click()
    page.wait_for_selector(".ote-card[aria-checked=false]")
    edge = "(card) => getComputedStyle(card).borderTopColor"
    page.mouse.move(0, 0)
    before = card.evaluate(edge)
    card.hover()
    assert card.evaluate(edge) == before
