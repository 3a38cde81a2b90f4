"""What the page offers to choose from."""

from __future__ import annotations

import pytest

from open_the_eyes.web import choices
from open_the_eyes.web.choices import Capabilities


@pytest.mark.parametrize(
    ("capabilities", "offered"),
    [
        (Capabilities(), ("standard",)),
        (Capabilities(restorer="gfpgan"), ("standard", "ultra")),
        (Capabilities(patient=True), ("standard", "quality", "ultra")),
        (Capabilities(patient=True, restorer="gfpgan"), ("standard", "quality", "ultra")),
    ],
)
def test_a_file_is_offered_once_however_it_could_be_called(
    capabilities: Capabilities, offered: tuple[str, ...]
) -> None:
    assert choices.purposes(capabilities) == offered


def test_files_are_said_to_differ_only_where_they_do() -> None:
    assert "eyes that you see." in choices.about_purposes(Capabilities())
    assert "more steps" in choices.about_purposes(Capabilities(patient=True))
    assert "sharpened as well (gfpgan)" in choices.about_purposes(Capabilities(restorer="gfpgan"))
