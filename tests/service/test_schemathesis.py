"""Requests that follow or break the OpenAPI document, by the dozen: none of them ends in a server error.

Against a process of its own, with nothing else running in this one: hypothesis wants no other thread to use `random`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.service_rig import serving

EXAMPLES: Final = 15
"""For each method and address."""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="schemathesis needs Python 3.11")
def test_nothing_that_schemathesis_thinks_of_is_a_server_error(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        tried = tried_by_schemathesis(service.address)
    assert len(tried) == 9


def tried_by_schemathesis(address: str) -> set[str]:
    """Methods and addresses that were asked, none of which answered with a server error."""
    import hypothesis
    import schemathesis
    from schemathesis.core.result import Ok

    tried: set[str] = set()
    for outcome in schemathesis.openapi.from_url(f"{address}/openapi.json").get_all_operations():
        assert isinstance(outcome, Ok)

        @hypothesis.settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.seed(20260711)
        @hypothesis.given(case=outcome.ok().as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(base_url=address, timeout=60)
            assert answer.status_code < 500, case.as_curl_command()
            tried.add(f"{case.method} {case.path}")

        ask()
    return tried
