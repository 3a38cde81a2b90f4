"""Results that somebody has worked on since the batch wrote them: kept, counted apart, and replaced only when asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.options import Options
from tests.batch.painted import Batch, chosen_by_hand
from tests.batch.processors import SPEC
from tests.files.pictures import picture

OTHER = replace(SPEC, painter="other", overwrite=True)
OVER = replace(SPEC, overwrite=True)


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    return Batch(tmp_path, monkeypatch)


@pytest.fixture
def result(batch: Batch, tmp_path: Path) -> Path:
    """The result that the batch has written."""
    assert batch(SPEC)[0] == {"opened": 1}
    return tmp_path / "out/a.opened.jpg"


def rated_in_place(result: Path) -> bytes:
    """The same number of bytes, written later."""
    data = result.read_bytes()[:-2] + b"**"
    result.write_bytes(data)
    return data


def test_a_result_that_was_changed_is_kept_and_is_no_failure(batch: Batch, result: Path) -> None:
    data = chosen_by_hand(result)
    assert batch(SPEC)[0] == {"kept": 1}
    assert batch(OVER)[0] == {}, "it is known, and stays"
    assert result.read_bytes() == data


@pytest.mark.parametrize("changed", [chosen_by_hand, rated_in_place])
def test_overwrite_alone_never_replaces_what_was_changed(
    batch: Batch, result: Path, changed: Callable[[Path], bytes]
) -> None:
    data = changed(result)
    assert batch(OTHER)[0] == {"kept": 1}
    assert batch(replace(OTHER, painter="a third"))[0] == {"kept": 1}, "whatever a kept file was when it was found"
    assert result.read_bytes() == data


def test_what_was_changed_is_replaced_when_asked_and_named(batch: Batch, result: Path) -> None:
    data = chosen_by_hand(result)
    assert batch(SPEC)[0] == {"kept": 1}
    done, ran = batch(replace(OVER, overwrite_changed=True))
    assert (done, ran.replaced) == ({"opened": 1}, ("a.opened.jpg",))
    assert result.read_bytes() != data


def test_a_result_that_was_only_touched_is_replaced_as_ever(batch: Batch, result: Path) -> None:
    os.utime(result, (1, 1))
    assert batch(OTHER)[0] == {"opened": 1}


def test_what_a_killed_run_has_left_was_changed_by_nobody(batch: Batch, result: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "out/open-the-eyes.batch/manifest.jsonl"
    before = manifest.read_bytes()
    assert batch(OTHER)[0] == {"opened": 1}
    manifest.write_bytes(before)  # it was killed before that was written down
    assert batch(OTHER)[0] == {"opened": 1}
    assert result.exists()


def test_a_kept_result_that_was_deleted_is_made_again(batch: Batch, result: Path) -> None:
    chosen_by_hand(result)
    assert batch(SPEC)[0] == {"kept": 1}
    result.unlink()
    assert batch(SPEC)[0] == {"opened": 1}


def away(batch: Batch, spec: BatchSpec = SPEC) -> None:
    """One run while the photo cannot be read: it fails."""
    data, status = batch.photo.read_bytes(), batch.photo.stat()
    batch.photo.write_bytes(b"away")
    assert batch(spec)[0] == {"failed": 1}
    batch.photo.write_bytes(data)
    os.utime(batch.photo, ns=(status.st_atime_ns, status.st_mtime_ns))


def numbered(batch: Batch) -> None:
    two = replace(OVER, options=Options.of(variations=2))
    assert batch(two)[0] == {"opened": 1}


def called_as_the_photo(batch: Batch) -> None:
    assert batch(OVER, keep_names=True)[0] == {"opened": 1}


def without_a_blink(batch: Batch) -> None:
    """One run in which, with other options, nobody's eyes need opening."""
    assert batch(OTHER, blinks=False)[0] == {"unchanged": 1}


@pytest.mark.parametrize("found", [False, True], ids=["", "kept before"])
@pytest.mark.parametrize("meanwhile", [away, numbered, called_as_the_photo, without_a_blink])
def test_a_run_that_wrote_nothing_there_does_not_make_what_was_changed_a_strangers(
    batch: Batch, result: Path, meanwhile: Callable[[Batch], None], found: bool
) -> None:
    data = chosen_by_hand(result)
    if found:
        assert batch(SPEC)[0] == {"kept": 1}
    meanwhile(batch)
    assert batch(OVER)[0] == {"kept": 1}
    assert result.read_bytes() == data
    assert batch(OVER)[0] == {}, "it is known, and stays"
    assert batch(replace(OVER, overwrite_changed=True))[1].replaced == ("a.opened.jpg",)


def exported_again(batch: Batch) -> None:
    picture().save(batch.photo, quality=30)


def test_the_batchs_own_result_gives_way_when_its_photo_was_exported_again(batch: Batch, result: Path) -> None:
    exported_again(batch)
    batch.shade = 1
    before = result.read_bytes()
    done, ran = batch(SPEC)
    assert (done, ran.left, ran.replaced) == ({"opened": 1}, (), ())
    assert result.read_bytes() != before
    assert batch(SPEC)[0] == {}, "it is done"


def test_a_copy_gives_way_when_its_photo_was_exported_again(batch: Batch, tmp_path: Path) -> None:
    copying = replace(SPEC, copy=True)
    assert batch(copying, blinks=False)[0] == {"unchanged": 1}
    exported_again(batch)
    assert batch(copying, blinks=False)[0] == {"unchanged": 1}
    assert (tmp_path / "out/a.jpg").read_bytes() == batch.photo.read_bytes()


@pytest.mark.parametrize("changed", [chosen_by_hand, rated_in_place])
def test_what_was_changed_stays_when_its_photo_was_exported_again(
    batch: Batch, result: Path, changed: Callable[[Path], bytes]
) -> None:
    exported_again(batch)
    batch.shade = 1
    data = changed(result)
    assert batch(SPEC)[0] == {"kept": 1}
    assert result.read_bytes() == data


@pytest.mark.parametrize("spec", [SPEC, OVER])
def test_what_is_changed_while_the_batch_is_at_work_stays_as_well(batch: Batch, result: Path, spec: BatchSpec) -> None:
    exported_again(batch)
    batch.shade = 1
    batch.before_each = lambda: chosen_by_hand(result)
    assert batch(spec)[0] == {"kept": 1}
    assert result.read_bytes().endswith(b"other eyes")


def test_a_result_of_other_options_gives_way_to_none_unasked(batch: Batch, result: Path) -> None:
    before = result.read_bytes()
    away(batch, OTHER)
    assert batch(replace(OTHER, overwrite=False), retry_failed=True)[0] == {"failed": 1}
    assert result.read_bytes() == before
    assert batch(OTHER)[0] == {"opened": 1}


@pytest.mark.usefixtures("result")
def test_a_result_of_a_photo_that_was_exchanged_for_one_without_a_blink_is_named(batch: Batch) -> None:
    exported_again(batch)
    done, ran = batch(SPEC, blinks=False)
    assert (done, ran.left) == ({"unchanged": 1}, ("a.opened.jpg",))


def test_the_other_variations_of_a_kept_result_are_not_called_those_of_other_options(
    batch: Batch, tmp_path: Path
) -> None:
    two = replace(SPEC, options=Options.of(variations=2))
    assert batch(two)[0] == {"opened": 1}
    chosen_by_hand(tmp_path / "out/a.opened.1.jpg")
    exported_again(batch)
    done, ran = batch(two)
    assert (done, ran.left) == ({"kept": 1}, ())
