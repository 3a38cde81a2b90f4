"""What the page has done by the service: the very jobs of the HTTP API, in the visitor's own name."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from ..errors import OpenTheEyesError
from ..options import Mode
from ..service.desk import Parcel
from ..service.house import House
from ..service.jobs import Job, Wish, reference_name
from ..service.refusals import NotHere
from .prints import Darkroom
from .sitting import PREVIEW, Looked, Preview, Sitting, begun, looked


class Errands:
    """One for the whole page; every method names the visitor it goes for.

    Args:
        restorer: what sharpens the eyes of a file for print; None for nothing.
    """

    def __init__(self, house: House, darkroom: Darkroom, restorer: str | None = None) -> None:
        self._house, self._darkroom, self._restorer = house, darkroom, restorer

    def hand_in(self, owner: str, parcel: Parcel) -> str | None:
        """The job of a photo whose faces were looked at first; None, and nothing is kept, where there is no face.

        Raises:
            Busy: the queue is full.
            OpenTheEyesError: the photo cannot be looked at, or not be stored.
        """
        found = looked(self._house.looked_at(parcel.photo))
        if not found.faces:
            return None
        asked = replace(parcel, options=PREVIEW)
        wish = Wish(owner, PREVIEW, len(parcel.references), None, asked.fingerprint)
        job = self._house.desk.accepted(wish, asked)
        self._darkroom.note(job.id, found)
        return job.id

    def begin(self, owner: str, job_id: str, names: tuple[str, ...]) -> Sitting:
        """The sitting for a photo that was handed in, now or some time ago.

        Raises:
            NotHere: no such job, or somebody else's.
        """
        job = self.job(owner, job_id)
        try:
            found = self._darkroom.looked(job.id)
        except FileNotFoundError:
            raise NotHere("expected a photo of yours, it has been deleted; send it again.") from None
        return self.ended(owner, begun(names, job.id, found), job.id)

    def preview(self, owner: str, sitting: Sitting) -> Sitting:
        """With a new preview under way, and no job for what was waited for before.

        Raises:
            Busy: the queue is full.
            NotHere: the photo has been deleted.
        """
        return self._sent(owner, sitting, sitting.preview_options())

    def finish(self, owner: str, sitting: Sitting, purpose: Mode) -> Sitting:
        """With the job under way that makes the file; raises what `preview` does."""
        sharpened = {"restorer": self._restorer} if purpose == "ultra" and self._restorer is not None else {}
        sent = self._sent(owner, sitting, sitting.final_options(purpose) | sharpened)
        return replace(sent, purpose=purpose, finishing=True)

    def swap(self, owner: str, sitting: Sitting, take: int) -> Sitting:
        """The sitting for another of the shots, to which all others are references; raises what `preview` does."""
        if not 1 <= take < len(sitting.names):
            return sitting
        came = self.job(owner, sitting.job)
        found = looked(self._house.looked_at(self._photo(came, reference_name(take))))
        job = self._house.again(came, PREVIEW, take)
        self._darkroom.note(job.id, found)
        self.forget(owner, sitting.jobs)
        others = (*sitting.names[:take], *sitting.names[take + 1 :])
        return begun((sitting.names[take], *others), job.id, found)

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
        over = replace(sitting, waiting=None, finishing=False)
        if job.state != "done" or job.report is None:
            return over
        if sitting.finishing:
            return replace(over, final=job.id)
        return sitting.previewed(Preview.of(job.id, sitting.looks, job.report))

    def cancel(self, owner: str, sitting: Sitting) -> Sitting:
        """With nothing under way; the photo itself stays for another try."""
        if sitting.waiting not in (None, sitting.job):
            self.forget(owner, [str(sitting.waiting)])
        return replace(sitting, waiting=None, finishing=False)

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
        return replace(sitting, waiting=job.id, finishing=False, final=None, jobs=(*kept, job.id))

    def _photo(self, job: Job, name: str) -> bytes:
        try:
            return self._house.store.get(job.id, name)
        except FileNotFoundError:
            raise NotHere("expected a photo of yours, it has been deleted; send it again.") from None
