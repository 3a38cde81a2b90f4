"""The site and the browser of these tests, which are there no longer than they need them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.web.browser.visits import Devices, Visitor
from tests.web.sites import Site, watched_site

if TYPE_CHECKING:
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


@pytest.fixture(scope="package")
def site(remembering: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page with the defaults."""
    with watched_site(remembering, tmp_path_factory.mktemp("site")) as one:
        yield one


@pytest.fixture(scope="package")  # while it is there, an event loop runs in this thread
def devices() -> Iterator[Devices]:
    """Those of Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is installed; on Debian and Ubuntu: sudo apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield Devices(browser)
        browser.close()


@pytest.fixture
def visitor(devices: Devices, site: Site, pytestconfig: pytest.Config) -> Iterator[Visitor]:
    """A browser before the page. Whatever a test does there: no request goes elsewhere, and nothing breaks."""
    pictures = pytestconfig.rootpath / "out" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    one = Visitor(devices, site, pictures)
    yield one
    one.close()
    own = urlsplit(site.address).netloc
    strangers = {url for url in one.requests if not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != own}
    assert one.requests
    assert not strangers
    assert not one.complaints
