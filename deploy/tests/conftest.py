"""Overlays are rendered once for all that is asked of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from deploy.tests.overlays import Objects


@pytest.fixture(scope="session")
def rendered() -> dict[str, Objects]:
    """Every overlay's objects."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl, which renders, is not installed")
    from deploy.tests.overlays import rendered_overlays  # without PyYAML only what needs it is left out

    return rendered_overlays()
