"""The version and the changelog say the same of what has been released."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from packaging.version import Version

from open_the_eyes import __version__

CHANGELOG: Final = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
FIRST, *OTHERS = re.findall(r"^## (.*)$", CHANGELOG, flags=re.MULTILINE)


def test_what_is_unreleased_has_the_version_of_the_next_release() -> None:
    version = Version(__version__)
    assert str(version) == __version__
    if version.is_devrelease:
        assert FIRST == "Unreleased"
    else:
        assert re.fullmatch(rf"{re.escape(__version__)}, \d{{4}}-\d\d-\d\d", FIRST)


def test_the_version_is_later_than_every_release_before_it() -> None:
    released = [Version(heading.split(",")[0]) for heading in OTHERS]
    assert [Version(__version__), *released] == sorted({Version(__version__), *released}, reverse=True)
