"""The OpenAPI document is complete, and true of what is answered."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from open_the_eyes.photo import MEDIA_TYPES
from open_the_eyes.service.errors import Busy
from open_the_eyes.service.http.events import GONE
from open_the_eyes.service.http.operations import EVENTS
from open_the_eyes.service.http.schemas import EventView, JobSummaryView, JobsView, JobView, ReportView
from open_the_eyes.service.job_service import READY_SECONDS
from open_the_eyes.service.memo import Memo
from open_the_eyes.service.problems import name_of
from tests.service.running import RunningService


def unknown(value: Any, view: Any) -> list[str]:
    """Names in an answer that its description does not know."""
    found = [name for name in value if name not in view.model_fields]
    return [f"{view.__name__}.{name}" for name in found]


def test_every_address_says_what_it_does_and_how_it_can_refuse(document: dict[str, Any]) -> None:
    operations = [(path, verb, one) for path, way in document["paths"].items() for verb, one in way.items()]
    assert len(operations) == 17
    for path, verb, one in operations:
        assert one["description"], (path, verb)
        refusals = [code for code in one["responses"] if code[0] in "45"]
        assert "500" in refusals, (path, verb)
        for code in refusals:
            shown = one["responses"][code].get("content", {})
            assert ("application/problem+json" in shown) == (verb != "head"), (path, verb, code)


def test_head_is_described_wherever_it_is_answered(server: RunningService, document: dict[str, Any]) -> None:
    for path, way in document["paths"].items():
        allowed = server.http.request("BREW", path.replace("{job_id}", str(uuid4()))).headers["allow"].split(", ")
        assert allowed == sorted(verb.upper() for verb in way), path
    names = [one["operationId"] for way in document["paths"].values() for one in way.values()]
    assert len(set(names)) == len(names)


def test_the_upload_is_described_with_an_example(document: dict[str, Any]) -> None:
    form = document["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert set(form["schema"]["properties"]) == {"photo", "references", "options"}
    assert form["examples"]


def test_whatever_the_document_points_at_is_in_it(document: dict[str, Any]) -> None:
    pointers = re.findall(r'"\$ref": "([^"]+)"', json.dumps(document))
    assert "#/components/schemas/FaceStyle" in pointers
    for pointer in set(pointers):
        there: Any = document
        for part in pointer.removeprefix("#/").split("/"):
            assert part in there, pointer
            there = there[part]


def test_every_field_of_an_answer_has_an_example(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("View"):
            for field, told in schema["properties"].items():
                plain = "$ref" not in str(told) and "enum" not in told and "const" not in told
                assert "examples" in told or not plain, f"{name}.{field}"


def test_who_is_refused_for_coming_too_often_is_told_of_the_header_and_of_every_reason(
    document: dict[str, Any],
) -> None:
    refusals = [one["responses"].get("429") for way in document["paths"].values() for one in way.values()]
    for told in filter(None, refusals):
        assert "Retry-After" in told["headers"]
        for kind in Busy.__subclasses__():
            assert f"`{name_of(kind)}`" in told["description"]
    assert "429" not in document["paths"]["/metrics"]["get"]["responses"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/v1/jobs"),
        ("get", "/v1/jobs"),
        ("get", "/v1/jobs/{job_id}"),
        ("get", "/v1/jobs/{job_id}/events"),
        ("get", "/v1/jobs/{job_id}/result"),
        ("delete", "/v1/jobs/{job_id}"),
        ("get", "/readyz"),
    ],
)
def test_that_the_database_is_away_is_answered_as_the_document_says(
    server: RunningService, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, ConnectionRefusedError(111, "Connection refused"))

    for name in ("get", "listed", "check_room", "waiting"):
        monkeypatch.setattr(server.service.repository, name, away)
    monkeypatch.setattr(server.service, "_ready", Memo[str, bool](READY_SECONDS))  # nothing is known yet
    answer = server.http.request(method, path.replace("{job_id}", str(uuid4())))
    described = document["paths"][path][method]["responses"]
    assert answer.status_code == 503
    assert described["503"]["content"].keys() == {answer.headers["content-type"]}
    if path != "/readyz":
        assert int(answer.headers["retry-after"]) >= 1
        assert "Retry-After" in described["503"]["headers"]


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert names <= set(document["components"]["schemas"])


def test_every_answer_is_of_a_kind_that_is_named_and_of_text_where_it_is_text(document: dict[str, Any]) -> None:
    answers = [told for way in document["paths"].values() for one in way.values() for told in one["responses"].values()]
    kinds = [kind for told in answers for kind in told.get("content", {}).items()]
    assert not [name for name, _ in kinds if "*" in name]
    for name, told in kinds:
        if name.startswith("text/"):
            assert told["schema"]["type"] == "string", name
    results = document["paths"]["/v1/jobs/{job_id}/result"]["get"]["responses"]["200"]["content"]
    assert results.keys() == {*MEDIA_TYPES.values(), "application/octet-stream"}


def test_headers_of_a_result_and_of_its_304_are_in_the_document(
    server: RunningService, shut: bytes, document: dict[str, Any]
) -> None:
    address = server.ended(server.job(shut))["links"]["result"]
    described = document["paths"]["/v1/jobs/{job_id}/result"]["get"]["responses"]
    for headers, status in (({}, "200"), ({"If-None-Match": "*"}, "304")):
        answer = server.http.get(address, headers=headers)
        assert str(answer.status_code) == status
        assert {"ETag", "Vary"} == described[status]["headers"].keys()
        assert all(name in answer.headers for name in described[status]["headers"])


def test_only_the_last_event_of_a_deleted_job_has_no_id(document: dict[str, Any]) -> None:
    events = document["paths"]["/v1/jobs/{job_id}/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    assert b"id:" not in GONE
    assert all("id: " in one for one in EVENTS.strip().split("\n\n"))
    assert "but for `cancelled`" in events["schema"]["description"]


FORMATS = {"id": "uuid", "next": "uri-reference", "type": "uri"} | {
    **dict.fromkeys(("created", "started", "finished", "expires"), "date-time"),
    **dict.fromkeys(("href", "self", "events", "result"), "uri-reference"),
}
"""Of strings in answers that are something more than words."""


@pytest.mark.parametrize("view", ["JobView", "JobSummaryView", "JobsView", "LinksView", "ResultView", "ProblemView"])
def test_ids_moments_and_addresses_are_told_as_such(document: dict[str, Any], view: str) -> None:
    told = document["components"]["schemas"][view]["properties"]
    named = {name: one.get("format", one.get("anyOf", [{}])[0].get("format")) for name, one in told.items()}
    expected = {name: FORMATS[name] for name in told if name in FORMATS}
    assert expected
    assert {name: of for name, of in named.items() if of} == expected


def test_ids_moments_and_addresses_have_the_format_that_is_told(server: RunningService, shut: bytes) -> None:
    server.ended(server.job(shut))
    failed = server.ended(server.job(shut, '{"faces": [9]}'))
    assert failed["problem"]["type"].startswith("urn:")
    page = server.http.get("/v1/jobs?limit=1").json()
    for one in (failed, *page["jobs"]):
        assert str(UUID(one["id"])) == one["id"]
        assert all(datetime.fromisoformat(one[name]).tzinfo for name in ("created", "started", "finished", "expires"))
        assert all(server.http.get(one["links"][name]).status_code in (200, 404) for name in ("self", "result"))


def test_what_events_tell_is_what_the_document_describes(server: RunningService, shut: bytes) -> None:
    text = server.http.get(f"/v1/jobs/{server.job(shut)}/events").text
    told = [json.loads(line) for line in re.findall("^data: (.+)$", text + EVENTS + GONE.decode(), re.MULTILINE)]
    assert len(told) > 3
    for one in told:
        EventView.model_validate(one)
        assert unknown(one, EventView) == []
    assert {name for one in told for name in one} == set(EventView.model_fields)


def test_what_is_answered_is_what_the_document_describes(server: RunningService, shut: bytes) -> None:
    view = server.ended(server.job(shut))
    JobView.model_validate(view)
    assert unknown(view, JobView) == []
    page = server.http.get("/v1/jobs?limit=1").json()
    JobsView.model_validate(page)
    assert [unknown(one, JobSummaryView) for one in page["jobs"]] == [[]]
    assert unknown(view["report"], ReportView) == []
    for part, value in (("faces", view["report"]["faces"][0]), ("stages", view["report"]["stages"][0])):
        (inner,) = ReportView.model_fields[part].annotation.__args__  # type: ignore[union-attr]
        assert unknown(value, inner) == []
