"""How the eyes look is adjusted on the page: everyone's, or those of one of a group."""

from __future__ import annotations

import json
from pathlib import Path

from open_the_eyes.files import read, read_record
from open_the_eyes.settings import Settings
from tests.web.browser.visits import Visitor, bytes_of, dropped, preview_done


def test_looks_ask_for_another_preview_and_shape_the_file(visitor: Visitor, photos: Path) -> None:
    page = visitor.open(color_scheme="dark")
    dropped(page, photos / "Ada blinked.PNG")
    preview_done(page)
    first = page.locator(".ote-pair .after").get_attribute("src")
    page.get_by_role("button", name="Adjust the eyes").click()
    blue = page.get_by_label("Blue", exact=True)
    grey = page.get_by_label("Grey", exact=True)
    grey.wait_for()  # what is folded away takes no keys
    for _ in range(20):  # a key that comes while the page is still being put together is lost
        grey.press("ArrowLeft")  # to the one before it in their group
        page.wait_for_timeout(250)
        if blue.is_checked():
            break
    assert blue.is_checked()
    blue.hover()
    under_the_mouse = blue.evaluate("(dot) => getComputedStyle(dot).backgroundColor")
    page.mouse.move(0, 0)
    assert blue.evaluate("(dot) => getComputedStyle(dot).backgroundColor") == under_the_mouse
    page.wait_for_function(
        "(first) => document.querySelector('.ote-pair .after').getAttribute('src') !== first", arg=first
    )
    assert blue.get_attribute("name") == "Eye colour"  # which Gradio takes from those that are chosen
    visitor.keep(page, "desktop-dark-looks")
    with page.expect_download() as waiting:
        page.locator(".ote-finish button").click()  # the only one, where all files have the same pixels
    record = bytes_of(waiting.value)
    assert b"blue" in record
    assert b"standard" in record


def test_one_of_a_group_gets_eyes_of_another_colour(visitor: Visitor, photos: Path) -> None:
    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    first = page.locator(".ote-pair .after").get_attribute("src")
    page.get_by_role("button", name="Adjust the eyes").click()
    page.locator(".ote-whose").get_by_label("Face 3").check()
    page.wait_for_function("document.querySelector('.ote-pair .after').getAttribute('src').endsWith('/3.jpg')")
    page.get_by_label("Blue", exact=True).check()
    page.wait_for_function(
        "(job) => !document.querySelector('.ote-pair .after').getAttribute('src').includes(job)",
        arg=str(first).split("/")[2],
    )
    visitor.keep(page, "desktop-5-one-in-blue")
    page.locator(".ote-whose").get_by_label("Everyone").check()
    page.wait_for_function("document.querySelector('#ote-looks input[value=\"As suits the face\"]').checked")
    assert not page.get_by_label("Blue", exact=True).is_checked()
    page.locator(".ote-whose").get_by_label("Face 3").check()
    page.wait_for_function("document.querySelector('#ote-looks input[value=Blue]').checked")
    with page.expect_download() as waiting:
        page.locator(".ote-finish button").click()
    record = read_record(read(bytes_of(waiting.value), Settings()))
    assert record is not None
    assert json.loads(record.options)["styles"] == [{"face": 3, "eye_color": "blue"}]
