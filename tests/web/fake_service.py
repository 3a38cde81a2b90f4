"""The service, as far as the page's client of it asks anything of it; nothing is painted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from open_the_eyes.errors import OpenTheEyesError, UsageError
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.service.errors import NotHere
from open_the_eyes.service.jobs.job import Job, JobRequest
from open_the_eyes.service.store import ArtifactStore
from open_the_eyes.service.uploads.intake import Upload
from open_the_eyes.settings import Settings
from open_the_eyes.web.face_regions import FaceRegion, PhotoFaces
from open_the_eyes.web.image_cache import ImageCache
from open_the_eyes.web.job_client import JobClient

ADA = "visitor-ada"
PLACE = Box(0.1, 0.1, 0.2, 0.3)
REPORT = {"faces": [{"id": 1, "outcome": "opened", "reason": "", "variation_attempts": [0, 3]}]}
ONE_FACE = PhotoFaces((400, 300), (FaceRegion(1, "closed", "", PLACE, PLACE, ()),))


@dataclass
class FakeAudience:
    """Leaves nobody."""

    expected: list[str] = field(default_factory=list)

    def expect(self, job: str) -> None:
        self.expected.append(job)


@dataclass
class FakeService:
    """Jobs by id, whoever asks; every one of them is done at once."""

    store: ArtifactStore
    jobs: dict[str, Job] = field(default_factory=dict)
    audience: FakeAudience = field(default_factory=FakeAudience)
    left_behind: list[Job] = field(default_factory=list)
    taken: int = 0
    submitted: list[tuple[bytes, ...]] = field(default_factory=list)
    retained: dict[str, float | None] = field(default_factory=dict)
    max_references: int = 8

    @property
    def repository(self) -> FakeService:
        return self

    @property
    def uploads(self) -> FakeService:
        return self

    def submit(self, upload: Upload, owner: str) -> Job:
        assert (upload.for_screen, owner) == (True, ADA)
        self.submitted.append((upload.photo, *upload.references))
        return self.add(upload.options)

    def too_much(self, kept: Sequence[bytes], more: Sequence[bytes]) -> dict[int, OpenTheEyesError]:
        room = self.max_references + 1 - len(kept)
        return {number: UsageError("expected fewer.") for number in range(max(0, room), len(more))}

    def retain(self, job_id: UUID, owner: str, seconds: float | None = None) -> None:
        self.retained[self.job(job_id, owner).id] = seconds

    def unfinished(self) -> list[Job]:
        return self.left_behind

    def add(self, options: dict[str, Any]) -> Job:
        job = Job(str(uuid4()), JobRequest(ADA, options), "done", 1, 0.0, report={"faces": []})
        self.jobs[job.id] = job
        return job

    def job(self, job_id: UUID, owner: str) -> Job:
        if str(job_id) not in self.jobs or owner != ADA:
            raise NotHere("expected a job of yours, there is none.")
        return self.jobs[str(job_id)]

    def resubmit(self, job: Job, options: dict[str, Any], take: int = 0, *, for_screen: bool = False) -> Job:
        assert job.id in self.jobs
        assert for_screen == (options["mode"] == "fast")  # what is only looked at; a file is the photo's own format
        self.taken = take
        return self.add(options)

    def cancel(self, job_id: UUID, owner: str) -> None:
        job = self.job(job_id, owner)
        if not job.ended:
            self.jobs[job.id] = replace(job, state="failed", problem={"type": "urn:open-the-eyes:problem:cancelled"})

    def forget(self, job_id: UUID, owner: str) -> None:
        del self.jobs[self.job(job_id, owner).id]


class FakeImageCache(ImageCache):
    """Makes no pictures."""

    def __init__(self, store: ArtifactStore) -> None:
        super().__init__(store, Settings(), lambda _: True)

    def load_faces(self, job: str) -> PhotoFaces:
        """The same for all of whom nothing was noted."""
        with suppress(FileNotFoundError):
            return super().load_faces(job)
        return ONE_FACE

    def load_shots(self, job: str) -> tuple[PhotoFaces, ...]:
        with suppress(FileNotFoundError):
            return super().load_shots(job)
        return ()


def job_client(service: FakeService, restorer: str | None = None) -> JobClient:
    return JobClient(service, FakeImageCache(service.store), restorer)  # type: ignore[arg-type]  # all of it that is asked for
