"""Photos of one name from several cards, days or lists: a result gives way to its own photo's, and to no namesake's."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from open_the_eyes.batch.plan import plan
from open_the_eyes.batch.spec import BatchSpec
from tests.batch.painted import Batch, chosen_by_hand
from tests.batch.processors import SPEC
from tests.files.pictures import picture

COPYING = replace(SPEC, copy=True)
OVER = replace(SPEC, overwrite=True)
TAKEN = "is there already; --overwrite replaces it, another OUT keeps both."
WORKED_ON = "--overwrite-changed replaces it as well, another OUT keeps both."


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    return Batch(tmp_path, monkeypatch)


def other_card(batch: Batch) -> None:
    """From now on it is another photo, of the same name."""
    batch.photo = batch.photo.parent.with_name("other") / batch.photo.name
    batch.photo.parent.mkdir(exist_ok=True)
    picture().save(batch.photo, quality=30)
    batch.shade = 1


def first_card(batch: Batch) -> None:
    batch.photo = batch.photo.parent.with_name("in") / batch.photo.name
    batch.shade = 0


def exported_again(batch: Batch) -> None:
    picture().save(batch.photo, quality=20)
    batch.shade = 2


def reason(out: Path) -> str:
    """Why the photo failed in the last run."""
    *_, last = (out / "open-the-eyes.batch/manifest.jsonl").read_text().splitlines()
    return str(json.loads(last)["error"])


def test_a_namesake_does_not_take_the_place_of_a_result(batch: Batch, tmp_path: Path) -> None:
    assert batch(SPEC)[0] == {"opened": 1}
    before = (tmp_path / "out/a.opened.jpg").read_bytes()
    other_card(batch)
    assert batch(SPEC)[0] == {"failed": 1}
    assert reason(tmp_path / "out") == f"{tmp_path}/out/a.opened.jpg {TAKEN}"
    assert (tmp_path / "out/a.opened.jpg").read_bytes() == before
    assert batch(OVER)[0] == {"opened": 1}
    assert (tmp_path / "out/a.opened.jpg").read_bytes() != before


def test_a_namesake_does_not_take_the_place_of_a_result_that_has_its_photos_name(batch: Batch, tmp_path: Path) -> None:
    assert batch(COPYING, keep_names=True)[0] == {"opened": 1}
    before = (tmp_path / "out/a.jpg").read_bytes()
    other_card(batch)
    assert batch(COPYING, keep_names=True)[0] == {"failed": 1}
    assert batch(COPYING, keep_names=True, blinks=False, retry_failed=True)[0] == {"failed": 1}
    assert (tmp_path / "out/a.jpg").read_bytes() == before


def test_a_namesake_does_not_take_the_place_of_a_copy(batch: Batch, tmp_path: Path) -> None:
    assert batch(COPYING, blinks=False)[0] == {"unchanged": 1}
    before = batch.photo.read_bytes()
    other_card(batch)
    assert batch(COPYING, blinks=False)[0] == {"failed": 1}
    assert (tmp_path / "out/a.jpg").read_bytes() == before


@pytest.mark.parametrize("spec", [SPEC, OVER], ids=["", "--overwrite"])
def test_what_was_changed_of_a_namesake_stays_and_the_photo_without_a_result_has_failed(
    batch: Batch, tmp_path: Path, spec: BatchSpec
) -> None:
    assert batch(SPEC)[0] == {"opened": 1}
    data = chosen_by_hand(tmp_path / "out/a.opened.jpg")
    other_card(batch)
    assert batch(spec)[0] == {"failed": 1}
    assert (tmp_path / "out/a.opened.jpg").read_bytes() == data
    assert reason(tmp_path / "out").endswith(TAKEN if spec is SPEC else WORKED_ON)
    assert batch(replace(OVER, overwrite_changed=True))[1].replaced == ("a.opened.jpg",)


def test_a_namesake_that_failed_does_not_make_a_result_a_strangers(batch: Batch) -> None:
    assert batch(SPEC)[0] == {"opened": 1}
    other_card(batch)
    assert batch(SPEC)[0] == {"failed": 1}
    first_card(batch)
    exported_again(batch)
    assert batch(SPEC)[0] == {"opened": 1}


def test_a_result_that_a_namesake_took_over_is_the_namesakes(batch: Batch) -> None:
    assert batch(SPEC)[0] == {"opened": 1}
    other_card(batch)
    assert batch(OVER)[0] == {"opened": 1}
    first_card(batch)
    assert batch(SPEC)[0] == {"failed": 1}


@pytest.mark.parametrize(("changed", "state"), [(False, "kept"), (True, "failed")], ids=["as it was", "changed"])
def test_a_photo_that_was_moved_is_no_namesake_while_it_is_as_it_was(
    batch: Batch, tmp_path: Path, changed: bool, state: str
) -> None:
    assert batch(SPEC)[0] == {"opened": 1}
    data = chosen_by_hand(tmp_path / "out/a.opened.jpg")
    batch.photo = batch.photo.parent.rename(tmp_path / "moved") / "a.jpg"
    if changed:
        exported_again(batch)
    assert batch(SPEC)[0] == {state: 1}
    assert (tmp_path / "out/a.opened.jpg").read_bytes() == data


def test_a_photo_is_known_by_where_it_lies_and_not_by_how_that_is_written(batch: Batch, tmp_path: Path) -> None:
    assert batch(SPEC)[0] == {"opened": 1}
    (tmp_path / "link").symlink_to(tmp_path / "in")
    batch.photo = tmp_path / "link/a.jpg"
    exported_again(batch)
    assert batch(SPEC)[0] == {"opened": 1}


@pytest.mark.parametrize("spec", [SPEC, COPYING])
@pytest.mark.parametrize("keep_names", [False, True])
def test_the_next_card_at_the_same_place_has_other_photos(
    batch: Batch, tmp_path: Path, spec: BatchSpec, keep_names: bool
) -> None:
    batch.photo.write_bytes(taken("2026:07:01 12:00:00"))
    assert batch(spec, keep_names=keep_names)[0] == {"opened": 1}
    result = tmp_path / ("out/a.jpg" if keep_names else "out/a.opened.jpg")
    before = result.read_bytes()
    batch.shade = 1
    batch.photo.write_bytes(taken("2026:07:01 12:00:00", "25"))
    assert batch(spec, keep_names=keep_names)[0] == {"failed": 1}
    assert result.read_bytes() == before
    assert reason(tmp_path / "out") == f"{result} {TAKEN}"
    batch.photo.write_bytes(taken("2026:07:01 12:00:00", quality=30))
    assert batch(spec, keep_names=keep_names)[0] == {"opened": 1}
    assert result.read_bytes() != before


def taken(moment: str, part: str = "", quality: int = 90) -> bytes:
    """A JPEG with the moment when it was taken."""
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = moment
    if part:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.SubsecTimeOriginal] = part
    picture().save(out, "JPEG", exif=exif, quality=quality)
    return out.getvalue()


def test_photos_of_lists_are_known_by_where_they_lie(tmp_path: Path) -> None:
    origins = []
    for day in ("day1", "day2"):
        (tmp_path / day).mkdir()
        picture().save(tmp_path / day / "a.jpg")
        (tmp_path / "chosen.txt").write_text(f"{day}/a.jpg\n")
        (listed,) = plan([str(tmp_path / "chosen.txt")], tmp_path / "out").items
        (walked,) = plan([str(tmp_path / day)], tmp_path / "out").items
        assert (listed.name, listed.origin) == (walked.name, walked.origin)
        origins.append(listed.origin)
    assert origins[0] != origins[1]
