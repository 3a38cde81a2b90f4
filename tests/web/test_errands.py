"""What jobs are asked for a file, and what becomes of those that nobody wants any more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import Mode
from open_the_eyes.service.jobs import Job, Wish
from open_the_eyes.service.refusals import NotHere
from open_the_eyes.web.errands import Errands
from open_the_eyes.web.prints import Darkroom
from open_the_eyes.web.sitting import FaceSeen, Looked, Looks, Preview, Sitting, begun

ADA = "visitor-ada"


@dataclass
class House:
    """Jobs by id, whoever asks; every one of them is done at once."""

    jobs: dict[str, Job] = field(default_factory=dict)

    def add(self, options: dict[str, Any]) -> Job:
        job = Job(str(uuid4()), Wish(ADA, options), "done", 1, 0.0, report={"faces": []})
        self.jobs[job.id] = job
        return job

    def job(self, job_id: UUID, owner: str) -> Job:
        if str(job_id) not in self.jobs or owner != ADA:
            raise NotHere("expected a job of yours, there is none.")
        return self.jobs[str(job_id)]

    def again(self, job: Job, options: dict[str, Any], take: int = 0) -> Job:
        assert job.id in self.jobs
        assert take == 0
        return self.add(options)

    def forget(self, job_id: UUID, owner: str) -> None:
        del self.jobs[self.job(job_id, owner).id]


class Notes(Darkroom):
    """Makes no pictures."""

    def __init__(self) -> None:
        pass

    def note(self, job: str, looked: Looked) -> None:
        pass


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def seen(house: House) -> Sitting:
    """A photo with one closed face and its preview."""
    place = Box(0.1, 0.1, 0.2, 0.3)
    looked = Looked((400, 300), (FaceSeen(1, "closed", "", place, place, ()),))
    first = house.add({})
    return begun(("a.jpg",), first.id, looked).previewed(Preview(first.id, Looks(), {1: (0, 3)}, {}))


def errands(house: House, restorer: str | None = None) -> Errands:
    return Errands(house, Notes(), restorer)  # type: ignore[arg-type]  # all of it that is asked for


@pytest.mark.parametrize(
    ("purpose", "restorer", "sharpened"),
    [("standard", "gfpgan", False), ("quality", "gfpgan", False), ("ultra", "gfpgan", True), ("ultra", None, False)],
)
def test_only_prints_are_sharpened_and_only_where_it_can_be(
    house: House, seen: Sitting, purpose: Mode, restorer: str | None, sharpened: bool
) -> None:
    sent = errands(house, restorer).finish(ADA, seen, purpose)
    asked = house.jobs[str(sent.waiting)].wish.options
    assert asked["picks"] == [[1, 0]]
    assert asked.get("restorer") == (restorer if sharpened else None)


def test_of_all_jobs_the_photo_the_preview_that_is_seen_and_the_newest_are_kept(house: House, seen: Sitting) -> None:
    run = errands(house)
    now = seen
    for purpose in ("standard", "quality", "ultra"):
        now = run.finish(ADA, now, purpose)
    assert set(house.jobs) == {seen.job, now.waiting}
    wished = run.preview(ADA, now.wishing(Looks("blue")))
    assert set(house.jobs) == {seen.job, wished.waiting}
    run.forget(ADA, wished.jobs)
    assert house.jobs == {}


def test_a_job_that_is_done_is_the_file_or_the_preview_as_it_was_asked_for(house: House, seen: Sitting) -> None:
    run = errands(house)
    final = run.finish(ADA, seen, "ultra")
    assert run.ended(ADA, final, str(final.waiting)).final == final.waiting
    wished = run.preview(ADA, seen.wishing(Looks("blue")))
    shown = run.ended(ADA, wished, str(wished.waiting)).preview
    assert shown is not None
    assert shown.looks == Looks("blue")


@pytest.mark.parametrize("job", ["", "first", "../../etc", "d68d7059-8ea8-42a9-b6d5-0f5275c37936"])
def test_jobs_that_are_not_there_are_not_here(house: House, job: str) -> None:
    with pytest.raises(NotHere):
        errands(house).job(ADA, job)


def test_somebody_elses_jobs_are_neither_seen_nor_deleted(house: House, seen: Sitting) -> None:
    run = errands(house)
    with pytest.raises(NotHere):
        run.finish("visitor-max", seen, "standard")
    run.forget("visitor-max", seen.jobs)
    assert seen.job in house.jobs


def test_cancelling_forgets_what_was_on_but_not_the_photo(house: House, seen: Sitting) -> None:
    run = errands(house)
    final = run.finish(ADA, seen, "standard")
    assert run.cancel(ADA, final).waiting is None
    assert set(house.jobs) == {seen.job}
    run.cancel(ADA, replace(seen, waiting=seen.job))
    assert seen.job in house.jobs
