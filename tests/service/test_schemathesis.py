"""Requests that follow or break the OpenAPI document, by the dozen: no server error, and every answer as described.

Against a process of its own, with nothing else running in this one: hypothesis wants no other thread to use `random`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from benchmarks.service_rig import serving

EXAMPLES: Final = 12
"""For each method and address."""

EVENT: Final = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["progress", "done", "failed", "cancelled"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/EventView"},
        },
    },
}
"""What schemathesis, which reads streams event by event, is told of one, where the document tells of the whole text."""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="schemathesis needs Python 3.11")
def test_nothing_that_schemathesis_thinks_of_is_a_server_error_or_unlike_its_description(
    tmp_path: Path, shut: bytes
) -> None:
    with serving(tmp_path, {"OTE_MAX_QUEUE": "1000"}) as service:
        statuses = tried_by_schemathesis(service.address, shut)
    assert len(statuses) == 17
    assert statuses["POST /v1/jobs"][202]
    assert statuses["GET /v1/jobs"].keys() >= {200, 422}
    assert statuses["POST /v1/inspect"][200]
    assert statuses["GET /v1/jobs/{job_id}/events"][200]
    assert statuses["DELETE /v1/jobs/{job_id}"][204]
    assert statuses["HEAD /v1/jobs/{job_id}"].keys() >= {200, 404}
    assert statuses["GET /v1/jobs/{job_id}"].keys() >= {200, 404}


def tried_by_schemathesis(address: str, photo: bytes) -> dict[str, Counter[int]]:
    """What was answered, how often, by method and address. Where a job is asked for, every other time there is one: the
    same, but a new one to be deleted."""
    import hypothesis
    import schemathesis
    from hypothesis import strategies
    from schemathesis import checks
    from schemathesis.core.result import Ok

    kinds = [photo, b"", b"not a photo", photo[:2000]]
    schemathesis.openapi.media_type("image/*", strategies.sampled_from(kinds))
    wanted = [
        checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    document = httpx.get(f"{address}/openapi.json", timeout=60).json()
    stream = document["paths"]["/v1/jobs/{job_id}/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    stream["schema"] = EVENT

    def handed_in() -> str:
        return str(httpx.post(f"{address}/v1/jobs", files={"photo": photo}).json()["id"])

    kept = handed_in()
    for outcome in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(outcome, Ok)

        @hypothesis.settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.seed(20260711)
        @hypothesis.given(case=outcome.ok().as_strategy(), real=strategies.booleans())
        def ask(case: Any, real: bool) -> None:
            if real and "job_id" in (case.path_parameters or {}):
                case.path_parameters["job_id"] = handed_in() if case.method == "DELETE" else kept
            answer = case.call_and_validate(base_url=address, timeout=60, checks=wanted)
            statuses[f"{case.method} {case.path}"][answer.status_code] += 1

        ask()
    return statuses
