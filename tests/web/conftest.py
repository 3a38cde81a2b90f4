"""A site that the tests of a file share, photos to drop on it, and a browser where there is one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from open_the_eyes.imaging.arrays import Rgb
from tests.web.sites import Site, as_file, group_of, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from open_the_eyes.engine import Engine

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000


@pytest.fixture(scope="session")
def group(blinked: Rgb, portrait: Rgb) -> Rgb:
    """(300, 975, 3): three people, of whom the first and the last blinked."""
    return group_of(blinked, portrait)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, group: Rgb, blinked: Rgb, portrait: Rgb) -> Path:
    """A folder of files to drop on the page."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "group.jpg").write_bytes(as_file(group))
    (folder / "Ada blinked.PNG").write_bytes(as_file(blinked, "PNG"))
    (folder / "awake.jpg").write_bytes(as_file(portrait))
    (folder / "nobody.jpg").write_bytes(as_file(portrait[300:, :250]))
    (folder / "letter.jpg").write_text("Dear Ada, no photo this time.")
    return folder


@pytest.fixture(scope="module")  # a process can hold one service at a time, and other files start their own
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page with the defaults. Whatever is done with it: this process connects to nobody but this machine."""
    strangers: list[object] = []

    def watch(event: str, told: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(told[1], tuple) and told[1][0] not in ("127.0.0.1", "::1"):
            strangers.append(told[1])

    sys.addaudithook(watch)
    with running_site(engine, tmp_path_factory.mktemp("site")) as one:
        yield one
    assert not strangers


@pytest.fixture(scope="module")  # while it is there, an event loop runs in this thread
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is installed; on Debian and Ubuntu: sudo apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Opens the page as somebody with a screen of some kind, and watches where its requests go."""

    def __init__(self, browser: Browser, site: Site, pictures: Path) -> None:
        self._browser, self._site, self._pictures = browser, site, pictures
        self._contexts: list[BrowserContext] = []
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def open(self, **screen: Any) -> Page:
        """The page, loaded."""
        context = self._browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **screen})
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: self.requests.append(request.url))
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.goto(self._site.address)
        page.wait_for_selector("#ote-arrival [data-ready]")
        return page

    def keep(self, page: Page, name: str) -> None:
        """A picture of the whole page, for people to look at: out/web."""
        page.wait_for_function("[...document.images].every((one) => one.complete)")
        page.screenshot(path=self._pictures / f"{name}.png", full_page=True, animations="disabled")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitor(browser: Browser, site: Site, pytestconfig: pytest.Config) -> Iterator[Visitor]:
    """A browser before the page. Whatever a test does there: no request goes elsewhere, and nothing breaks."""
    pictures = pytestconfig.rootpath / "out" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    one = Visitor(browser, site, pictures)
    yield one
    one.close()
    own = urlsplit(site.address).netloc
    strangers = {url for url in one.requests if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != own}
    assert one.requests
    assert not strangers
    assert not one.complaints
