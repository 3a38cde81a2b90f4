"""What tests of the reference engine share."""

from __future__ import annotations

import pytest

from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.reference.generator import ReferenceGenerator


@pytest.fixture(scope="session")
def generator() -> ReferenceGenerator:
    return ReferenceGenerator(AppearanceGenerator())
