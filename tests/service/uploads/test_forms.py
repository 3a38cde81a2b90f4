"""What is taken as the form of an upload, and what is said of others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.service.running import RunningService

if TYPE_CHECKING:
    pass

NAMED = 'name="photo"; filename="a.jpg"'
BOUNDED = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("image", ("a.jpg", b"", "image/jpeg"))], "photo, references, options; got 'image'"),
        ([("options", ("blob", b'{"mode": "fast"}', "application/json"))], "options: expected text, got a file"),
        ([("options", (None, b"{}")), ("options", (None, b"{}"))], "options: expected one JSON object, got 2"),
        ([("photo", ("b.jpg", b""))], "photo: expected one file, got 2; send others of the same people as references."),
    ],
    ids=["another name", "a file of options", "options twice", "two photos"],
)
def test_a_form_that_is_nearly_right_is_told_what_is_wrong_with_it(
    server: RunningService, shut: bytes, parts: list[tuple[str, Any]], said: str
) -> None:
    answer = server.http.post("/v1/jobs", files=[("photo", ("a.jpg", shut)), *parts])
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def of_parts(*parts: tuple[str, bytes], before: bytes = b"", end: bytes = b"--x--\r\n") -> bytes:
    """A form with the boundary x."""
    told = [f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data for head, data in parts]
    return before + b"".join(part + b"\r\n" for part in told) + end


def sent(server: RunningService, body: bytes | Iterator[bytes], kind: str = BOUNDED) -> httpx.Response:
    return server.http.post("/v1/inspect", content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("head", "before", "end"),
    [
        pytest.param("name=photo; filename*=UTF-8''caf%C3%A9.jpg", b"", b"--x--\r\n", id="a name as of RFC 5987 alone"),
        pytest.param('name="photo"; filename="a.jpg"; FileName*=utf-8b.jpg', b"", b"--x--\r\n", id="both names"),
        pytest.param(NAMED, b"Old mail readers show\r\n-- this --xy\r\n", b"--x--\r\n", id="words before it"),
        pytest.param(NAMED, b"\r\n", b"--x--\r\n", id="an empty line before it"),
        pytest.param(NAMED, b"", b"--x--\r\nand words after it", id="words after it"),
        pytest.param(NAMED, b"", b"--x--", id="no end of the last line"),
    ],
)
def test_a_form_is_taken_as_the_standards_have_it_and_a_name_as_programs_tell_it(
    server: RunningService, shut: bytes, head: str, before: bytes, end: bytes
) -> None:
    body = of_parts((head, shut), before=before, end=end)
    assert sent(server, body).status_code == 200
    pieces = (body[place : place + 1] for place in range(80))
    assert sent(server, chain(pieces, [body[80:]])).status_code == 200  # wherever its pieces end


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (of_parts((NAMED, b"photo"), end=b""), BOUNDED, "its last boundary, it broke off before; send it again"),
        (of_parts((NAMED, b"photo"))[:-6], BOUNDED, "its last boundary, it broke off before; send it again"),
        (of_parts((NAMED, b"photo"))[:20], BOUNDED, "its last boundary, it broke off before; send it again"),
        (b"", BOUNDED, "a form with a photo, got an empty body"),
        (of_parts((NAMED, b"photo")), f"{BOUNDED}y", "it is nowhere in the body"),
        (of_parts((NAMED, b"photo")), "multipart/form-data", "names its boundary, got none"),
        (of_parts((NAMED, b"photo")), "", "got no Content-Type"),
        (b"{}", "application/json", "got application/json"),
        (of_parts(('filename="a.jpg"', b"photo")), BOUNDED, "such as photo, got a part without"),
        (of_parts((f'{NAMED}; x="{"a" * 9000}"', b"photo")), BOUNDED, "got one whose parts cannot be told"),
        (of_parts((NAMED, b"photo"), *[("name=options", b"{}")] * 5), BOUNDED, "got more fields; put all options into"),
        (of_parts(("name=photo", b"photo" * 9000)), BOUNDED, "send photos as files, with a file name"),
    ],
    ids=[
        *("no last boundary", "half of the last boundary", "half a header", "nothing", "another boundary"),
        *("no boundary told", "no type", "another type", "no name", "a huge header", "five fields", "a photo as text"),
    ],
)
def test_a_form_that_cannot_be_read_is_told_what_is_wrong_with_it(
    server: RunningService, body: bytes, kind: str, said: str
) -> None:
    answer = sent(server, body, kind)
    assert answer.status_code == (413 if "as files" in said else 422)
    assert said in answer.json()["detail"]
