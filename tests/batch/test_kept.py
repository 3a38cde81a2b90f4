"""Results that somebody has worked on since the batch wrote them: kept, counted apart, and replaced only when asked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item, plan
from open_the_eyes.batch.process_item import process_item
from open_the_eyes.batch.run import BatchResult, Stop, run_batch
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.summary import summary_of
from open_the_eyes.files import read
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, unwatched
from tests.files.pictures import RECORD, picture
from tests.stand_in import face_report, report_of

OTHER = replace(SPEC, painter="other", overwrite=True)
OVER = replace(SPEC, overwrite=True)


class Batch:
    """Batches over in/a.jpg, with a stand-in for the painting.

    Args:
        shade: of what is painted.
        before_each: happens before a photo is done.
    """

    shade: int = 0
    before_each: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "in").mkdir()
        self.photo = folder / "in/a.jpg"
        picture().save(self.photo)
        self._folder, self._monkeypatch = folder, monkeypatch
        self._read = read(self.photo, Settings())

    def __call__(
        self, spec: BatchSpec, *, keep_names: bool = False, blinks: bool = True, retry_failed: bool = False
    ) -> tuple[Counter[str], BatchResult]:
        """What this run did, and how it ended.

        Args:
            blinks: somebody's eyes need opening.
        """
        planned = plan([str(self._folder / "in")], self._folder / "out", keep_names=keep_names, copy=spec.copy)
        engine: Any = SimpleNamespace(settings=Settings())
        opened: Any = SimpleNamespace(report=report_of("a.jpg"), faces=(), changed=False)
        if blinks:
            painted = [self._painted(spec, one) for one in range(spec.options.generate.variations)]
            opened = Opened(tuple(painted), report_of("a.jpg", face_report()))
        self._monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)

        def execute(items: Sequence[Item], stop: Stop) -> Generator[Any, None, None]:  # noqa: ARG001
            for item in items:
                self.before_each()
                yield process_item(item, spec, spec.fingerprint, engine, planned.out, tuple)

        with Manifest(planned.folder) as manifest:
            ran = run_batch(planned, spec, manifest, execute, retry_failed=retry_failed, watch=unwatched)
            told = summary_of(planned, spec, manifest, ran.tally, ran.left, ran.replaced)
        result = planned.within(planned.items[0].output)
        assert told["kept_results"] == ([result] if told["kept"] else [])
        assert told["this_run"]["replaced_although_changed"] == list(ran.replaced)
        return ran.tally.now, ran

    def _painted(self, spec: BatchSpec, number: int) -> Photo:
        pixels = self._read.pixels.copy()
        pixels[10:20, 10:30] = len(spec.painter) + number + 100 * self.shade
        return replace(self._read.with_pixels(pixels), edit=RECORD)


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    return Batch(tmp_path, monkeypatch)


@pytest.fixture
def result(batch: Batch, tmp_path: Path) -> Path:
    """The result that the batch has written."""
    assert batch(SPEC)[0] == {"opened": 1}
    return tmp_path / "out/a.opened.jpg"


def chosen_by_hand(result: Path) -> bytes:
    data = result.read_bytes() + b"other eyes"
    result.write_bytes(data)
    return data


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
