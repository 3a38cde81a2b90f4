"""What is painted is stored once, marker last, and waits for room where there is none."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from open_the_eyes.errors import Cancelled, PhotoNotWritten, UnreadablePhoto
from open_the_eyes.service import painting
from open_the_eyes.service.jobs import MARKER, PHOTO, Job, Wish
from open_the_eyes.service.painting import paint, painted
from open_the_eyes.service.store import Store

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


class Disk(Store):
    """A store whose next `refusals` writes fail with an error of the system; counts, and remembers the order."""

    def __init__(self, folder: Path, refusals: int = 0, number: int = errno.ENOSPC) -> None:
        super().__init__(str(folder))
        self.refusals, self.number, self.order = refusals, number, list[str]()

    def put(self, job: str, name: str, data: bytes) -> None:
        if self.refusals:
            self.refusals -= 1
            raise PhotoNotWritten("no room") from OSError(self.number, "No space left on device")
        self.order.append(name)
        super().put(job, name, data)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "PATIENCE", (0.0,))


def handed_in(store: Store, photo: bytes) -> Job:
    job = Job(str(uuid4()), Wish("a", {}), "running", 1, 0.0)
    Store.put(store, job.id, PHOTO, photo)
    return job


def silent(_: str, __: float) -> None:
    pass


def yes() -> bool:
    return True


def test_the_marker_is_written_last_and_holds_report_and_results(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    store = Disk(tmp_path)
    job = handed_in(store, shut)
    paint(job, store, engine, silent, yes)
    assert store.order == ["result-1.jpg", "result-1.face-1.jpg", MARKER]
    report, results = painted(job.id, store)
    assert report["faces"][0]["outcome"] == "opened"
    assert report["outputs"] == [{"path": "result-1.jpg", "sha256": results[0]["sha256"]}]


def test_what_was_painted_is_not_painted_again(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    store = Disk(tmp_path)
    job = handed_in(store, shut)
    paint(job, store, engine, silent, yes)

    def never(stage: str, _: float) -> None:
        raise AssertionError(f"began {stage} again")

    paint(job, store, engine, never, yes)


def test_a_full_disk_is_waited_for(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    store = Disk(tmp_path, refusals=3)
    job = handed_in(store, shut)
    paint(job, store, engine, silent, yes)
    assert store.refusals == 0
    assert len(painted(job.id, store)[1]) == 1


def test_nobody_waits_for_a_disk_on_behalf_of_a_job_that_was_deleted(
    engine: Engine, tmp_path: Path, shut: bytes
) -> None:
    store = Disk(tmp_path, refusals=1_000_000)
    answers = iter([True, True, False])
    with pytest.raises(Cancelled):
        paint(handed_in(store, shut), store, engine, silent, lambda: next(answers))


def test_a_picture_that_its_format_cannot_hold_is_not_waited_for(
    engine: Engine, tmp_path: Path, shut: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PhotoNotWritten("expected an opaque picture")

    monkeypatch.setattr(painting, "_keep", refused)
    store = Disk(tmp_path)
    with pytest.raises(PhotoNotWritten, match="opaque"):
        paint(handed_in(store, shut), store, engine, silent, yes)


def test_a_photo_that_is_none_is_said(engine: Engine, tmp_path: Path) -> None:
    store = Disk(tmp_path)
    with pytest.raises(UnreadablePhoto):
        paint(handed_in(store, b"text"), store, engine, silent, yes)


def test_a_photo_that_is_gone_is_said(engine: Engine, tmp_path: Path) -> None:
    store = Disk(tmp_path)
    job = replace(handed_in(store, b""), id=str(uuid4()))
    with pytest.raises(FileNotFoundError):
        paint(job, store, engine, silent, yes)


def test_what_progress_raises_stops_the_painting(engine: Engine, tmp_path: Path, shut: bytes) -> None:
    def stop_at(wanted: str) -> Callable[[str, float], None]:
        def tell(stage: str, _: float) -> None:
            if stage == wanted:
                raise Cancelled("stop")

        return tell

    store = Disk(tmp_path)
    with pytest.raises(Cancelled):
        paint(handed_in(store, shut), store, engine, stop_at("generate"), yes)
    assert store.order == []
