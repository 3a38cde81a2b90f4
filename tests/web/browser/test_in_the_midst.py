"""The page when something comes between: a restart, answers that are none, a job that is gone, a page loaded again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.web.browser.visits import Visitor, bytes_of, dropped, pressed, preview_done
from tests.web.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page, Route


def test_a_program_that_has_forgotten_the_page_goes_on_with_what_is_seen_there(
    visitor: Visitor, photos: Path, site: Site
) -> None:
    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    page.click('.ote-photo button[data-face="1"]')
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=false]')
    page.get_by_role("button", name="Adjust the eyes").click()
    picture = page.locator(".ote-pair .after")
    for color in ("Blue", "Green"):
        before = picture.get_attribute("src")
        page.get_by_label(color, exact=True).check()
        page.wait_for_function(
            "(before) => document.querySelector('.ote-pair .after').getAttribute('src') !== before", arg=before
        )
        site.forget_sessions()
    page.locator(".ote-whose").get_by_label("Face 3").check()
    page.wait_for_function("JSON.parse(sessionStorage.getItem('open-the-eyes')).adjusting === 3")
    site.forget_sessions()
    page.get_by_label("Hazel", exact=True).check()
    page.wait_for_function(
        "JSON.parse(sessionStorage.getItem('open-the-eyes')).style.styles?.[0].eye_color === 'hazel'"
    )
    site.forget_sessions()
    page.locator(".ote-whose").get_by_label("Everyone").check()
    page.wait_for_function("document.querySelector('#ote-looks input[value=Green]').checked")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    page.wait_for_selector(".ote-done")
    assert b"green" in bytes_of(waiting.value)
    said = page.locator(".ote-done").inner_text()
    assert said.count("Opened") == 1
    assert "as you chose" in said
    again: list[Download] = []
    page.on("download", lambda download: again.append(download))
    page.reload()
    page.wait_for_selector(".ote-done")
    assert page.locator(".ote-done").inner_text() == said
    assert again == []  # it has been fetched, and the link is there
    site.forget_sessions()
    page.get_by_role("checkbox", name="Face 1: eyes closed").click()
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=true]')
    page.wait_for_function("JSON.parse(sessionStorage.getItem('open-the-eyes')).chosen.length === 2")
    page.reload()
    preview_done(page)
    page.get_by_role("button", name="Adjust the eyes").click()
    page.wait_for_function(
        "[...document.querySelectorAll('#ote-looks label')].some((label) => label.textContent.trim() === 'Green' "
        "&& label.querySelector('input').checked)"
    )
    assert pressed(page, 1) == "true"
    assert page.locator(".ote-notice").count() == 0


def test_progress_is_followed_again_after_answers_that_are_none_and_not_of_a_job_that_was_deleted_elsewhere(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open()
    page.route("**/v1/jobs/*/events", lambda route: route.fulfill(status=503, body="starting"))
    dropped(page, photos / "Ada blinked.PNG")
    page.wait_for_selector(".ote-progress[data-job]")
    page.evaluate("fetch('/v1/jobs/' + document.querySelector('.ote-progress').dataset.job, { method: 'DELETE' })")
    page.wait_for_selector(".ote-notice")
    assert "not here any more" in page.locator("#ote-notice [role=alert]").inner_text()
    assert page.locator(".ote-progress[data-job]").count() == 0
    page.unroute("**/v1/jobs/*/events")
    refused = list[str]()

    def refuse_twice(route: Route) -> None:
        refused.append(route.request.url)
        if len(refused) > 2:
            route.continue_()
        else:
            route.fulfill(status=(503, 429)[len(refused) - 1], body="starting")

    page.route("**/v1/jobs/*/events", refuse_twice)
    page.route("**/photos", lambda route: route.abort("connectionreset"), times=1)
    sent = visitor.acts()
    dropped(page, photos / "Ada blinked.PNG")
    page.wait_for_selector(".sending.lost")
    assert page.locator(".sending").inner_text().startswith("The photo did not arrive.")
    assert visitor.acts() == sent  # with no program there, nothing would come of it
    dropped(page, photos / "Ada blinked.PNG")
    preview_done(page)
    assert len(refused) >= 3
    # who only looks is told, too, that no answers come
    page.route("**/healthz", lambda route: route.abort("connectionrefused"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # and not in 20 seconds
    page.wait_for_selector("#ote-lost[role=alert] p")
    assert page.locator("#ote-lost").inner_text().startswith("No connection to the program. Nothing is lost, and this")
    page.unroute("**/healthz")
    page.wait_for_selector("#ote-lost p", state="detached")
    visitor.complaints.clear()  # a refused request is an error to the browser's console


def test_what_was_pressed_shows_it_until_an_answer_comes_and_a_second_press_undoes_nothing(
    visitor: Visitor, photos: Path
) -> None:
    page = visitor.open(reduced_motion="reduce")
    dropped(page, photos / "group.jpg")
    preview_done(page)
    held: list[Route] = []
    page.route("**/gradio_api/run/**", lambda route: held.append(route))
    sent = visitor.acts()
    card, face = page.locator('.ote-card[data-face="1"]'), page.locator('.ote-photo button[data-face="1"]')
    for one in (card, face, card):
        one.click()
    page.wait_for_function("getComputedStyle(document.querySelector('.ote-card[aria-busy=true]')).opacity === '0.45'")
    assert face.get_attribute("aria-busy") == "true"
    assert page.locator(".ote-card[data-face='3'][aria-busy]").count() == 0
    assert pressed(page, 1) == "true"
    page.wait_for_timeout(300)  # for what must not come
    assert visitor.acts() == sent + 1
    held[0].continue_()
    page.unroute("**/gradio_api/run/**")
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=false]')
    page.wait_for_function("!document.querySelector('[aria-busy=true]')")
    card.click()
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=true]')
    eyes = page.locator('.ote-tile input[data-face="1"]').last
    page.route("**/gradio_api/run/**", lambda route: held.append(route))
    eyes.check()
    page.wait_for_selector(".ote-tile[aria-busy=true] :checked")
    held[1].continue_()
    page.unroute("**/gradio_api/run/**")
    page.wait_for_function("!document.querySelector('[aria-busy=true]')")

    assert_told_to_have_failed(page)
    visitor.complaints.clear()  # a refused request is an error to the browser's console


def assert_told_to_have_failed(page: Page) -> None:
    """A press that is answered by what is no answer is."""
    card, failed = page.locator('.ote-card[data-face="1"]'), page.locator("#ote-failed")
    answers = [(500, '{"error": null}'), (403, "{}"), (429, "slowly"), (200, "<p>A page of a proxy's</p>")]

    def refuse(route: Route) -> None:
        status, body = answers.pop()
        route.fulfill(status=status, body=body)

    while answers:
        page.route("**/gradio_api/run/**", refuse, times=1)
        card.click()
        page.wait_for_selector("#ote-failed[role=alert] p")
        assert failed.is_visible()
        assert failed.inner_text().startswith("Something went wrong on our side.")
        page.wait_for_function("!document.querySelector('[aria-busy=true]')")
        now = pressed(page, 1)
        card.click()  # as it says
        page.wait_for_selector(f'.ote-photo button[data-face="1"][aria-pressed={"false" if now == "true" else "true"}]')
        page.wait_for_selector("#ote-failed p", state="detached")
        page.wait_for_function("!document.querySelector('[aria-busy=true]')")


def test_what_is_done_while_there_is_no_connection_is_done_once_when_there_is_one(
    visitor: Visitor, photos: Path
) -> None:
    def lose() -> None:
        for address in ("**/gradio_api/run/**", "**/healthz"):
            page.route(address, lambda route: route.abort("connectionrefused"))

    def find() -> None:
        page.wait_for_selector("#ote-lost p")
        for address in ("**/gradio_api/run/**", "**/healthz"):
            page.unroute(address)
        page.wait_for_selector("#ote-lost p", state="detached")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page = visitor.open()
    dropped(page, photos / "group.jpg")
    preview_done(page)
    page.evaluate("window.isFirst = true")
    lose()
    page.get_by_label("Face 1: Eyes 3", exact=True).check(force=True)
    page.wait_for_selector("#ote-work[inert]")
    visitor.keep(page, "desktop-lost")
    sent = visitor.acts()
    box = page.get_by_label("Face 3: Eyes 2", exact=True).locator("..").bounding_box()
    assert box
    page.mouse.click(box["x"] + 10, box["y"] + 10)  # nothing hears of it, and so it seems
    find()
    page.wait_for_selector('.ote-tile input[aria-label="Face 1: Eyes 3"][checked]')
    assert page.locator("[inert]").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Face 1: Eyes 3"
    assert not page.get_by_label("Face 3: Eyes 2", exact=True).is_checked()
    assert visitor.acts() == sent + 1
    page.route("**/gradio_api/run/**", lose_answer, times=1)
    page.click('.ote-photo button[data-face="1"]')  # is it done a second time, nothing is
    page.wait_for_selector('.ote-photo button[data-face="1"][aria-pressed=false]')
    page.route("**/gradio_api/run/**", lambda route: route.fulfill(status=502, body="starting"), times=1)
    page.click('.ote-photo button[data-face="3"]')
    page.wait_for_selector('.ote-photo button[data-face="3"][aria-pressed=false]')
    page.wait_for_selector("#ote-lost p", state="detached")
    page.click('.ote-photo button[data-face="3"]')
    page.wait_for_selector('.ote-photo button[data-face="3"][aria-pressed=true]')
    page.get_by_role("button", name="Adjust the eyes").click()
    lose()
    page.get_by_label("Blue", exact=True).check()
    find()
    page.wait_for_function("JSON.parse(sessionStorage.getItem('open-the-eyes')).style.eye_color === 'blue'")
    page.wait_for_selector("[data-job]", state="detached")
    lose()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
        find()
    assert b"blue" in bytes_of(waiting.value)
    assert page.evaluate("window.isFirst")  # it has not been loaded again
    visitor.complaints.clear()  # a refused request is an error to the browser's console


def test_a_page_loaded_again_goes_on_and_starting_anew_deletes_everything(
    visitor: Visitor, photos: Path, site: Site
) -> None:
    before = site.jobs()
    page = visitor.open()
    dropped(page, photos / "group.jpg", photos / "awake.jpg")
    preview_done(page)
    assert "1 more shot" in page.locator(".ote-here").inner_text()
    visitor.keep(page, "desktop-shots")
    assert page.locator(".whose").first.inner_text() == "Their own eyes, from awake.jpg."
    assert page.locator(".ote-same img").evaluate("(face) => face.naturalWidth") > 0
    page.get_by_role("button", name="No", exact=True).click()
    page.wait_for_selector(".ote-same", state="detached")
    page.route("**/gradio_api/run/**", lambda route: route.fulfill(status=401), times=2)
    sent = visitor.acts()
    with page.expect_event("load"):
        page.click('.ote-photo button[data-face="1"]')  # the page goes to sign in, by itself
    page.wait_for_selector("#ote-arrival [data-ready]")
    page.wait_for_timeout(200)
    assert visitor.acts() == sent + 2  # and not again, where that was no help
    visitor.complaints.clear()  # a refused request is an error to the browser's console
    page.reload()
    preview_done(page)
    assert "group.jpg" in page.locator(".ote-here").inner_text()
    assert site.jobs() > before
    page.get_by_role("button", name="New photo").click()
    page.get_by_role("button", name="Delete it now").click()
    page.get_by_text("Deleted.").wait_for()
    assert site.jobs() <= before
    page.reload()
    page.wait_for_selector(".ote-drop")
    assert page.locator(".ote-photo").count() == 0


def test_who_waits_for_others_sees_how_many_they_are_and_for_how_long(visitor: Visitor, photos: Path) -> None:
    page = visitor.open()
    page.evaluate(
        "() => { window.EventSource = class extends EventTarget {"
        " constructor() { super(); window.heard = this; } close() {} }; }"
    )
    dropped(page, photos / "group.jpg")
    page.wait_for_selector("[data-job]")
    for ahead, eta, words in (
        (2, 41.2, "3 photos are before yours about 41 seconds left"),
        (0, 12.0, "Another photo is being painted first about 12 seconds left"),
        (0, None, "Another photo is being painted first"),
    ):
        now = {"state": "queued", "position": ahead, "running": 1, "eta_seconds": eta, "stage": "", "fraction": 0}
        page.evaluate("(now) => heard.dispatchEvent(new MessageEvent('progress', { data: JSON.stringify(now) }))", now)
        assert page.locator(".ote-progress p").inner_text().strip() == f"New eyes {words}"
