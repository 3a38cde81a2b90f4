"""Every model file that the package brings is named where its licence and its sources are told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from open_the_eyes.cli import doctor

ROOT: Final = Path(__file__).parents[1]
THIRD_PARTY: Final = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
MODELS: Final = re.findall(r"data/(\w+)\.\w+$", (doctor.MODELS / doctor.SUMS).read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("model", MODELS)
def test_of_each_model_licence_and_sources_are_told(model: str) -> None:
    licence, sources = re.findall(rf"^\| `{model}`.*$", THIRD_PARTY, flags=re.MULTILINE)
    assert re.search("Apache-2.0 for the file|CC BY 4.0", licence)
    assert "model card" not in licence + sources  # which no package has


def test_what_is_not_apache_is_in_the_licence_expression_and_named_in_the_notice() -> None:
    others = {
        model for model in MODELS if re.search(rf"^\| `{model}`.*in the package.*CC BY", THIRD_PARTY, re.MULTILINE)
    }
    assert others == {"exemplars"}
    assert 'license = "Apache-2.0 AND CC-BY-4.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "exemplars.npz" in (ROOT / "NOTICE").read_text(encoding="utf-8")
