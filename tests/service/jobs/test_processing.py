"""What is painted is stored once, marker last, and waits for room where there is none."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.errors import Cancelled, PhotoNotWritten, UnreadablePhoto
from open_the_eyes.files import encoded_with_report
from open_the_eyes.options import NAMES, Options
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.service.errors import StoreAway
from open_the_eyes.service.jobs import processing
from open_the_eyes.service.jobs.job import FOR_SCREEN, MARKER, PHOTO, Job, JobRequest
from open_the_eyes.service.jobs.processing import has_results, load_results, options_of, process, store_results
from open_the_eyes.service.store import ArtifactStore
from tests.files.pictures import saved

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine
    from open_the_eyes.imaging.arrays import Rgb
    from open_the_eyes.results import Opened


class Disk(ArtifactStore):
    """A store whose disk is full for the next `refusals` writes; counts, and remembers the order."""

    def __init__(self, folder: Path, refusals: int = 0) -> None:
        super().__init__(str(folder))
        self.refusals, self.order = refusals, list[str]()

    def put(self, job: str, name: str, data: bytes) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreAway("no room") from OSError(errno.ENOSPC, "No space left on device")
        self.order.append(name)
        super().put(job, name, data)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "ROOM_PAUSES", (0.0,))


def handed_in(store: ArtifactStore, photo: bytes) -> Job:
    job = Job(str(uuid4()), JobRequest("a", {}), "running", 1, 0.0)
    ArtifactStore.put(store, job.id, PHOTO, photo)
    return job


def silent(_: str, __: float) -> None:
    pass


def yes() -> bool:
    return True


@pytest.fixture(scope="module")
def opened(engine: Engine, shut: bytes) -> Opened:
    return open_eyes(shut, engine=engine)


def test_the_marker_is_stored_last_and_holds_report_and_results(tmp_path: Path, opened: Opened) -> None:
    store, job = Disk(tmp_path), str(uuid4())
    store_results(job, opened, store, yes, time.sleep)
    assert store.order == ["result-1.jpg", "result-1.face-1.jpg", MARKER]
    report, results = load_results(job, store)
    assert report["faces"][0]["outcome"] == "opened"
    told = {"path": "result-1.jpg", "sha256": results[0]["sha256"], "encoding": "coefficients", "notes": []}
    assert report["outputs"] == [told]


@pytest.mark.parametrize("for_screen", [True, False])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_results_have_the_photos_format_unless_they_are_only_looked_at(
    tmp_path: Path, engine: Engine, blinked: Rgb, file_format: str, *, for_screen: bool
) -> None:
    opened, job = open_eyes(saved(Image.fromarray(blinked), file_format), engine=engine), str(uuid4())
    store = Disk(tmp_path)
    if for_screen:
        store.put(job, FOR_SCREEN, b"")
    store_results(job, opened, store, yes, time.sleep)
    _, (result,) = load_results(job, store)
    expected = "JPEG" if for_screen else file_format
    with Image.open(BytesIO(store.get(job, result["name"]))) as stored:
        assert (stored.format, result["media_type"]) == (expected, f"image/{expected.lower()}")
        off = np.abs(np.asarray(stored.convert("RGB"), np.int16) - opened.photo.pixels)
    assert off.mean() < 3


def test_the_small_pictures_of_faces_are_cut_out_of_a_photo_that_is_never_put_together(
    tmp_path: Path, engine: Engine, shut: bytes
) -> None:
    fresh = open_eyes(shut, Options.of(variations=2), engine=engine)
    store_results(str(uuid4()), fresh, Disk(tmp_path), yes, time.sleep)
    assert not [one for one in fresh.variations if "whole" in vars(one.picture)]


def test_a_variation_is_stored_before_the_next_is_encoded(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, encoded = Disk(tmp_path), list[int]()

    def encode(*what: Any) -> Any:
        encoded.append(len(store.order))
        return encoded_with_report(*what)

    monkeypatch.setattr(processing, "encoded_with_report", encode)
    store_results(str(uuid4()), replace(opened, variations=opened.variations * 3), store, yes, time.sleep)
    assert encoded == [0, 2, 4], "each with its face's picture"
    assert store.order[-1] == MARKER


def test_only_a_job_with_a_marker_is_painted(tmp_path: Path, opened: Opened) -> None:
    store, job = Disk(tmp_path), str(uuid4())
    store.put(job, "result-1.jpg", b"as far as a process came that was killed")
    assert not has_results(job, store)
    store_results(job, opened, store, yes, time.sleep)
    assert has_results(job, store)


def test_a_full_disk_is_waited_for(tmp_path: Path, opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    store, job = Disk(tmp_path, refusals=3), str(uuid4())
    store_results(job, opened, store, yes, time.sleep)
    assert store.refusals == 0
    assert len(load_results(job, store)[1]) == 1
    assert "no room" in caplog.text


def test_nobody_waits_for_a_disk_on_behalf_of_a_job_that_was_deleted(tmp_path: Path, opened: Opened) -> None:
    answers = iter([True, True, False])
    with pytest.raises(Cancelled):
        store_results(str(uuid4()), opened, Disk(tmp_path, refusals=1_000_000), lambda: next(answers), time.sleep)


def test_a_picture_that_its_format_cannot_hold_is_not_waited_for(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("encoder error -2")

    monkeypatch.setattr(processing, "encoded", refused)
    with pytest.raises(PhotoNotWritten, match="encoder"):
        store_results(str(uuid4()), opened, Disk(tmp_path), yes, time.sleep)


def test_an_option_that_is_null_counts_as_not_given() -> None:
    nothing = dict.fromkeys(NAMES)
    assert options_of(nothing) == Options()
    assert options_of({**nothing, "mode": "fast"}) == Options.of(mode="fast")


def test_a_photo_that_is_none_is_said(engine: Engine, tmp_path: Path) -> None:
    store = Disk(tmp_path)
    with pytest.raises(UnreadablePhoto):
        process(handed_in(store, b"text"), store, engine, silent)


def test_a_photo_that_is_gone_is_said(engine: Engine, tmp_path: Path) -> None:
    store = Disk(tmp_path)
    job = replace(handed_in(store, b""), id=str(uuid4()))
    with pytest.raises(FileNotFoundError):
        process(job, store, engine, silent)


def test_what_progress_raises_stops_the_painting(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    def stop_at(wanted: str) -> Callable[[str, float], None]:
        def tell(stage: str, _: float) -> None:
            if stage == wanted:
                raise Cancelled("stop")

        return tell

    store = Disk(tmp_path)
    with pytest.raises(Cancelled):
        process(handed_in(store, shut), store, engine, stop_at("generate"))
    assert store.order == []
