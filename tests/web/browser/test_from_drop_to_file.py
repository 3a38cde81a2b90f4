"""The page from the drop of a photo to the file: with a mouse, a keyboard and a thumb."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes
from tests.web.browser.visits import Visitor, bytes_of, dropped, pressed, preview_done, sides
from tests.web.sites import pixels_of

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from open_the_eyes.engine import Engine

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def test_a_group_from_the_drop_to_the_file(
    visitor: Visitor, photos: Path, group: Rgb, engine: Engine, tmp_path: Path
) -> None:
    page = visitor.open()
    visitor.keep(page, "desktop-1-empty")
    dropped(page, photos / "group.jpg")
    page.wait_for_selector(".ote-photo")
    assert page.locator(".ote-photo .ote-face").count() == 3
    assert [pressed(page, face) for face in (1, 3)] == ["true", "true"]
    assert "eyes open" in (page.locator(".ote-photo .still").get_attribute("aria-label") or "")
    visitor.keep(page, "desktop-2-faces")

    preview_done(page)
    page.click('.ote-photo button[data-face="3"]')
    page.wait_for_selector('.ote-photo button[data-face="3"][aria-pressed=false]')
    listed = page.get_by_role("checkbox", name="Face 3: eyes closed")
    assert not listed.is_checked()
    listed.click()
    page.wait_for_selector('.ote-photo button[data-face="3"][aria-pressed=true]')

    held: list[Route] = []
    page.route("**/gradio_api/run/**", lambda route: held.append(route), times=1)
    sent = visitor.acts()
    page.evaluate("for (const face of [1, 3]) document.querySelector(`button[data-face='${face}']`).click()")
    page.wait_for_timeout(200)
    assert visitor.acts() == sent + 1  # the other one waits for the answer
    assert page.locator("[data-testid=status-tracker]:visible").count() == 0  # and no seconds are read out
    held[0].continue_()
    page.wait_for_function("document.querySelectorAll('.ote-photo [aria-pressed=false]').length === 2")
    listed.click()
    page.get_by_role("checkbox", name="Face 1: eyes closed").click()
    page.wait_for_function("document.querySelectorAll('.ote-photo [aria-pressed=true]').length === 2")

    tile = page.get_by_label("Face 1: Eyes 3", exact=True)
    attempt = int(tile.get_attribute("data-attempt") or "-1")
    tile.locator("..").click()
    page.wait_for_selector('.ote-tile input[aria-label="Face 1: Eyes 3"][checked]')
    before, after = page.locator(".ote-pair .before"), page.locator(".ote-pair .after")
    assert before.is_visible()
    assert re.search(r"/eyes/3/1\.jpg$", after.get_attribute("src") or "")
    page.locator(".ote-pair .wipe").fill("20")
    assert page.locator(".ote-pair").evaluate("(pair) => pair.style.getPropertyValue('--cut')") == "20%"
    page.locator(".ote-pair .wipe").fill("50")
    visitor.keep(page, "desktop-3-preview")
    page.set_viewport_size({"width": 1280, "height": 600})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert sides(page.locator(".ote-compare"))[0] > 0  # in sight beside the strips
    page.set_viewport_size({"width": 1280, "height": 900})

    other = int(page.locator('.ote-tile input[name="eyes-3"][checked]').get_attribute("data-attempt") or "-1")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    assert waiting.value.suggested_filename == "group.opened.jpg"
    page.wait_for_selector(".ote-done")
    visitor.keep(page, "desktop-4-done")
    said = page.locator(".ote-done").inner_text()
    assert "Faces 1 and 3. Opened the left and the right eye." in said
    assert "The eyes are open already." in said

    options = Options.of(mode="standard", faces=(1, 3), picks=((1, attempt), (3, other)))
    same = open_eyes((photos / "group.jpg").read_bytes(), options, engine=engine).save(tmp_path / "same.jpg")
    data = bytes_of(waiting.value)
    assert hashlib.sha256(data).hexdigest() == same.outputs[0].sha256
    acts = visitor.acts()
    with page.expect_download() as again:
        page.get_by_role("button", name="Download").click()
    assert bytes_of(again.value) == data
    assert visitor.acts() == acts  # it is not made anew
    came, went = pixels_of((photos / "group.jpg").read_bytes()), pixels_of(data)
    changed = np.flatnonzero((came != went).any(axis=(0, 2)))
    third = group.shape[1] // 3
    assert set(changed // third) == {0, 2}  # nothing of the one whose eyes were open
    rows = np.flatnonzero((came != went).any(axis=(1, 2)))
    assert np.ptp(rows) < group.shape[0] // 4


def test_with_the_keyboard_alone_on_a_laptop_at_twice_the_size(visitor: Visitor, photos: Path) -> None:
    page = visitor.open(viewport={"width": 640, "height": 450})
    page.on("filechooser", lambda chooser: chooser.set_files(photos / "group.jpg"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ote-files"
    page.keyboard.press("Enter")
    preview_done(page)

    def walk_to(selector: str, key: str = "Tab") -> None:
        for _ in range(40):
            page.keyboard.press(key)
            if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                here, bar = page.locator(":focus"), page.locator("#ote-finish")
                assert sides(here)[1] <= sides(bar)[0] or bar.locator(":focus").count()  # in sight
                return
        raise AssertionError(f"no way to {selector} by Tab")

    def repainted_after(key: str) -> None:
        first = page.locator(".ote-pair .after").get_attribute("src")
        page.keyboard.press(key)
        page.wait_for_function(
            "(it) => document.querySelector('.ote-pair .after').getAttribute('src') !== it", arg=first
        )

    walk_to('.ote-photo button[data-face="1"]')
    page.keyboard.press("Space")
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=false]')
    assert page.evaluate("document.activeElement.dataset.face") == "1"  # drawing anew does not lose the place
    page.keyboard.press("Space")
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=true]')

    walk_to(".wipe")
    page.keyboard.press("Home")
    assert page.locator(".wipe").input_value() == "0"
    walk_to("#ote-looks button")
    fold = page.get_by_role("button", name="Adjust the eyes", exact=True)
    assert fold.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.wait_for_selector("#ote-looks button[aria-expanded=true]")
    for group, choices in (("Eye colour", 6), ("Where they look", 6)):
        radios = page.get_by_role("radiogroup", name=group).get_by_role("radio")
        radios.nth(choices - 1).wait_for()
        assert radios.count() == choices
    with visitor.explained(page):
        walk_to("#ote-looks input[type=number]")
        page.keyboard.type("9")
        page.wait_for_timeout(600)  # as long as it takes to find the next key
        repainted_after("Tab")
        walk_to("#ote-looks input[type=range]")
        repainted_after("ArrowRight")
        figure = page.locator("#ote-looks input[type=number]").input_value()
        assert figure == "65"  # from the nearest possible figure on
    walk_to('input[name="eyes-1"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('.ote-tile input[aria-label="Face 1: Eyes 2"][checked]')
    walk_to('[data-purpose="standard"]', "Shift+Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "group.opened.jpg"
    assert page.evaluate("document.activeElement.dataset.purpose") == "standard"

    page.locator('.ote-photo button[data-face="3"]').press("Space")  # so that it is another file
    page.wait_for_selector('.ote-photo button[data-face="3"][aria-pressed=false]')
    page.wait_for_selector(".ote-done", state="detached")
    events: list[Route] = []
    answers: list[Route] = []
    page.route("**/v1/jobs/*/events", lambda route: events.append(route))  # so that it is on until it is cancelled
    page.locator('[data-purpose="standard"]').press("Enter")
    page.wait_for_selector(".ote-progress[data-job]")
    page.route("**/gradio_api/run/**", lambda route: answers.append(route), times=1)
    page.locator("[data-act=cancel]").press("Enter")
    while not (answers and events):  # the page asks when its turn has come
        page.wait_for_timeout(20)
    answer = answers[0].fetch()
    events[0].fulfill(content_type="text/event-stream", body='event: cancelled\ndata: {"state": "cancelled"}\n\n')
    page.wait_for_timeout(200)
    with page.expect_request("**/gradio_api/run/**") as late:  # that it has ended
        answers[0].fulfill(response=answer)
        page.wait_for_selector(".ote-notice")
    told = late.value.response()
    assert told
    told.finished()
    page.wait_for_timeout(100)
    assert "Stopped." in page.locator("#ote-notice [role=alert]").inner_text()
    assert page.evaluate("document.activeElement.matches('.ote-standing p')")


def test_on_a_phone_in_the_dark(visitor: Visitor, photos: Path) -> None:
    page = visitor.open(color_scheme="dark", **PHONE)
    visitor.keep(page, "phone-dark-1-empty")
    page.route("**/v1/jobs/*/events", lambda route: held.append(route), times=2)
    held: list[Route] = []
    with page.expect_request("**/v1/jobs/*/events"):  # the bar may be there before the page asks how far the job is
        dropped(page, photos / "Ada blinked.PNG")
    foot = page.locator(".ote-progress")
    assert sides(foot)[1] == 844
    assert page.locator("#ote-finish").is_hidden()  # and no empty bar
    held.pop().continue_()
    preview_done(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert page.locator(".ote-compare").bounding_box()["width"] > 330  # type: ignore[index]  # it is there
    small = page.evaluate(
        "[...document.querySelectorAll('button, .ote-tile, .ote-switch label')].filter((one) => one.offsetParent)"
        ".map((one) => one.getBoundingClientRect().height).filter((height) => height < 32)"
    )
    assert not small
    button = page.get_by_role("button", name="Download")
    assert sides(button)[1] < 844  # in sight, however long the page
    visitor.keep(page, "phone-dark-2-preview")
    face = page.locator(".ote-photo button")
    for chosen in ("false", "true"):
        face.tap()
        page.wait_for_selector(f".ote-photo [aria-pressed={chosen}]")
        assert page.locator(".ote-finish .why").is_visible() is (chosen == "false")
        face.evaluate("(face) => Promise.all(face.getAnimations().map((one) => one.finished))")
        ring = face.evaluate("(face) => getComputedStyle(face).boxShadow")
        assert " 5px" not in ring  # that of the mouse does not stay behind the finger
    page.get_by_role("button", name="Adjust the eyes").tap()
    label = page.get_by_text("Where they look").first
    label.evaluate("(label) => scrollBy(0, label.getBoundingClientRect().top - innerHeight / 2)")
    assert 0 <= sides(page.locator("#ote-compare"))[0] < 100  # in sight, above what is changed
    with page.expect_download() as waiting:
        with page.expect_request("**/v1/jobs/*/events"):
            button.tap()  # no label lies over it
        assert sides(foot)[0] <= sides(page.locator("#ote-finish"))[0]  # what is on lies over buttons that are off
        held.pop().continue_()
    page.wait_for_selector(".ote-done")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert sides(page.locator(".ote-done"))[1] <= sides(page.locator("#ote-finish"))[0]
    assert waiting.value.suggested_filename == "Ada blinked.opened.PNG"
    assert bytes_of(waiting.value).startswith(b"\x89PNG")


def test_a_photo_that_another_tab_has_deleted_is_neither_fetched_again_nor_changed_and_the_page_says_why(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    with page.expect_download():
        page.get_by_role("button", name="Download").click()
    page.wait_for_selector(".ote-done a.file")
    tabs = []
    for _ in range(2):
        with page.expect_popup() as opened:
            page.evaluate("window.open(location.href)")  # with all that this tab remembers
        tabs.append(opened.value)
        preview_done(tabs[-1])
    other, third = tabs
    other.get_by_role("button", name="New photo").click()
    other.get_by_role("button", name="Delete it now").click()
    other.get_by_text("Deleted.").wait_for()
    page.get_by_role("button", name="Download").click()
    page.locator("#ote-notice [role=alert]").get_by_text("not here any more").wait_for()
    visitor.complaints.clear()  # a job that is not there is an error to the browser's console
    third.get_by_label("Face 1: Eyes 3", exact=True).click(force=True)  # no `check`: it goes away with the photo
    third.wait_for_selector(".ote-drop")
    assert "not here any more" in third.locator("#ote-notice [role=alert]").inner_text()
    assert third.locator("#ote-work").is_hidden()
