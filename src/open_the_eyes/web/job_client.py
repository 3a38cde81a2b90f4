"""What the page has done by the service: the very jobs of the HTTP API, in the visitor's own name."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from ..errors import OpenTheEyesError
from ..options import Mode
from ..service.errors import NotHere
from ..service.job_service import JobService
from ..service.jobs.job import Job
from .cookie_auth import is_visitor
from .edit_session import PREVIEW, EditSession, Preview, new_session
from .image_cache import ImageCache
from .photo_intake import PhotoIntake
from .tab_memory import TabMemory

LEFT_SECONDS: Final = 60.0
"""Time for which a photo that was left is kept for whoever comes back to it, seconds."""


class JobClient:
    """One for the whole page; every method names the visitor it goes for.

    Args:
        restorer: what sharpens the eyes of a file for print; None for nothing.
    """

    def __init__(self, service: JobService, image_cache: ImageCache, restorer: str | None = None) -> None:
        self._service, self._image_cache, self._restorer = service, image_cache, restorer
        self.intake = PhotoIntake(service, image_cache)

    def begin(self, owner: str, job_id: str, names: tuple[str, ...]) -> EditSession:
        """The session for a photo that was handed in; where there is nothing to open in it, without a job.

        Raises:
            NotHere: no such job, or somebody else's.
        """
        return self._worthwhile(owner, self._begun(owner, job_id, names))

    def recall(self, owner: str, memory: TabMemory) -> EditSession:
        """The session that a browser's tab remembers, as far as its jobs are still there.

        Raises:
            NotHere: the photo has been deleted, or is somebody else's.
            StoreAway: that cannot be found out at present.
        """
        session = self._begun(owner, memory.job, memory.names)
        own = (session.job, *self._image_cache.later(session.job))
        seen, waiting, final = (
            self._if_there(owner, job) if job is not None and job in own else None
            for job in (memory.preview, memory.waiting, memory.final)
        )
        if seen is not None and seen.state == "done" and seen.report is not None:
            session = session.with_preview(Preview.of(seen.id, seen.request.options, seen.report))
        elif waiting is None:
            session = self.ended(owner, session, session.job)
        known = [job.id for job in (seen, waiting, final) if job is not None]
        there = replace(
            session,
            waiting=session.waiting if waiting is None else waiting.id,
            final=final.id if final is not None and final.state == "done" and session.preview is not None else None,
            purpose=session.purpose if final is None else final.request.options.get("mode", session.purpose),
            jobs=tuple(dict.fromkeys((session.job, *known))),
        )
        return memory.applied_to(there)

    def preview(self, owner: str, session: EditSession) -> EditSession:
        """With a new preview under way, and no job for what was waited for before.

        Raises:
            QueueFull, OwnQueueFull: try again later.
            NotHere: the photo has been deleted.
        """
        return self._watched(self._sent(owner, session, session.preview_options(), for_screen=True))

    def finish(self, owner: str, session: EditSession, purpose: Mode) -> EditSession:
        """With the job under way that makes the file; raises what `preview` does."""
        sharpened = {"restorer": self._restorer} if purpose == "ultra" and self._restorer is not None else {}
        sent = self._sent(owner, session, session.final_options(purpose) | sharpened, for_screen=False)
        return replace(sent, purpose=purpose, finishing=True)

    def swap(self, owner: str, session: EditSession, take: int) -> EditSession:
        """The session for another of the shots, to which all others are references.

        Raises:
            QueueFull, OwnQueueFull, NotHere: as for `preview`; the one that was open stays as it is.
        """
        if not 1 <= take < len(session.names):
            return session
        came = self.job(owner, session.job)
        photo, shots = self.intake.known_faces(came.id)
        if take > len(shots):
            raise NotHere("expected one of the other shots, there is none of that number; send the photos again.")
        found, left = shots[take - 1], (photo, *shots[: take - 1], *shots[take:])
        job = self.intake.with_faces(self._service.resubmit(came, PREVIEW, take, for_screen=True), found, left)
        self.forget_photo(owner, session)
        others = (*session.names[:take], *session.names[take + 1 :])
        return self._worthwhile(owner, self._watched(new_session((session.names[take], *others), job.id, found, left)))

    def with_shots(self, owner: str, session: EditSession, job_id: str, names: tuple[str, ...]) -> EditSession:
        """The session with more shots, which the job has that was made of its photo; what is seen is seen on. Nothing
        is waited for where the job paints other eyes than those that are wished for.

        Args:
            names: of the shots that are new.

        Raises:
            NotHere: no such job, or it is of another photo.
            StoreAway: it cannot be noted at present.
        """
        faces, shots = self.intake.known_faces(self.job(owner, job_id).id)
        came = new_session((*session.names, *names), job_id, faces, shots)
        if (faces.size_wh, faces.faces, len(shots)) != (session.size_wh, session.faces, len(came.names) - 1):
            raise NotHere("expected more shots of the photo that is open, it is another one.")
        seen = () if session.preview is None else (session.preview.job,)
        try:
            for job in seen:
                self._image_cache.note_later(came.job, job)  # it goes with the photo, whoever deletes that
        except OpenTheEyesError:
            self.forget(owner, [came.job])
            raise
        self.forget(owner, {*session.jobs, *self._image_cache.later(session.job)} - {came.job, *seen})
        now = replace(
            session,
            job=came.job,
            jobs=(came.job, *seen),
            names=came.names,
            open_shots=came.open_shots,
            waiting=came.job,
            finishing=False,
            final=None,
        )
        is_wished = now.choosable and now.preview_options() == PREVIEW
        return self.ended(owner, now, now.job) if is_wished else self._stopped(owner, now)

    def ended(self, owner: str, session: EditSession, job_id: str) -> EditSession:
        """With what has become of the job that was waited for; unchanged for any other job.

        Raises:
            NotHere: it was deleted.
        """
        if job_id != session.waiting:
            return session
        job = self.job(owner, job_id)
        if not job.ended:
            return session
        over = replace(session, waiting=None, finishing=False)
        if job.state != "done" or job.report is None:
            return over
        if session.finishing:
            return replace(over, final=job.id)
        return session.with_preview(Preview.of(job.id, job.request.options, job.report))

    def cancel(self, owner: str, session: EditSession) -> EditSession:
        """With nothing under way; the photo itself stays for another try."""
        if session.waiting == session.job:
            self._service.cancel(UUID(session.job), owner)
            return self.ended(owner, session, session.job)  # with its preview, if that was just done
        if session.waiting is not None:
            self.forget(owner, [session.waiting])
        return replace(session, waiting=None, finishing=False)

    def leave(self, owner: str, session: EditSession) -> EditSession:
        """The session as it can be come back to for `LEFT_SECONDS`; after that the photo is deleted, with all jobs that
        were made for it, whatever becomes of this process. What was under way is stopped.

        Raises:
            StoreAway: which jobs those are cannot be read at present.
        """
        jobs = self._all_jobs(session)
        left = self.cancel(owner, session)
        for job in jobs:
            with suppress(OpenTheEyesError, ValueError):
                self._service.cancel(UUID(job), owner)  # another tab's, whose time would not end with this
                self._service.retain(UUID(job), owner, LEFT_SECONDS)
        return left

    def come_back(self, owner: str, session: EditSession) -> None:
        """Keeps the jobs of a photo that was left, for as long as any."""
        for job in self._all_jobs(session):
            with suppress(OpenTheEyesError, ValueError):
                self._service.retain(UUID(job), owner)

    def _stopped(self, owner: str, session: EditSession) -> EditSession:
        """With the first preview stopped, and none of it seen."""
        self._service.cancel(UUID(session.job), owner)
        return replace(session, waiting=None)

    def take_up(self) -> None:
        """To be called at the start, for previews of an earlier process: their pages may be there still, or not."""
        for job in self._service.repository.unfinished():
            if is_visitor(job.request.owner) and job.request.lane == "preview":
                self._service.audience.expect(job.id)

    def _watched(self, session: EditSession) -> EditSession:
        """The same; its preview is painted only while a page follows it. A file is made for whoever comes back, too."""
        if session.waiting is not None:
            self._service.audience.expect(session.waiting)
        return session

    def _if_there(self, owner: str, job_id: str) -> Job | None:
        with suppress(NotHere):
            return self.job(owner, job_id)
        return None

    def _begun(self, owner: str, job_id: str, names: tuple[str, ...]) -> EditSession:
        """Waiting for the first preview."""
        job = self.job(owner, job_id)
        return new_session(names, job.id, *self.intake.known_faces(job.id))

    def _worthwhile(self, owner: str, session: EditSession) -> EditSession:
        """With what has become of the first preview, which is not made where there is nobody to open."""
        return self.ended(owner, session, session.job) if session.choosable else self.cancel(owner, session)

    def job(self, owner: str, job_id: str) -> Job:
        """The job, if it is this owner's.

        Raises:
            NotHere: no such job, or somebody else's.
        """
        try:
            known = UUID(job_id)
        except (ValueError, TypeError, AttributeError):
            raise NotHere("expected the id of a job, got something else.") from None
        return self._service.job(known, owner)

    def forget(self, owner: str, jobs: Iterable[str]) -> None:
        """Deletes everything of these jobs at once."""
        for job in jobs:
            with suppress(OpenTheEyesError, ValueError):
                self._service.forget(UUID(job), owner)

    def forget_photo(self, owner: str, session: EditSession) -> None:
        """Deletes everything of this photo at once: all jobs that were made for it, before this page was loaded, too.

        Raises:
            StoreAway: which those are cannot be read at present.
        """
        self.forget(owner, self._all_jobs(session))

    def _all_jobs(self, session: EditSession) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*session.jobs, *self._image_cache.later(session.job))))

    def _sent(self, owner: str, session: EditSession, options: dict[str, Any], *, for_screen: bool) -> EditSession:
        """With a new job under way; the photo of the first one is kept, whatever else is not wanted any more."""
        came = self.job(owner, session.job)
        faces, shots = self.intake.known_faces(came.id)
        job = self.intake.with_faces(
            self._service.resubmit(came, options, for_screen=for_screen), faces, shots, came.id
        )
        shown = session.preview.job if session.preview is not None else None
        over = [one for one in session.jobs if one not in (session.job, shown)]
        self.forget(owner, over)
        kept = tuple(one for one in session.jobs if one not in over)
        return replace(session, waiting=job.id, finishing=False, final=None, jobs=(*kept, job.id))
