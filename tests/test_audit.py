"""A finding fails; silence is called silence, and not a clean bill of health."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools import audit
from tools.audit import NOT_DONE, verdict

CLEAN = {"name": "a", "version": "1", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "Dependency not found on PyPI and could not be audited: b (2)"}
FOUND = {"name": "c", "version": "3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"], "aliases": []}]}


def report(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.mark.parametrize(
    ("told", "complaints", "code", "words"),
    [
        pytest.param(report(CLEAN), "", 0, "1 packages asked about, 0 findings", id="clean"),
        pytest.param(report(CLEAN, SKIPPED), "", 0, "not asked about: b", id="one unknown"),
        pytest.param(report(CLEAN, FOUND), "", 1, "c 3: PYSEC-1, mended in 3.1", id="a finding"),
        pytest.param(report(SKIPPED), "No known vulnerabilities found", 0, NOT_DONE, id="nobody answered"),
        pytest.param(report(), "", 0, NOT_DONE, id="nobody was asked"),
        pytest.param("", "requests.exceptions.ConnectionError: ...", 0, NOT_DONE, id="no network"),
        pytest.param("", "requests.exceptions.SSLError: ...", 0, NOT_DONE, id="a proxy nobody here trusts"),
        pytest.param("", "No module named pip_audit", 2, "No module named pip_audit", id="not installed"),
        pytest.param("{", "", 2, "expected a report", id="half an answer"),
    ],
)
def test_what_is_made_of_what_pip_audit_says(told: str, complaints: str, code: int, words: str) -> None:
    found = verdict(told, complaints)
    assert found.code == code
    assert words in "\n".join(found.lines)


def test_a_finding_that_is_lived_with_is_named_and_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-1": "that function is never called"})
    found = verdict(report(FOUND), "")
    assert found.code == 0
    assert "never called" in "\n".join(found.lines)
