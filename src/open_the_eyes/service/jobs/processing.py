"""One job's photo, from the store through `open_eyes` and back into the store."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...engine import Engine
from ...errors import Cancelled, PhotoNotWritten
from ...files import encoded, encoded_with_report, excerpt, suffix_for
from ...files import for_screen as looked_at
from ...imaging.geometry import Box
from ...options import NAMES, Options
from ...photo import MEDIA_TYPES, FileFormat, Photo
from ...pipeline import open_eyes
from ...progress import Progress
from ..errors import StoreAway
from ..store import ArtifactStore
from .job import FOR_SCREEN, MARKER, PHOTO, Job, reference_name

if TYPE_CHECKING:
    from ...report import FaceReport
    from ...results import Opened

FACE_MARGIN: Final = 0.15
"""Margin around a face in its small picture, as a share of the face's size."""

MOST_JPEG_PX: Final = 65_500
"""Longest side of which every encoder makes a JPEG."""

ROOM_PAUSES: Final = (1.0, 2.0, 5.0, 10.0)
"""Seconds between attempts to store results where there is no room; the last one again and again."""

_LOG: Final = logging.getLogger("open_the_eyes.service")

StillWanted = Callable[[], bool]
Pause = Callable[[float], None]
"""Waits the given seconds."""


def options_of(request: dict[str, Any]) -> Options:
    """Options as JSON has them.

    Raises:
        UsageError: an option that does not exist, or a value out of range.
    """
    return Options.of(**given(request))


def given(request: dict[str, Any]) -> dict[str, Any]:
    """Without nulls, which programs write for an option that is not given; those of other names stay, to be refused."""
    return {name: value for name, value in request.items() if value is not None or name not in NAMES}


def check_options(request: dict[str, Any], references: int, engine: Engine) -> None:
    """Refuses before a job is accepted what `open_eyes` would refuse before it looks at the photo.

    Raises:
        UsageError: an option that does not exist, a value out of range, or what this engine does not have.
        WeightsMissing: a model that is asked for is not on this machine.
    """
    options = options_of(request)
    engine.check(options)
    options.match.check(references)


def has_results(job: str, store: ArtifactStore) -> bool:
    """Whether `store_results` has come to its end, perhaps in a process that died thereafter."""
    return store.has(job, MARKER)


def process(job: Job, store: ArtifactStore, engine: Engine, progress: Progress) -> Opened:
    """What the job asks for.

    Raises:
        OpenTheEyesError: the photo, or what was asked of it, cannot be done.
        FileNotFoundError: its photo has been deleted.
        StoreAway: its photo cannot be read at present.
    """
    photo = store.get(job.id, PHOTO)
    references = [store.get(job.id, reference_name(k)) for k in range(1, job.request.references + 1)]
    return open_eyes(photo, options_of(job.request.options), engine=engine, references=references, progress=progress)


def store_results(job: str, opened: Opened, store: ArtifactStore, wanted: StillWanted, pause: Pause) -> None:
    """Stores results and report, the marker last. Where there is no room, this waits for room: the job was accepted.

    Raises:
        PhotoNotWritten: the result cannot be held by the photo's format.
        Cancelled: nobody wants it any more.
        Stopping: `pause` was cut short, since the service ends.
    """
    for parts in _files(opened, for_screen=store.has(job, FOR_SCREEN)):
        _store(job, parts, store, wanted, pause)


def _store(job: str, parts: dict[str, bytes], store: ArtifactStore, wanted: StillWanted, pause: Pause) -> None:
    for wait in chain(ROOM_PAUSES, repeat(ROOM_PAUSES[-1])):
        if not wanted():
            raise Cancelled("expected to store the result, the job was cancelled; nothing is kept.")
        try:
            for name, data in parts.items():
                store.put(job, name, data)
            return
        except StoreAway:
            _LOG.warning("a result waits: the store has no room for it, or does not answer")
            pause(wait)


def load_results(job: str, store: ArtifactStore) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The report and the list of results that `store_results` stored.

    Raises:
        FileNotFoundError: not there, or not any more.
    """
    marker = json.loads(store.get(job, MARKER))
    return marker["report"], marker["results"]


def _files(opened: Opened, *, for_screen: bool) -> Iterator[dict[str, bytes]]:
    """Every variation in the photo's own format, or as it is looked at, with a small picture of every opened face; and
    the marker, last.

    A variation is encoded when it is asked for: of a huge photo, all at once may be gigabytes.

    Raises:
        PhotoNotWritten: the format cannot hold a variation.
    """
    results, outputs = [], []
    file_format = format_of_results(opened.photo, for_screen=for_screen)
    is_shown_only = opened.photo.file is not None and file_format != opened.photo.file.format
    suffix = suffix_for(Path("result"), file_format)
    faces = [face for face in opened.faces if face.outcome == "opened"]
    for number, variation in enumerate(opened.variations if opened.changed else (), start=1):
        name = f"result-{number}{suffix}"
        try:
            written = looked_at(variation.pixels, variation.file) if is_shown_only else variation
            data, output = encoded_with_report(written, file_format, variation.edit, name)
            pictures = {face_name(number, face.id): _face_picture(variation, face) for face in faces}
        except OSError as error:  # of an encoder: to wait would change nothing
            raise PhotoNotWritten(f"expected a picture this format can hold ({error}); choose another.") from error
        outputs.append(output.to_json())
        results.append(
            {
                "variation": number,
                "name": name,
                "sha256": output.sha256,
                "bytes": len(data),
                "media_type": MEDIA_TYPES[file_format],
                "faces": [face.id for face in faces],
            }
        )
        yield {name: data, **pictures}
    report = opened.report.to_json()
    report["outputs"] = outputs
    yield {MARKER: json.dumps({"report": report, "results": results}, ensure_ascii=False).encode()}


def format_of_results(photo: Photo, *, for_screen: bool) -> FileFormat:
    """What a photo's results are written as. A JPEG's own take no time: only the blocks that are new are coded."""
    came = photo.file
    if for_screen and max(photo.size_wh) <= MOST_JPEG_PX:
        return "JPEG"
    return "PNG" if came is None or came.format is None else came.format


def face_name(variation: int, face: int) -> str:
    """Where the small picture of a face is kept."""
    return f"result-{variation}.face-{face}.jpg"


def _face_picture(photo: Photo, face: FaceReport) -> bytes:
    margin = FACE_MARGIN * max(face.box.width, face.box.height)
    w, h = photo.size_wh
    left, top = max(0, round(face.box.left - margin)), max(0, round(face.box.top - margin))
    right, bottom = min(w, round(face.box.right + margin)), min(h, round(face.box.bottom + margin))
    there = photo.cut(Box(left, top, right, bottom))  # the photo is never put together as a whole
    return encoded(Photo(excerpt(there.copy(), photo)), "JPEG", None)
