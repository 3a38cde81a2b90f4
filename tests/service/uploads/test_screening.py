"""What of an upload is refused by what its files say, and that no photo is decoded more often than it has to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from open_the_eyes.errors import PhotoTooLarge, UnreadablePhoto
from open_the_eyes.files import reading
from open_the_eyes.service.uploads.screening import check_readable, refused
from open_the_eyes.settings import Settings
from tests.service.conftest import as_file
from tests.service.huge import huge

if TYPE_CHECKING:
    from tests.service.running import RunningService

SMALL = Settings(max_pixels=100)


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/inspect"])
def test_photos_that_are_huge_together_are_refused_before_any_is_decoded(server: RunningService, path: str) -> None:
    shots = [("references", (f"{n}.webp", huge())) for n in range(8)]
    answer = server.http.post(path, files=[("photo", ("a.webp", huge())), *shots])
    assert answer.status_code == 413, answer.text
    assert answer.json()["type"].endswith("photo-too-large")
    assert answer.json()["detail"].startswith(
        "reference 4: expected at most 400,000,000 pixels in all photos of a request, with this one of 10000 x 10000 "
        "it has 500,000,000 or more; "
    )


@pytest.mark.parametrize(
    ("sides", "out"),
    [
        ((10,), []),
        ((10, 10), []),
        ((1, 10), []),
        ((10, 10, 1), [2]),
        ((8, 8, 9, 8), [2]),
    ],
    ids=["alone", "as much as there may be", "small", "one pixel more", "a smaller one after it has room"],
)
def test_all_photos_together_have_twice_the_pixels_of_one(sides: tuple[int, ...], out: list[int]) -> None:
    photos = [huge(side) for side in sides]
    assert list(refused(photos, SMALL, leave_out=True)) == out
    if out:
        with pytest.raises(PhotoTooLarge, match=f"reference {out[0]}: expected at most 200 pixels in all"):
            refused(photos, SMALL)


def test_one_photo_has_no_more_pixels_than_before() -> None:
    for photos, said in (
        ([huge(11)], "the photo: expected at most 100 pixels"),
        ([huge(1), huge(11)], "reference 1: "),
    ):
        with pytest.raises(PhotoTooLarge, match=said):
            refused(photos, SMALL)


def test_what_is_no_photo_is_left_out_or_refuses_the_whole() -> None:
    photos = [huge(1), b"a letter", huge(1)]
    assert list(refused(photos, SMALL, leave_out=True)) == [1]
    assert list(refused([b"", *photos], SMALL, leave_out=True)) == [0, 2]
    with pytest.raises(UnreadablePhoto, match="reference 1: the photo: expected a"):
        refused(photos, SMALL)
    for none_of_use in ([b"a letter"], [b"a letter", huge(11)]):
        with pytest.raises(UnreadablePhoto, match=r"^the photo: expected a"):
            refused(none_of_use, SMALL, leave_out=True)


def test_what_says_that_it_is_a_photo_is_decoded_before_it_becomes_a_job() -> None:
    good = as_file(np.zeros((8, 8, 3), np.uint8))
    check_readable([good, good], SMALL)
    for photos, said in (([huge(9), good], "^the photo: "), ([good, huge(9)], "^reference 1: the photo: ")):
        assert not refused(photos, SMALL)
        with pytest.raises(UnreadablePhoto, match=said):
            check_readable(photos, SMALL)


def test_who_only_looks_has_each_photo_decoded_once(
    server: RunningService, shut: bytes, awake: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded, decode = list[str](), reading._decoded

    def counting(file_format: str, *rest: object) -> object:
        decoded.append(file_format)
        return decode(file_format, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "_decoded", counting)
    answer = server.http.post("/v1/inspect", files={"photo": shut, "references": awake})
    assert answer.status_code == 200, answer.text
    assert len(decoded) == 2
