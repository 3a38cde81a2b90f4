"""A site that the tests of a file share, and photos to drop on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.imaging.arrays import Rgb
from tests.web.sites import Site, as_file, group_of, watched_site

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


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
    """The page with the defaults."""
    with watched_site(engine, tmp_path_factory.mktemp("site")) as one:
        yield one
