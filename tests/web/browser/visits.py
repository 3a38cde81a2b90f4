"""A visitor of the page, and the steps that visits share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Download, Locator, Page, ViewportSize
    from playwright.sync_api import Request as BrowserRequest

    from tests.web.sites import Site

PATIENCE_MS: Final = 60_000
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
MEDIA: Final[dict[str, Any]] = {"color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none"}
"""What a page is told of the taste of those who see it, where a test says nothing else."""

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

PICTURE_NOT_FOUND: Final = re.compile(r".* status of 404 .*/pictures/([0-9a-f-]{36})/")
"""What the browser's console says of a picture that is not there; the group is the job."""

BROKEN: Final = (
    "() => [...document.images].filter((one) => one.complete && one.src && !one.naturalWidth).map((one) => one.src)"
)
"""Addresses of the pictures that a page tried to show, and could not."""

LISTEN: Final = """() => {
  window.heard = [];
  const now = () => Math.round(performance.now());
  const note = ({ type, target, key = '' }) => heard.push(`${now()} ${type} ${key} ${target.type}=${target.value}`);
  for (const type of ['keydown', 'keyup', 'input', 'change', 'focusin', 'focusout', 'pointerup'])
    document.addEventListener(type, note, true);
}"""
"""Notes what happens to controls, and when, without a hand in it."""

SEEN: Final = """() => ({
  heard: window.heard.slice(-40),
  now: Math.round(performance.now()),
  focused: document.activeElement.outerHTML.slice(0, 300),
  figures: [...document.querySelectorAll('#ote-looks input:not([type=radio])')].map(({ type, value }) => [type, value]),
  progress: document.querySelector('#ote-progress')?.innerHTML,
  notice: document.querySelector('#ote-notice')?.textContent,
  after: document.querySelector('.ote-pair .after')?.getAttribute('src'),
  memory: sessionStorage.getItem('open-the-eyes'),
})"""


class Devices:
    """What people hold in their hands, one of a kind: scripts that are read and compiled for one visit are there for
    the next, which takes half the processor's time."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[tuple[tuple[str, Any], ...], BrowserContext] = {}

    def blank(self, **kind: Any) -> Page:
        """A page that remembers nothing of any other."""
        key = tuple(sorted(kind.items()))
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(viewport=DESKTOP, **kind)
            self._contexts[key].set_default_timeout(PATIENCE_MS)
        context = self._contexts[key]
        if not context.pages:
            context.clear_cookies()  # who somebody is; what else is remembered went with the last visitor
        return context.new_page()


class Visitor:
    """Opens the page as somebody with a screen of some kind, and watches where its requests go."""

    def __init__(self, devices: Devices, site: Site, pictures: Path) -> None:
        self._devices, self._site, self._pictures = devices, site, pictures
        self._contexts: list[BrowserContext] = []
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._told: list[str | None] = []

    def open(self, **screen: Any) -> Page:
        """The page, loaded; `screen` is what Playwright calls it."""
        media = {name: screen.pop(name, usual) for name, usual in MEDIA.items()}
        viewport = screen.pop("viewport", DESKTOP)
        page = self._devices.blank(**screen)
        page.set_viewport_size(viewport)
        page.emulate_media(**media)
        if page.context not in self._contexts:
            self._contexts.append(page.context)
            page.context.on("request", self._asked)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.goto(self._site.address)
        page.wait_for_selector("#ote-arrival [data-ready]")
        return page

    def _asked(self, request: BrowserRequest) -> None:
        self.requests.append(request.url)
        if "/gradio_api/run/" in request.url:
            self._told.append(request.post_data)

    def _heard(self, line: ConsoleMessage) -> None:
        text = f"{line.text} {line.location['url']}"
        asked = PICTURE_NOT_FOUND.match(text)
        of_deleted_photo = asked is not None and not self._site.knows(asked[1])  # its request was on the way by then
        if line.type == "error" and not of_deleted_photo:
            self.complaints.append(text)

    def keep(self, page: Page, name: str) -> None:
        """A picture of the whole page, for people to look at: out/web."""
        page.evaluate("for (const one of document.images) one.loading = 'eager'")
        page.wait_for_function("[...document.images].every((one) => one.complete || !one.checkVisibility())")
        page.screenshot(path=self._pictures / f"{name}.png", full_page=True, animations="disabled")

    def acts(self) -> int:
        """How many have been sent."""
        return sum("/gradio_api/run/" in url for url in self.requests)

    @contextmanager
    def explained(self, page: Page) -> Iterator[None]:
        """Where the block fails, what the page has heard and shows, what it told, and the jobs on, are printed."""
        page.evaluate(LISTEN)
        sent = len(self.requests), len(self._told)
        try:
            yield
        except Exception:
            jobs = [(job.id, job.state) for job in self._site.service.repository.unfinished()]
            print(json.dumps(page.evaluate(SEEN), indent=1))  # noqa: T201 -- pytest shows it with the failure
            print("told", self._told[sent[1] :], "asked", self.requests[sent[0] :])  # noqa: T201
            print("jobs", jobs, "complaints", self.complaints)  # noqa: T201
            raise

    def close(self) -> None:
        """Leaves nothing to the next visitor, whatever became of this one's pages."""
        for context in self._contexts:
            context.remove_listener("request", self._asked)
            for page in context.pages:
                try:
                    if page.url.startswith(self._site.address):  # a page that did not load remembers nothing
                        self.complaints += [f"shown, but not there: {address}" for address in page.evaluate(BROKEN)]
                        page.evaluate("localStorage.clear()")
                finally:
                    page.close()


def dropped(page: Page, *photos: Path) -> None:
    page.set_input_files("#ote-files", list(photos))


def dragged(page: Page, path: Path, zone: str = "new") -> Callable[[], None]:
    """As from another window, over what opens it as a new photo, or adds it as one of the "shots"; to be dropped."""
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    place = {"x": 100.0, "y": 100.0}

    def step(kind: str) -> None:
        devtools.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})

    step("dragEnter")
    step("dragOver")
    box = page.locator(f".ote-zones.shown [data-drop={zone}]").bounding_box()
    assert box
    place |= {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    step("dragOver")  # the zone is entered
    step("dragOver")
    return lambda: step("drop")


def dropped_by_mouse(page: Page, path: Path, zone: str = "new") -> None:
    """As from another window: a folder can be, too."""
    dragged(page, path, zone)()


def preview_done(page: Page) -> None:
    page.wait_for_selector(".ote-compare")


def pressed(page: Page, face: int) -> str | None:
    return page.get_attribute(f'.ote-photo button[data-face="{face}"]', "aria-pressed")


def sides(part: Locator) -> tuple[float, float]:
    """Its top and bottom, in the window."""
    box = part.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


def bytes_of(download: Download) -> bytes:
    return download.path().read_bytes()
