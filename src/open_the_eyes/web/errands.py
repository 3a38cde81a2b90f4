"""What the page has done by the service: the very jobs of the HTTP API, in the visitor's own name."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from ..errors import OpenTheEyesError
from ..options import Mode
from ..service.house import House
from ..service.jobs import PHOTO, Job
from ..service.refusals import NotHere
from .prints import Darkroom, Looked
from .sitting import PREVIEW, Preview, Sitting, begun


class Errands:
    """One for the whole page; every method names the visitor it goes for."""

    def __init__(self, house: House, darkroom: Darkroom) -> None:
        self._house, self._darkroom = house, darkroom

    def begin(self, owner: str, job_id: str, names: tuple[str, ...]) -> Sitting:
        """The sitting for a photo that has just been handed in.

        Raises:
            NotHere: no such job, or somebody else's.
            OpenTheEyesError: the photo cannot be looked at.
        """
        job = self.job(owner, job_id)
        sitting = begun(names, job.id, self._house.looked_at(self._photo(job)))
        self._darkroom.note(job.id, Looked(sitting.size_wh, sitting.faces))
        return sitting

    def resume(self, owner: str, job_id: str, names: tuple[str, ...]) -> Sitting:
        """The sitting of a photo that was handed in earlier, as far as it can be known; raises what `begin` does."""
        job = self.job(owner, job_id)
        try:
            looked = self._darkroom.looked(job.id)
        except FileNotFoundError:
            return self.begin(owner, job_id, names)
        chosen = tuple(face.id for face in looked.faces if face.outcome == "closed")
        sitting = Sitting(names, job.id, looked.size_wh, looked.faces, chosen, waiting=job.id, jobs=(job.id,))
        return sitting if job.report is None else self.ended(owner, sitting, job.id)

    def preview(self, owner: str, sitting: Sitting) -> Sitting:
        """With a new preview under way, and no job for what was waited for before.

        Raises:
            Busy: the queue is full.
            NotHere: the photo has been deleted.
        """
        return self._sent(owner, sitting, sitting.preview_options())

    def finish(self, owner: str, sitting: Sitting, purpose: Mode) -> Sitting:
        """With the job under way that makes the file; raises what `preview` does."""
        return replace(self._sent(owner, sitting, sitting.final_options(purpose)), purpose=purpose)

    def swap(self, owner: str, sitting: Sitting, take: int) -> Sitting:
        """The sitting for another of the shots, to which all others are references; raises what `preview` does."""
        if not 1 <= take < len(sitting.names):
            return sitting
        job = self._house.again(self.job(owner, sitting.job), PREVIEW, take)
        others = (*sitting.names[:take], *sitting.names[take + 1 :])
        self.forget(owner, sitting.jobs)
        return self.begin(owner, job.id, (sitting.names[take], *others))

    def ended(self, owner: str, sitting: Sitting, job_id: str) -> Sitting:
        """With what has become of the job that was waited for; unchanged for any other job.

        Raises:
            NotHere: it was deleted.
        """
        if job_id != sitting.waiting:
            return sitting
        job = self.job(owner, job_id)
        if not job.ended:
            return sitting
        if job.state != "done" or job.report is None:
            return replace(sitting, waiting=None)
        if "picks" in job.wish.options:
            return replace(sitting, waiting=None, final=job.id)
        return sitting.previewed(Preview.of(job.id, job.report))

    def cancel(self, owner: str, sitting: Sitting) -> Sitting:
        """With nothing under way; the photo itself stays for another try."""
        if sitting.waiting not in (None, sitting.job):
            self.forget(owner, [str(sitting.waiting)])
        return replace(sitting, waiting=None)

    def job(self, owner: str, job_id: str) -> Job:
        """Raises:
        NotHere: no such job, or somebody else's.
        """
        try:
            known = UUID(job_id)
        except (ValueError, TypeError, AttributeError):
            raise NotHere("expected the id of a job, got something else.") from None
        return self._house.job(known, owner)

    def forget(self, owner: str, jobs: Iterable[str]) -> None:
        """Deletes everything of these jobs at once."""
        for job in jobs:
            with suppress(OpenTheEyesError, ValueError):
                self._house.forget(UUID(job), owner)

    def _sent(self, owner: str, sitting: Sitting, options: dict[str, Any]) -> Sitting:
        """With a new job under way; the photo of the first one is kept, whatever else is not wanted any more."""
        job = self._house.again(self.job(owner, sitting.job), options)
        self._darkroom.note(job.id, Looked(sitting.size_wh, sitting.faces))
        shown = sitting.preview.job if sitting.preview is not None else None
        over = [one for one in sitting.jobs if one not in (sitting.job, shown)]
        self.forget(owner, over)
        kept = tuple(one for one in sitting.jobs if one not in over)
        return replace(sitting, waiting=job.id, final=None, jobs=(*kept, job.id))

    def _photo(self, job: Job) -> bytes:
        try:
            return self._house.store.get(job.id, PHOTO)
        except FileNotFoundError:
            raise NotHere("expected a photo of yours, it has been deleted; send it again.") from None
