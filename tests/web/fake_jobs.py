"""A `JobClient` without a service, and faces for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import Mode
from open_the_eyes.service.errors import NotHere
from open_the_eyes.service.jobs.job import Job
from open_the_eyes.web.edit_session import PREVIEW, EditSession, Preview, new_session
from open_the_eyes.web.face_regions import FaceRegion, PhotoFaces
from open_the_eyes.web.tab_memory import TabMemory

ADA = "visitor-ada"


@dataclass
class FakeJobClient:
    """Does what a `JobClient` would; `trouble` is what it runs into, `sent` what was asked of it."""

    faces: tuple[FaceRegion, ...]
    trouble: Exception | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)

    def begin(self, owner: str, job_id: str, names: tuple[str, ...]) -> EditSession:
        assert owner == ADA
        self._stumble()
        return new_session(names, job_id, PhotoFaces((400, 300), self.faces))

    def recall(self, owner: str, memory: TabMemory) -> EditSession:
        session = self.begin(owner, self.job(owner, memory.job).id, memory.names)
        if memory.preview in self.jobs:
            session = session.with_preview(Preview(memory.preview, memory.styles, {1: (0, 1), 3: (2,)}, {}))
        known = memory.waiting if memory.waiting in self.jobs else session.waiting
        final = memory.final if memory.final in self.jobs else None
        return memory.applied_to(replace(session, waiting=known, final=final))

    def preview(self, owner: str, session: EditSession) -> EditSession:
        assert owner == ADA
        self._stumble()
        self.sent.append(session.preview_options())
        return replace(session, waiting=f"job-{len(self.sent)}")

    def finish(self, owner: str, session: EditSession, purpose: Mode) -> EditSession:
        assert owner == ADA
        self._stumble()
        self.sent.append(session.final_options(purpose))
        return replace(session, waiting=f"job-{len(self.sent)}", finishing=True, purpose=purpose)

    def swap(self, owner: str, session: EditSession, take: int) -> EditSession:
        assert owner == ADA
        assert take
        self._stumble()
        return session

    def with_shots(self, owner: str, session: EditSession, job_id: str, names: tuple[str, ...]) -> EditSession:
        self._stumble()
        waiting = self.job(owner, job_id).id if session.preview_options() == PREVIEW else None
        return replace(session, job=job_id, names=(*session.names, *names), waiting=waiting, final=None)

    def leave(self, owner: str, session: EditSession) -> EditSession:
        return self.cancel(owner, session)

    def come_back(self, owner: str, session: EditSession) -> None:
        assert owner == ADA
        self.kept += session.jobs

    def forget(self, owner: str, jobs: list[str]) -> None:
        assert owner == ADA
        self.forgotten += jobs

    def ended(self, owner: str, session: EditSession, job_id: str) -> EditSession:
        assert owner == ADA
        if self.jobs[job_id].state != "done":
            return replace(session, waiting=None, finishing=False)
        if session.finishing:
            return replace(session, waiting=None, finishing=False, final=job_id)
        return session.with_preview(Preview(job_id, session.styles, {1: (0, 1)}, {}))

    def cancel(self, owner: str, session: EditSession) -> EditSession:
        assert owner == ADA
        return replace(session, waiting=None, finishing=False)

    def job(self, owner: str, job_id: str) -> Job:
        assert owner == ADA
        if job_id not in self.jobs:
            raise NotHere("expected a job of yours, there is none.")
        return self.jobs[job_id]

    def forget_photo(self, owner: str, session: EditSession) -> None:
        assert owner == ADA
        self.forgotten += session.jobs

    def _stumble(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def face(number: int, outcome: Any = "closed") -> FaceRegion:
    place = Box(0.1, 0.1, 0.2, 0.3)
    return FaceRegion(number, outcome, "", place, place, ())
