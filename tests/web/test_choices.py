"""What the page offers to choose from."""

from __future__ import annotations

from open_the_eyes.web import choices
from open_the_eyes.web.choices import Capabilities


def test_files_are_said_to_differ_only_where_they_do() -> None:
    assert "all three have the very same eyes" in choices.about_purposes(Capabilities())
    assert "more steps" in choices.about_purposes(Capabilities(patient=True))
    assert "sharpened as well (gfpgan)" in choices.about_purposes(Capabilities(restorer="gfpgan"))
