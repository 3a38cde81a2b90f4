"""What is in sight, and can be hit, on screens of several sizes."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb
from tests.web.browser.visits import Visitor, dropped, preview_done, sides
from tests.web.sites import as_file, pixels_of

FINGER: Final = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LEAST_PX: Final = 24
"""Of what can be hit, in both directions: WCAG 2.2, 2.5.8."""


def test_a_small_face_has_a_button_that_a_finger_hits(visitor: Visitor, group: Rgb, tmp_path: Path) -> None:
    h, w = group.shape[:2]
    far = np.pad(group, ((h, h), (w // 2, w // 2), (0, 0)), mode="edge")
    (tmp_path / "far.jpg").write_bytes(as_file(far))
    page = visitor.open(viewport={"width": 320, "height": 568}, **FINGER)
    dropped(page, tmp_path / "far.jpg")
    page.wait_for_selector(".ote-photo")
    faces = page.locator(".ote-photo button[aria-pressed]")
    assert faces.count() == 2
    for skipped, face in enumerate(faces.all(), start=1):
        box = face.bounding_box()
        assert box
        share = face.evaluate("(face) => parseFloat(face.style.getPropertyValue('--w'))")
        assert share / 100 * 288 < LEAST_PX  # it is smaller
        assert min(box["width"], box["height"]) >= LEAST_PX
        page.touchscreen.tap(box["x"] + 1, box["y"] + box["height"] / 2)
        page.wait_for_function(
            "(n) => document.querySelectorAll('.ote-photo [aria-pressed=false]').length === n", arg=skipped
        )


def test_numbers_of_two_close_rows_do_not_lie_on_each_other(visitor: Visitor, group: Rgb, tmp_path: Path) -> None:
    two = np.concatenate((group[60:220], group[60:220]))
    (tmp_path / "rows.jpg").write_bytes(as_file(two))
    for name, screen in (("phone", {"viewport": {"width": 390, "height": 844}, **FINGER}), ("desktop", {})):
        page = visitor.open(**screen)
        dropped(page, tmp_path / "rows.jpg")
        page.wait_for_selector(".ote-photo")
        badges = [one.bounding_box() for one in page.locator(".ote-photo .badge").all()]
        assert len(badges) == 6
        assert page.locator(".ote-photo .chin").count() == 3
        for a, b in combinations([one for one in badges if one], 2):
            is_beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert is_beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
        visitor.keep(page, f"{name}-rows")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_chosen_and_how_far_it_is_can_be_seen_in_high_contrast(
    visitor: Visitor, photos: Path, scheme: str
) -> None:
    page = visitor.open(forced_colors="active", color_scheme=scheme)
    page.route("**/v1/jobs/*/events", lambda route: route.fulfill(status=503, body="later"), times=1)
    dropped(page, photos / "group.jpg")
    bar = page.locator(".ote-progress progress")
    bar.evaluate("(bar) => { bar.value = 0.5; }")
    page.wait_for_timeout(300)  # it glides there
    row = pixels_of(bar.screenshot())[6].astype(int)
    assert np.abs(row[20] - row[-20]).max() > 100
    preview_done(page)
    page.get_by_role("button", name="Adjust the eyes").click()
    page.wait_for_selector("#ote-looks input[type=range]")
    seen = page.evaluate(
        """() => {
        const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
        const own = (kind) => {
          const input = `#ote-looks input[type=${kind}`;
          return [style(input, 'appearance'), style(input, 'backgroundImage')];
        };
        return {
          controls: ['radio]:checked', 'radio]:not(:checked)', 'range]'].map(own),
          tiles: [':has(:checked)', ':not(:has(:checked))'].map((one) => style(`.ote-tile${one} img`, 'borderColor')),
          pills: [':checked', ':not(:checked)'].map((one) => style(`.ote-switch ${one} + span`, 'backgroundColor')),
        };
        }"""
    )
    assert seen["controls"] == [["auto", "none"]] * 3  # the system draws them
    assert seen["tiles"][0] != seen["tiles"][1]
    assert seen["pills"][0] != seen["pills"][1]
    visitor.keep(page, f"desktop-high-contrast-{scheme}")
    visitor.complaints.clear()  # an answer that is none is an error to the browser's console


def test_beside_the_strips_what_does_not_fit_fades_away_and_a_large_screen_is_used(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open(viewport={"width": 1280, "height": 800})
    dropped(page, photos / "group.jpg")
    preview_done(page)
    fade = "getComputedStyle(document.querySelector('#ote-finish'), '::before').opacity"
    assert page.evaluate(fade) == "0"
    button, word = (page.locator(f".ote-finish button{part}").bounding_box() for part in ("", " strong"))
    assert button
    assert word
    assert abs(button["x"] + button["width"] / 2 - word["x"] - word["width"] / 2) < 2
    page.get_by_role("button", name="Adjust the eyes").click()
    page.wait_for_function(f"{fade} === '1'")
    visitor.keep(page, "desktop-adjust")
    page.evaluate("document.querySelector('#ote-side').scrollTop = 10000")
    page.wait_for_function(f"{fade} === '0'")
    page.set_viewport_size({"width": 2560, "height": 1440})
    page.wait_for_function("document.querySelector('.ote-pair').getBoundingClientRect().width > 750")
    visitor.keep(page, "large-screen")


def test_on_a_phone_before_and_after_are_in_sight_at_once_and_stay_beside_a_whole_strip_however_it_is_held(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open(viewport={"width": 390, "height": 844}, **FINGER)
    dropped(page, photos / "group.jpg")
    preview_done(page)
    upper = sides(page.locator("#ote-finish"))[0]
    assert page.evaluate("scrollY") == 0
    assert sides(page.locator(".ote-photo"))[1] < sides(page.locator(".ote-pair"))[0]
    assert sides(page.locator(".ote-compare"))[1] < upper
    assert sides(page.locator(".ote-strip h3").first)[1] < upper
    visitor.keep(page, "phone-arrival")
    strip = page.locator(".ote-strip .tiles").last
    page.wait_for_function("[...document.querySelectorAll('.ote-pair img')].every((one) => one.complete)")
    picture, bar = page.locator(".ote-pair"), page.locator("#ote-finish")
    for width, height in ((390, 844), (320, 568), (844, 390), (667, 331)):
        page.set_viewport_size({"width": width, "height": height})
        strip.evaluate("(strip) => strip.scrollIntoView({ block: 'end' })")
        assert sides(picture)[0] >= 0
        assert sides(picture)[1] - sides(picture)[0] >= 64
        assert sides(page.locator(".ote-compare"))[1] <= sides(strip)[0]
        assert sides(strip)[1] <= sides(bar)[0]
        w, h = page.locator(".ote-pair .after").evaluate("(eyes) => [eyes.clientWidth, eyes.clientHeight]")
        assert w / h < 4  # both eyes, and not their lids alone
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Adjust the eyes").tap()
    page.wait_for_selector("#ote-looks input[type=range]")
    small = page.evaluate(
        "[...document.querySelectorAll('button:not(.ote-face), summary, .ote-switch label, #ote-looks fieldset label, "
        "#ote-looks input:not([type=radio])')].filter((one) => one.checkVisibility())"
        ".map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect().height])"
        ".filter(([, high]) => high < 43.9)"
    )
    assert small == []  # fingers have room
