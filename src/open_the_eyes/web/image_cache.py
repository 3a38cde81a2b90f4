"""Pictures to look at: a photo or a result made small enough for a page, close-ups of eyes, and mixtures of variations.

They are kept in the job's own place in the store, so they are deleted with it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from .. import files
from ..imaging.arrays import Rgb
from ..imaging.geometry import Box
from ..photo import FileFacts, Photo
from ..service.errors import StoreAway
from ..service.jobs.job import FOR_SCREEN, PHOTO, Job, reference_name
from ..service.jobs.processing import format_of_results
from ..service.store import ArtifactStore
from ..settings import Settings
from .face_regions import FaceRegion, PhotoFaces
from .picture_views import PAGE, View, composed, no_wider, placed, widened

SHOT_PX: Final = 360
FACE_PX: Final = 180
FACES: Final = "faces.json"
LATER: Final = "later.json"
ORIGINAL: Final = 0
"""Number of the photo itself among its variations."""


class ImageCache:
    """Renders pictures when they are first asked for, and mixes them, one photo at a time: large ones take memory.

    Args:
        is_there: whether a job of that id exists and was not forgotten.
    """

    def __init__(self, store: ArtifactStore, settings: Settings, is_there: Callable[[str], bool]) -> None:
        self._store, self._settings, self._is_there = store, settings, is_there
        self._lock, self._mixing, self._noting = threading.Lock(), threading.Lock(), threading.Lock()

    def save_faces(self, job: str, faces: PhotoFaces, shots: Sequence[PhotoFaces] = ()) -> None:
        """Keeps with a job where its photo's faces are: pictures of its results show the same places.

        The same for the other shots: to look for faces once more takes long, while other visitors' pictures wait.

        Raises:
            PhotoNotWritten: there is no room.
        """
        document = {**_faces_json(faces), "shots": [_faces_json(shot) for shot in shots]}
        self._store.put(job, FACES, json.dumps(document).encode())
        self._forget_if_deleted(job)

    def load_faces(self, job: str) -> PhotoFaces:
        """The faces that were noted for a job.

        Raises:
            FileNotFoundError: nothing was noted, or it has been deleted.
        """
        return _faces(json.loads(self._store.get(job, FACES)))

    def load_shots(self, job: str) -> tuple[PhotoFaces, ...]:
        """The faces of the other shots, in their order. Raises what `load_faces` does."""
        return tuple(_faces(shot) for shot in json.loads(self._store.get(job, FACES))["shots"])

    def note_later(self, first: str, job: str) -> None:
        """Keeps with a photo's first job that another holds a copy of the photo: who deletes the one deletes both.

        Raises:
            PhotoNotWritten: there is no room.
        """
        with self._noting:
            self._store.put(first, LATER, json.dumps([*self.later(first), job]).encode())
        self._forget_if_deleted(first)

    def later(self, first: str) -> tuple[str, ...]:
        """All jobs that were noted with this one; some may have been deleted since.

        Raises:
            StoreAway: nobody knows.
        """
        try:
            return tuple(json.loads(self._store.get(first, LATER)))
        except FileNotFoundError:
            return ()

    def whole(self, job: Job, eyes: Mapping[int, int], view: View = PAGE) -> bytes:
        """A JPEG of the photo with, on each face, the eyes of one variation of the job; on all others their own.

        Raises:
            FileNotFoundError: there is no such variation, or it has been deleted.
        """
        shown = set(eyes.values())
        everywhere = {face for one in job.results for face in one["faces"]} == set(eyes)
        if len(shown) <= 1 and (everywhere or not shown):
            return self._picture(job, max(shown, default=ORIGINAL), view=view)
        places = {face.id: face.eyes for face in self.load_faces(job.id).faces}

        def parts() -> Iterator[tuple[Box, Rgb]]:
            for number in shown:  # one variation in memory at a time
                variation = self._read(self._picture(job, number, view=view)).pixels
                yield from ((places[face], variation) for face in eyes if eyes[face] == number and face in places)

        with self._mixing:
            base = self._read(self._picture(job, ORIGINAL, view=view))
            return _jpeg(composed(base.pixels, parts()), base.file)

    def close_up(self, job: Job, variation: int, face: int, view: View = PAGE) -> bytes:
        """A JPEG of one face's eyes, at the photo's own resolution where that is not too large for the view.

        Raises:
            FileNotFoundError: there is no such variation or face, or it has been deleted.
        """
        return self._picture(job, variation, face, view)

    def shot(self, job: Job, number: int) -> bytes:
        """A small JPEG of one of the other shots.

        Raises:
            FileNotFoundError: there is none of that number, or it has been deleted.
        """
        name, source = f"print-shot-{number}.jpg", reference_name(number)

        def render() -> None:
            photo = self._read(self._store.get(job.id, source))
            self._store.put(job.id, name, _jpeg(no_wider(photo.pixels, SHOT_PX), photo.file))

        return self._cached(job, name, render)

    def shot_face(self, job: Job, number: int, face: int) -> bytes:
        """A small JPEG of a face in one of the other shots, counted from the left.

        Raises:
            FileNotFoundError: there is no such shot or face, nothing of the face is inside, or it has been deleted.
        """
        for shot in self.load_shots(job.id)[number - 1 : number]:
            return self._face(job, reference_name(number), number, shot, face)
        raise FileNotFoundError(f"shot {number}")

    def face(self, job: Job, face: int) -> bytes:
        """A small JPEG of a face in the photo as it came, counted from the left.

        Raises:
            FileNotFoundError: there is no such face, nothing of it is inside the photo, or it has been deleted.
        """
        return self._face(job, PHOTO, ORIGINAL, self.load_faces(job.id), face)

    def _face(self, job: Job, source: str, number: int, faces: PhotoFaces, face: int) -> bytes:
        """One of the faces in a photo of that number; the pictures of all are made at once.

        What cannot come of it is no reason to make them: it would never be kept, so each who asks would wait.
        """
        if not any(one.id == face and placed(widened(one.box), faces.size_wh).area for one in faces.faces):
            raise FileNotFoundError(f"face {face} of shot {number}")

        def render() -> None:
            photo = self._read(self._store.get(job.id, source))
            for one in faces.faces:
                around = placed(widened(one.box), photo.size_wh).cut(photo.pixels)
                if around.size:
                    self._store.put(job.id, _there(number, one.id), _jpeg(no_wider(around, FACE_PX), photo.file))

        return self._cached(job, _there(number, face), render)

    def _picture(self, job: Job, variation: int, face: int | None = None, view: View = PAGE) -> bytes:
        """Of one face, or of the whole photo. What cannot come of it is no reason to render a photo."""
        source = PHOTO if variation == ORIGINAL else _result(job, variation)
        faces = self.load_faces(job.id)
        places = {one.id: view.place(one) for one in faces.faces}
        if face is not None and not (face in places and placed(places[face], faces.size_wh).area):
            raise FileNotFoundError(f"face {face}")
        name = _whole(view, variation) if face is None else _eyes(view, variation, face)
        return self._cached(job, name, lambda: self._render(job, source, variation, places, view))

    def _cached(self, job: Job, name: str, render: Callable[[], None]) -> bytes:
        with suppress(FileNotFoundError):
            return self._store.get(job.id, name)
        with self._lock:
            if not self._store.has(job.id, name):
                try:
                    render()
                except StoreAway:
                    if self._is_there(job.id):
                        raise
                    raise FileNotFoundError(name) from None  # deleted meanwhile, and its place with it
                finally:
                    self._forget_if_deleted(job.id)
        return self._store.get(job.id, name)

    def _render(self, job: Job, source: str, variation: int, places: Mapping[int, Box], view: View) -> None:
        photo = self._read(self._store.get(job.id, source))
        if variation == ORIGINAL:
            photo = self._as_results_are(job.id, photo)
        for face, place in places.items():
            cut = placed(place, photo.size_wh).cut(photo.pixels)
            if cut.size:
                close_up = _jpeg(no_wider(cut, view.face_px), photo.file)
                self._store.put(job.id, _eyes(view, variation, face), close_up)
        whole = no_wider(photo.pixels, view.whole_px)
        self._store.put(job.id, _whole(view, variation), _jpeg(whole, photo.file))

    def _as_results_are(self, job: str, photo: Photo) -> Photo:
        """The photo as it came, coded as its results are: before and after differ where eyes are new, and nowhere
        else."""
        came = photo.file
        written = format_of_results(photo, for_screen=self._store.has(job, FOR_SCREEN))
        return photo if came is None or written == came.format else self._read(_jpeg(photo.pixels, came))

    def _forget_if_deleted(self, job: str) -> None:
        """Deletes what was stored after the job had been deleted."""
        if not self._is_there(job):
            self._store.forget(job)

    def _read(self, data: bytes) -> Photo:
        return files.read(data, self._settings)


def _faces_json(faces: PhotoFaces) -> dict[str, Any]:
    return {"size_wh": faces.size_wh, "faces": [face.to_json() for face in faces.faces]}


def _faces(document: Mapping[str, Any]) -> PhotoFaces:
    w, h = document["size_wh"]
    return PhotoFaces((w, h), tuple(FaceRegion.from_json(one) for one in document["faces"]))


def _jpeg(pixels: Rgb, source: FileFacts | None) -> bytes:
    """A JPEG in the colours that the source means, with nothing else of the source."""
    return files.encoded(files.for_screen(pixels, source), "JPEG", None)


def _result(job: Job, variation: int) -> str:
    name = next((one["name"] for one in job.results if one["variation"] == variation), None)
    if name is None:
        raise FileNotFoundError(f"variation {variation}")
    return str(name)


def _whole(view: View, variation: int) -> str:
    return f"print-{view.name}{variation}.whole.jpg"


def _eyes(view: View, variation: int, face: int) -> str:
    return f"print-{view.name}{variation}.eyes-{face}.jpg"


def _there(shot: int, face: int) -> str:
    return f"print-shot-{shot}.face-{face}.jpg"
