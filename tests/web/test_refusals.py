"""Plain words for each refusal, and no more of it than a visitor should read."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from open_the_eyes import files
from open_the_eyes.errors import GpuFailed, OpenTheEyesError, UnreadablePhoto
from open_the_eyes.service.problems import problem_of
from open_the_eyes.settings import Settings
from open_the_eyes.web.refusals import kind_of, left_out, own_limit, refusal


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("unreadable-photo", "not a photo"),
        ("photo-too-large", "too large"),
        ("folder", "a folder"),
        ("queue-full", "waiting"),
        ("own-queue-full", "your photos"),
        ("too-many-uploads", "arriving"),
        ("too-many-requests", "a lot"),
        ("busy", "just now"),
        ("no-face", "No face"),
        ("not-here", "not here any more"),
        ("key-needed", "signed out"),
        ("unwatched", "was stopped"),
        ("no-answer", "No connection"),
        ("bug", "Something went wrong"),
        ("what nobody knows", "Something went wrong"),
    ],
)
def test_every_refusal_has_plain_words(kind: str, said: str) -> None:
    headline, advice = refusal(kind)
    assert said in headline
    assert advice


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("the photo: expected a JPEG, PNG or TIFF photo, this is a PDF; convert it.", "This is a PDF; convert it."),
        ("reference 12: expected a whole picture, the file is empty.", "The file is empty."),
        (
            "expected a whole picture, the file is damaged: no end, no size. Copy it again.",
            "The file is damaged: no end, no size. Copy it again.",
        ),
        ("expected RGB, this TIFF stores YCbCr; save it as RGB.", "This TIFF stores YCbCr; save it as RGB."),
        (
            "the photo: expected a TIFF of one page, this has several; save one.",
            "Expected a TIFF of one page, this has several; save one.",
        ),
        (
            "expected the library pillow-heif to read a HEIC, it is missing; convert it.",
            "Expected the library pillow-heif to read a HEIC, it is missing; convert it.",
        ),
    ],
    ids=["a PDF", "empty", "damaged", "a TIFF", "whole only with its head", "a library"],
)
def test_a_photo_that_cannot_be_read_is_named_and_so_is_the_reason(detail: str, said: str) -> None:
    headline, advice = refusal("unreadable-photo", {"detail": detail}, name="{letter}.jpg")
    assert headline == "{letter}.jpg is not a photo that can be read."
    assert advice == said


def test_what_is_missing_to_read_a_heic_is_named_with_the_command_that_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnreadablePhoto) as refused:
        files.read(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Settings())
    assert refused.value.mend in own_limit("unreadable-photo", problem_of(refused.value)["detail"])


@pytest.mark.parametrize("head", [b"%PDF-1.7", b"GIF89a", b"8BPS"], ids=["PDF", "GIF", "Photoshop"])
def test_what_is_no_photo_is_not_to_become_one_of_those_that_are_not_named(head: bytes) -> None:
    with pytest.raises(UnreadablePhoto) as refused:
        files.read(head + bytes(100), Settings())
    advice = refusal("unreadable-photo", problem_of(refused.value))[1]
    assert advice.endswith("; choose the photo itself (JPEG, PNG, HEIC …), or convert it.")


def test_shots_that_were_left_out_are_named() -> None:
    told = [
        {"name": "a.txt", "problem": {"type": "urn:open-the-eyes:problem:unreadable-photo", "detail": "this is text."}},
        {"name": "b.jpg", "problem": {"type": "urn:open-the-eyes:problem:no-face", "detail": "expected a face."}},
    ]
    headline, advice = left_out(told)
    assert headline == "2 files were left out."
    assert advice == "a.txt is not a photo that can be read. This is text. No face was found in b.jpg."
    assert left_out(told[:1])[0] == "One file was left out."
    for nothing in (None, [], "text", [7], [{"name": 1, "problem": "text"}]):
        assert left_out(nothing) == ("", "")


@pytest.mark.parametrize("over", [None, [], {"names": ["a.jpg"], "count": "1", "most": 9}, {"names": [], "count": 0}])
def test_where_no_file_is_too_many_nothing_is_said(over: object) -> None:
    assert left_out([], over) == ("", "")


def test_files_that_are_too_many_are_named_and_counted_and_no_command_is() -> None:
    over = {"names": ["x.jpg", "../y.jpg"], "count": 1202, "most": 9}
    headline, advice = left_out([], over)
    assert headline == "1,202 files were left out."
    assert advice == "At most 9 photos can come at once, so without x.jpg, y.jpg and 1,200 more."
    problem = {"type": "urn:open-the-eyes:problem:no-face"}
    headline, advice = left_out([{"name": "b.jpg", "problem": problem}], {**over, "count": 2})
    assert headline == "3 files were left out."
    assert advice == "No face was found in b.jpg. At most 9 photos can come at once, so without x.jpg, y.jpg."


def every(error: type[OpenTheEyesError]) -> Iterator[type[OpenTheEyesError]]:
    yield error
    for kind in error.__subclasses__():
        yield from every(kind)


@pytest.mark.parametrize("error", [e for e in every(OpenTheEyesError) if e.http_status in (422, 503)])
def test_what_refuses_a_photo_is_not_called_a_bug(error: type[OpenTheEyesError]) -> None:
    kind = kind_of(problem_of(error("why")))
    assert refusal(kind) != refusal("bug")


def test_a_gpu_that_fails_tells_no_visitor_where() -> None:
    said = str(
        problem_of(GpuFailed("CUDA failure 700: an illegal memory access ; GPU=0 ; hostname=node-17 ; file=/a.cc"))
    )
    assert "node-17" not in said
    assert "/a.cc" not in said


def test_a_limit_is_named_and_so_is_the_time_to_wait() -> None:
    problem = {"detail": "expected at most 5 bytes in a photo, got 9; make it smaller."}
    assert refusal("photo-too-large", problem)[1].startswith("Expected at most 5 bytes")
    assert refusal("queue-full", None, 12)[1].endswith("in 12 seconds.")
    assert refusal("too-many-uploads", None, 1)[1].endswith("in 1 second.")


def test_who_drops_a_whole_folder_at_their_own_computer_is_told_which_command_is_for_that() -> None:
    for kind, is_for_folders in (("folder", True), ("photo-too-large", False)):
        assert ("`open-the-eyes batch`" in own_limit(kind)) is is_for_folders
    assert own_limit("busy") == ""
