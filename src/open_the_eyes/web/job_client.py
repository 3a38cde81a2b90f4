"""What the page has done by the service: the very jobs of the HTTP API, in the visitor's own name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ..errors import OpenTheEyesError, PhotoTooLarge, UnreadablePhoto, UsageError
from ..options import Mode
from ..service.errors import NotHere
from ..service.job_service import JobService
from ..service.jobs.job import Job
from ..service.uploads.intake import Upload
from .cookie_auth import is_visitor
from .edit_session import PREVIEW, EditSession, Preview, new_session
from .face_regions import PhotoFaces, photo_faces
from .image_cache import ImageCache
from .tab_memory import TabMemory


class NoFace(UsageError):
    """There is nothing to do in a photo; the page says so before anything is queued."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What has become of photos that were handed in; numbers from 0, as they came.

    Args:
        job: the id of the job that paints the preview.
        photo: which of them it opens; the others are references.
        left_out: by number, why others were not taken.
    """

    job: str
    photo: int
    left_out: Mapping[int, OpenTheEyesError]


class JobClient:
    """One for the whole page; every method names the visitor it goes for.

    Args:
        restorer: what sharpens the eyes of a file for print; None for nothing.
    """

    def __init__(self, service: JobService, image_cache: ImageCache, restorer: str | None = None) -> None:
        self._service, self._image_cache, self._restorer = service, image_cache, restorer

    def hand_in(self, owner: str, upload: Upload) -> HandedIn:
        """The job of the first photo in which somebody's eyes are closed, for which all were looked at; where nobody's
        are, of the first in which they may be; else of the first with faces.

        Raises:
            NoFace: there is no face in any, and nothing is kept.
            QueueFull, OwnQueueFull: try again later.
            OpenTheEyesError: no photo can be looked at, or they cannot be stored.
        """
        photos = (upload.photo, *upload.references)
        came = range(len(photos) + len(upload.left_out))
        left_out, kept, found = dict(upload.left_out), list[bytes](), list[PhotoFaces]()
        for number, photo in zip([one for one in came if one not in upload.left_out], photos, strict=True):
            try:
                found.append(self._faces_in(photo))
                kept.append(photo)
            except (NoFace, UnreadablePhoto, PhotoTooLarge) as error:
                left_out[number] = error
        if not kept:
            raise left_out[0]
        first = min(range(len(kept)), key=lambda number: _worth(found[number]))
        photo, faces = kept.pop(first), found.pop(first)
        usable = replace(upload, photo=photo, references=tuple(kept), options=PREVIEW, for_screen=True)
        job = self._with_faces(self._service.uploads.submit(usable, owner), faces, found)
        self._service.audience.expect(job.id)
        return HandedIn(job.id, [number for number in came if number not in left_out][first], left_out)

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
        photo, shots = self._known_faces(came.id)
        if take > len(shots):
            raise NotHere("expected one of the other shots, there is none of that number; send the photos again.")
        found, left = shots[take - 1], (photo, *shots[: take - 1], *shots[take:])
        job = self._with_faces(self._service.resubmit(came, PREVIEW, take, for_screen=True), found, left)
        self.forget_photo(owner, session)
        others = (*session.names[:take], *session.names[take + 1 :])
        return self._worthwhile(owner, self._watched(new_session((session.names[take], *others), job.id, found, left)))

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
        return new_session(names, job.id, *self._known_faces(job.id))

    def _worthwhile(self, owner: str, session: EditSession) -> EditSession:
        """With what has become of the first preview, which is not made where there is nobody to open."""
        return self.ended(owner, session, session.job) if session.choosable else self.cancel(owner, session)

    def _known_faces(self, job_id: str) -> tuple[PhotoFaces, tuple[PhotoFaces, ...]]:
        """Of a job's photo, and of the other shots."""
        try:
            return self._image_cache.load_faces(job_id), self._image_cache.load_shots(job_id)
        except FileNotFoundError:
            raise NotHere("expected a photo of yours, got none: it has been deleted; send it again.") from None

    def job(self, owner: str, job_id: str) -> Job:
        """Raises:
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
        self.forget(owner, dict.fromkeys((*session.jobs, *self._image_cache.later(session.job))))

    def _sent(self, owner: str, session: EditSession, options: dict[str, Any], *, for_screen: bool) -> EditSession:
        """With a new job under way; the photo of the first one is kept, whatever else is not wanted any more."""
        came = self.job(owner, session.job)
        faces, shots = self._known_faces(came.id)
        job = self._with_faces(self._service.resubmit(came, options, for_screen=for_screen), faces, shots, came.id)
        shown = session.preview.job if session.preview is not None else None
        over = [one for one in session.jobs if one not in (session.job, shown)]
        self.forget(owner, over)
        kept = tuple(one for one in session.jobs if one not in over)
        return replace(session, waiting=job.id, finishing=False, final=None, jobs=(*kept, job.id))

    def _with_faces(self, job: Job, faces: PhotoFaces, shots: Sequence[PhotoFaces], first: str | None = None) -> Job:
        """The job, whose pictures can be made now; without room for that it is none that anybody hears of.

        Args:
            first: the job whose photo it took, and with which it goes.
        """
        try:
            self._image_cache.save_faces(job.id, faces, shots)
            if first is not None:
                self._image_cache.note_later(first, job.id)
        except OpenTheEyesError:
            self.forget(job.request.owner, [job.id])
            raise
        return job

    def _faces_in(self, photo: bytes) -> PhotoFaces:
        found = photo_faces(self._service.inspect(photo))
        if not found.faces:
            raise NoFace("expected a face in the photo, found none; try another photo.")
        return found


def _worth(found: PhotoFaces) -> int:
    """What of several photos makes one the first to open: less is better."""
    outcomes = {face.outcome for face in found.faces}
    return 0 if "closed" in outcomes else 1 if "unsure" in outcomes else 2
