"""Whatever is sent: a clear refusal, no server error, nothing kept, nothing told that is nobody's business."""

from __future__ import annotations

import json
import socket
import struct
import zlib
from collections import Counter
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.mutants import NAMES, mutants, seed_file
from benchmarks.service_rig import serving
from tests.service.running import RunningService

PROBLEM = "application/problem+json"
CHUNKED = (
    b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
BODY = b'--abc\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\na\r\n--abc--\r\n'


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 100,000 x 100,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def kept(server: RunningService) -> int:
    folder = server.service.config.folder / "jobs"
    return len(list(folder.iterdir())) if folder.exists() else 0


def assert_refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert problem["status"] == status
    assert words in problem["detail"]
    assert set(problem) == {"type", "title", "status", "detail"}
    assert "Traceback" not in answer.text
    assert "/src/" not in answer.text


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/inspect"])
@pytest.mark.parametrize(
    ("photo", "status", "words"),
    [
        pytest.param(b"", 415, "empty", id="empty"),
        pytest.param(b"I am a photo, truly", 415, "text", id="text"),
        pytest.param(b"<svg xmlns='x'><script>alert(1)</script></svg>", 415, "SVG", id="a drawing with a script"),
        pytest.param(bomb(), 413, "pixels", id="a bomb"),
        pytest.param(b"\xff\xd8\xff" + bytes(3000), 415, "", id="a JPEG's beginning and nothing"),
    ],
)
def test_what_is_no_photo_is_refused_and_not_kept(
    server: RunningService, path: str, photo: bytes, status: int, words: str
) -> None:
    before = kept(server)
    assert_refused(server.http.post(path, files={"photo": ("family.jpg", photo)}), status, words)
    assert kept(server) == before


def test_struck_files_of_every_format_are_refused_or_done_and_never_an_error_of_ours(tmp_path: Path) -> None:
    """In a process of its own: what a decoder mumbles about odd bytes is an error in this one."""
    statuses: Counter[int] = Counter()
    with serving(tmp_path) as service, httpx.Client(base_url=service.address, timeout=60) as http:
        jobs = []
        for name in NAMES:
            for mutant in mutants(seed_file(name), count=2, seed=sum(name.encode())):
                answer = http.post("/v1/jobs", files={"photo": mutant})
                statuses[answer.status_code] += 1
                if answer.status_code == 202:
                    jobs.append(answer.json()["links"])
                else:
                    assert answer.headers["content-type"] == PROBLEM
        for links in jobs:
            assert http.get(links["events"]).text.count("event: done") == 1
            assert http.get(links["self"]).json()["results"] == []
    assert set(statuses) <= {202, 413, 415}
    assert jobs
    assert statuses[415]


def test_headers_without_end_are_refused_and_not_kept(server: RunningService) -> None:
    with socket.create_connection(("127.0.0.1", server.http.base_url.port or 0), timeout=5) as client:
        try:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"a: b\r\n" * 170_000)
            answer = client.recv(100)
        except ConnectionError:  # closed already, and this machine still sends
            return
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"photo, please\r\n\r\n", id="words"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(b"GET /healthz?\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", id="no ASCII"),
        pytest.param(CHUNKED + b"zz\r\n", id="a chunk of no length"),
    ],
)
def test_what_is_no_http_is_refused_as_everything_else_is(server: RunningService, request_: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.http.base_url.port or 0), timeout=30) as client:
        client.sendall(request_)
        answer = HTTPResponse(client)
        answer.begin()
        body = answer.read()
    assert answer.status == 400
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["x-content-type-options"] == "nosniff"
    problem = json.loads(body)
    assert (problem["status"], problem["type"]) == (400, "urn:open-the-eyes:problem:not-http")
    assert server.http.get("/healthz").status_code == 200


def test_what_is_no_http_is_closed_upon_head_without_a_body(server: RunningService) -> None:
    with socket.create_connection(("127.0.0.1", server.http.base_url.port or 0), timeout=30) as client:
        client.sendall(CHUNKED.replace(b"POST", b"HEAD") + b"zz\r\n")
        head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    assert (head.startswith(b"HTTP/1.1 "), body) == (True, b"")


