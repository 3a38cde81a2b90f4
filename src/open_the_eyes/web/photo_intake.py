"""Photos that are handed in on the page: in all of them faces are looked for before a job is queued, and noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from ..errors import OpenTheEyesError, PhotoTooLarge, UnreadablePhoto, UsageError
from ..service.errors import NotHere
from ..service.job_service import JobService
from ..service.jobs.job import PHOTO, Job, reference_name
from ..service.uploads.intake import Upload
from .edit_session import PREVIEW
from .face_regions import PhotoFaces, photo_faces
from .image_cache import ImageCache


class NoFace(UsageError):
    """There is nothing to do in a photo; the page says so before anything is queued."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What has become of photos that were handed in; numbers from 0, as they came.

    Args:
        job: the id of the job that paints the preview.
        photo: which of them it opens; the others are references. None where all are shots for a photo that was there.
        left_out: by number, why others were not taken.
    """

    job: str
    photo: int | None
    left_out: Mapping[int, OpenTheEyesError]


class PhotoIntake:
    """One for the whole page."""

    def __init__(self, service: JobService, image_cache: ImageCache) -> None:
        self._service, self._image_cache = service, image_cache

    def hand_in(self, owner: str, upload: Upload) -> HandedIn:
        """The job of the first photo in which somebody's eyes are closed, for which all were looked at; where nobody's
        are, of the first in which they may be; else of the first with faces.

        Raises:
            NoFace: there is no face in any, and nothing is kept.
            QueueFull, OwnQueueFull: try again later.
            OpenTheEyesError: no photo can be looked at, or they cannot be stored.
        """
        kept, left_out = self._looked_at(upload)
        photos, found = [photo for _, photo, _ in kept], [faces for _, _, faces in kept]
        first = min(range(len(kept)), key=lambda number: _worth(found[number]))
        photo, faces = photos.pop(first), found.pop(first)
        return HandedIn(self._queued(owner, photo, photos, faces, found), kept[first][0], left_out)

    def add_shots(self, owner: str, job: Job, upload: Upload) -> HandedIn:
        """The job of the same photo with more shots beside it, after those that were there; that one stays as it is.

        Raises:
            NotHere: the photo has been deleted.
            NoFace, QueueFull, OwnQueueFull, OpenTheEyesError: as for `hand_in`; none of the shots can be taken.
        """
        faces, found = self.known_faces(job.id)
        try:
            names = [PHOTO, *(reference_name(number) for number in range(1, job.request.references + 1))]
            photo, *shots = (self._service.store.get(job.id, name) for name in names)
        except FileNotFoundError:
            raise _deleted() from None
        came = (upload.photo, *upload.references)
        numbers = _numbers(upload)
        too_much = self._service.uploads.too_much((photo, *shots), came)
        room = {numbers[at]: error for at, error in too_much.items()}
        if len(room) == len(came):
            raise next(iter(room.values()))
        new, left_out = self._looked_at(upload, room)
        shots, found = [*shots, *(shot for _, shot, _ in new)], (*found, *(seen for _, _, seen in new))
        queued = self._queued(owner, photo, shots, faces, found, job.id)
        try:
            self._service.job(UUID(job.id), owner)
        except NotHere:  # deleted while faces were found: then no copy of it may stay
            self._service.forget(UUID(queued), owner)
            raise _deleted() from None
        return HandedIn(queued, None, left_out)

    def known_faces(self, job_id: str) -> tuple[PhotoFaces, tuple[PhotoFaces, ...]]:
        """Of a job's photo, and of the other shots.

        Raises:
            NotHere: the photo has been deleted.
        """
        try:
            return self._image_cache.load_faces(job_id), self._image_cache.load_shots(job_id)
        except FileNotFoundError:
            raise _deleted() from None

    def with_faces(self, job: Job, faces: PhotoFaces, shots: Sequence[PhotoFaces], first: str | None = None) -> Job:
        """The job, whose pictures can be made now; without room for that it is none that anybody hears of.

        Args:
            first: the job whose photo it took, and with which it goes.
        """
        try:
            self._image_cache.save_faces(job.id, faces, shots)
            if first is not None:
                self._image_cache.note_later(first, job.id)
        except OpenTheEyesError:
            with suppress(OpenTheEyesError):
                self._service.forget(UUID(job.id), job.request.owner)
            raise
        return job

    def _looked_at(
        self, upload: Upload, too_much: Mapping[int, OpenTheEyesError] | None = None
    ) -> tuple[list[tuple[int, bytes, PhotoFaces]], dict[int, OpenTheEyesError]]:
        """The photos of use, each by number and with its faces; and why the others are of none.

        Args:
            too_much: those for which there is no room, by number, and why.

        Raises:
            OpenTheEyesError: none is of use; what is the matter with the first.
        """
        left_out, kept = {**upload.left_out, **(too_much or {})}, list[tuple[int, bytes, PhotoFaces]]()
        for number, photo in zip(_numbers(upload), (upload.photo, *upload.references), strict=True):
            if number in left_out:
                continue
            try:
                kept.append((number, photo, self._faces_in(photo)))
            except (NoFace, UnreadablePhoto, PhotoTooLarge) as error:
                left_out[number] = error
        if not kept:
            raise left_out[min(left_out)]
        return kept, left_out

    def _queued(
        self,
        owner: str,
        photo: bytes,
        shots: Sequence[bytes],
        faces: PhotoFaces,
        found: Sequence[PhotoFaces],
        first: str | None = None,
    ) -> str:
        """The id of the preview's job, which is for who looks at it.

        Args:
            first: as for `with_faces`.
        """
        upload = Upload(photo, tuple(shots), PREVIEW, for_screen=True)
        job = self.with_faces(self._service.uploads.submit(upload, owner), faces, found, first)
        self._service.audience.expect(job.id)
        return job.id

    def _faces_in(self, photo: bytes) -> PhotoFaces:
        found = photo_faces(self._service.inspect(photo))
        if not found.faces:
            raise NoFace("expected a face in the photo, found none; try another photo.")
        return found


def _numbers(upload: Upload) -> list[int]:
    """Of those that may be used, as they came."""
    came = range(1 + len(upload.references) + len(upload.left_out))
    return [number for number in came if number not in upload.left_out]


def _worth(found: PhotoFaces) -> int:
    """What of several photos makes one the first to open: less is better."""
    outcomes = {face.outcome for face in found.faces}
    return 0 if "closed" in outcomes else 1 if "unsure" in outcomes else 2


def _deleted() -> NotHere:
    return NotHere("expected a photo of yours, got none: it has been deleted; send it again.")