def test_a_photo_that_was_cut_off_is_refused(server: RunningService, shut: bytes) -> None:
    assert_refused(server.hand_in(shut[: len(shut) // 2]), 415, "")


def test_a_photo_is_told_by_its_bytes_and_not_by_its_name_or_type(server: RunningService, shut: bytes) -> None:
    file = ("../../etc/passwd\x00.exe", shut, "text/html")
    answer = server.http.post("/v1/jobs", files={"photo": file})
    assert answer.status_code == 202
    view = server.ended(answer.json()["id"])
    assert view["state"] == "done"
    assert "passwd" not in str(view)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param("", "JSON object", id="empty"),
        pytest.param("[]", "another kind", id="a list"),
        pytest.param("{", "no JSON", id="broken"),
        pytest.param("[" * 15_000, "no JSON", id="deep"),
        pytest.param('{"a": ' + "[" * 480 + "]" * 480 + "}", "option", id="lists in lists"),
        pytest.param('{"seed": ' + "9" * 9000 + "}", "JSON", id="a number of thousands of digits"),
        pytest.param('{"mode": "warp"}', "mode", id="a mode that never was"),
        pytest.param('{"openness": NaN}', "got no JSON", id="not a number"),
        pytest.param('{"variations": 1000000}', "variations", id="a million variations"),
        pytest.param('{"faces": []}', "such as [1, 3], got none", id="no faces"),
        pytest.param('{"faces": [1], "faces": [2]}', "each name once", id="one option twice"),
        pytest.param('{"styles": [{"face": 1, "face": 2}]}', "each name once", id="one name twice further in"),
        pytest.param('{"faces": {"a": 1}}', "faces", id="faces that are none"),
        pytest.param('{"__class__": 1}', "unknown option", id="an option that does not exist"),
        pytest.param('{"eye_colour": null}', "unknown option", id="another that is null"),
        pytest.param('{"\\ud800": 1}', r"\ud800: unknown option", id="half a surrogate pair"),
        pytest.param('{"gaze": [[0], 1]}', "gaze", id="a gaze that is none"),
        pytest.param('{"mode": ["fast"]}', "mode", id="a list for a word"),
        pytest.param('{"strip_gps": 1}', "strip_gps: expected true or false, got 1", id="a number for yes or no"),
        pytest.param('{"eye_color": {"a": []}}', "eye_color", id="an object for a word"),
    ],
)
def test_options_that_cannot_be_are_refused(server: RunningService, shut: bytes, options: str, words: str) -> None:
    assert_refused(server.hand_in(shut, options), 422, words)


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        pytest.param({"json": {"photo": "http://example.org/a.jpg"}}, 422, "photo", id="an address in JSON"),
        pytest.param({"data": {"photo": "http://example.org/a.jpg"}}, 422, "multipart", id="an address in a form"),
        pytest.param(
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 422, "library", id="no bounds"
        ),
        *(
            pytest.param(
                {"content": BODY, "headers": {"Content-Type": f"multipart/form-data; {told}"}}, 422, words, id=told[:25]
            )
            for told, words in {
                "boundary*=idna''abc": "names its boundary",
                "charset=undefined; boundary=abc": "as multipart/form-data has it",
                "charset=punycode; boundary=abc": "as multipart/form-data has it",
                "boundary=abc; x=" + '";' * 600: "names its boundary",
            }.items()
        ),
        pytest.param({"files": [("photo", b"a"), ("photo", b"b")]}, 422, "one file", id="two photos"),
        pytest.param({"files": [("photo", b"a"), ("reason", b"b")]}, 422, "fields", id="a field of another name"),
        pytest.param(
            {"files": {"photo": b"a"}, "data": {"options[]": "{}"}}, 422, "fields", id="options by another name"
        ),
        pytest.param({"files": [("references", b"a")] * 30}, 422, "at most 8 references", id="thirty files"),
        pytest.param({"files": [("photo", b"a"), ("options", b"{}")]}, 422, "options", id="options in a file"),
        pytest.param({"files": {"photo": b"a"}, "data": {"options": "x" * 50_000}}, 413, "16,384", id="long options"),
        pytest.param({"files": {"photo": (None, bytes(50_000))}}, 413, "as files", id="a photo without a file name"),
        pytest.param({"files": {"photo": b"a"}, "headers": {"Idempotency-Key": "x" * 300}}, 422, "Key", id="long key"),
        pytest.param(
            {"files": {"photo": b"a"}, "headers": [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]},
            422,
            "Idempotency-Key: expected one, got 2",
            id="two keys",
        ),
        pytest.param(
            {"files": {"photo": b"a"}, "headers": {"Content-Encoding": "gzip"}},
            422,
            "a body as it is, got Content-Encoding gzip",
            id="packed",
        ),
    ],
)
def test_forms_that_are_wrong_are_refused(
    server: RunningService, request_: dict[str, Any], status: int, words: str
) -> None:
    assert_refused(server.http.post("/v1/jobs", **request_), status, words)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/v1/jobs/1", 422, "job_id: expected a UUID, got 1; see"),
        ("GET", "/v1/jobs/..%2f..%2fetc%2fpasswd", 404, ""),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000", 404, ""),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000/result?variation=17", 422, "16 or less, got 17"),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000?weight=1", 422, "known here (wait), got weight."),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000?wait=31", 422, "wait: expected 30 or less, got 31; see"),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000?wait=30", 404, ""),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000/result?Face=1", 422, "(variation and face), got Face"),
        ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000/result?face=1&face=2", 422, "face: expected it once"),
        ("DELETE", "/v1/jobs/00000000-0000-4000-8000-000000000000?force=", 422, "got force"),
        ("POST", "/v1/jobs?eye_color=green", 422, "got eye_color; options go into the form"),
        ("POST", "/v1/inspect?eye-colour=green", 422, "got eye-colour; options go into the form"),
        ("PUT", "/v1/jobs", 405, ""),
        ("GET", "/v1/jobs?limit=0", 422, "limit: expected 1 or more, got 0; see"),
        ("GET", "/v1/jobs?limit=2.5", 422, "limit: expected a whole number, got 2.5; see"),
        ("GET", f"/v1/jobs?limit={'9' * 5000}", 422, "limit: expected a whole number, got 99999"),
        ("GET", "/v1/jobs?limit=101", 422, "limit: expected 100 or less, got 101"),
        ("GET", "/v1/jobs?state=arriving", 422, "expected 'queued', 'running', 'done' or 'failed', got arriving"),
        ("GET", "/v1/jobs?after=", 422, "after: expected what `next` of an earlier answer has"),
        ("GET", "/v1/jobs?after=2", 422, "got 2; leave it out"),
        ("GET", "/v1/jobs?after=%ff%00'--", 422, "after: expected what `next`"),
        ("GET", "/v1/jobs?after=f_gAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 422, "after: expected what `next`"),
        ("GET", "/v1/jobs?page=2", 422, "(state and limit and after), got page"),
        ("PUT", "/v1/inspect", 405, ""),
        ("POST", "/v1/jobs/", 404, ""),
        ("GET", "/healthz/", 404, ""),
        ("GET", "/docs", 404, ""),
        ("GET", "/.env", 404, ""),
    ],
)
def test_addresses_that_lead_nowhere_are_problems_too(
    server: RunningService, method: str, path: str, status: int, words: str
) -> None:
    assert_refused(server.http.request(method, path), status, words)


@pytest.mark.parametrize(
    ("method", "path", "allowed", "words"),
    [
        ("PUT", "/v1/jobs/00000000-0000-4000-8000-000000000000", "DELETE, GET, HEAD", "HEAD, got PUT"),
        ("PUT", "/v1/jobs", "GET, HEAD, POST", "expected GET or HEAD or POST, got PUT"),
        ("POST", "/openapi.json", "GET, HEAD", "expected GET or HEAD, got POST"),
    ],
)
def test_a_wrong_method_is_told_all_that_would_be_right(
    server: RunningService, method: str, path: str, allowed: str, words: str
) -> None:
    answer = server.http.request(method, path)
    assert_refused(answer, 405, words)
    assert answer.headers["allow"] == allowed


def test_a_client_that_leaves_in_the_middle_costs_nothing(server: RunningService, shut: bytes) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    head = "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n"
    head += "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode())
    assert server.ended(server.job(shut))["state"] == "done"
