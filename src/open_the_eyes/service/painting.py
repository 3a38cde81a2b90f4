"""One job's photo, from the store through `open_eyes` and back into the store."""

from __future__ import annotations

import inspect
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..engine import Engine
from ..errors import Cancelled, PhotoNotWritten, UsageError
from ..files import SUFFIXES, encoded
from ..options import Options
from ..photo import Photo
from ..pipeline import Progress, open_eyes
from .jobs import MARKER, PHOTO, Job, reference_name
from .store import Store

if TYPE_CHECKING:
    from ..report import FaceReport
    from ..results import Opened

MEDIA_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff"}
FACE_MARGIN: Final = 0.15
"""Of a face's size, kept around it in the small pictures of faces."""

PATIENCE: Final = (1.0, 2.0, 5.0, 10.0)
"""Seconds between attempts to store results where there is no room; the last one again and again."""

Wanted = Callable[[], bool]


def options_of(wish: dict[str, Any]) -> Options:
    """Options as JSON has them, lists for tuples.

    Raises:
        UsageError: an option that does not exist, or a value out of range.
    """
    return Options.of(**{name: _tuples(value) for name, value in wish.items()})


def paint(job: Job, store: Store, engine: Engine, progress: Progress, wanted: Wanted) -> None:
    """Paints what the job asks for and stores it; the marker comes last. What is stored already is not painted again.

    Where the store has no room, this waits for room: the job was accepted.

    Raises:
        OpenTheEyesError: the photo, or what was asked of it, cannot be done.
        Cancelled: nobody wants it any more.
        FileNotFoundError: its photo has been deleted.
    """
    if store.has(job.id, MARKER):
        return
    opened = _opened(job, store, engine, progress)
    for wait in (*PATIENCE, *[PATIENCE[-1]] * 100_000):
        if not wanted():
            raise Cancelled("expected to store the result, the job was cancelled; nothing is kept.")
        try:
            _keep(job.id, opened, store)
        except PhotoNotWritten as error:
            if not isinstance(error.__cause__, OSError):
                raise
            time.sleep(wait)
        else:
            return


def painted(job: str, store: Store) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The report and the list of results that `paint` stored.

    Raises:
        FileNotFoundError: not there, or not any more.
    """
    marker = json.loads(store.get(job, MARKER))
    return marker["report"], marker["results"]


def _opened(job: Job, store: Store, engine: Engine, progress: Progress) -> Opened:
    photo = store.get(job.id, PHOTO)
    references = [store.get(job.id, reference_name(k)) for k in range(1, job.wish.references + 1)]
    more: dict[str, Any] = {"references": references} if references else {}
    return open_eyes(photo, options_of(job.wish.options), engine=engine, progress=progress, **more)


def takes_references() -> bool:
    """Whether this version of the product can use other photos of the same people."""
    return "references" in inspect.signature(open_eyes).parameters


def _keep(job: str, opened: Opened, store: Store) -> None:
    results = _results(job, opened, store) if opened.changed else []
    report = opened.report.to_json()
    report["outputs"] = [{"path": one["name"], "sha256": one["sha256"]} for one in results]
    marker = {"report": report, "results": results}
    store.put(job, MARKER, json.dumps(marker, ensure_ascii=False).encode())


def _results(job: str, opened: Opened, store: Store) -> list[dict[str, Any]]:
    """Every variation as a file in the photo's own format, and a small picture of every opened face in it."""
    file_format = opened.photo.file.format if opened.photo.file is not None else "PNG"
    suffix = next(suffix for suffix, named in SUFFIXES.items() if named == file_format)
    faces = [face for face in opened.faces if face.outcome == "opened"]
    results = []
    with tempfile.TemporaryDirectory(prefix="open-the-eyes-") as folder:
        outputs = opened.save(Path(folder) / f"result{suffix}").outputs
        for number, (output, variation) in enumerate(zip(outputs, opened.variations, strict=True), start=1):
            name, data = f"result-{number}{suffix}", Path(output.path).read_bytes()
            store.put(job, name, data)
            for face in faces:
                store.put(job, face_name(number, face.id), _face_picture(variation, face))
            results.append(
                {
                    "variation": number,
                    "name": name,
                    "sha256": output.sha256,
                    "bytes": len(data),
                    "media_type": MEDIA_TYPES.get(file_format, "application/octet-stream"),
                    "faces": [face.id for face in faces],
                }
            )
    return results


def face_name(variation: int, face: int) -> str:
    """Where the small picture of a face is kept."""
    return f"result-{variation}.face-{face}.jpg"


def _face_picture(photo: Photo, face: FaceReport) -> bytes:
    margin = FACE_MARGIN * max(face.box.width, face.box.height)
    w, h = photo.size_wh
    left, top = max(0, round(face.box.left - margin)), max(0, round(face.box.top - margin))
    right, bottom = min(w, round(face.box.right + margin)), min(h, round(face.box.bottom + margin))
    return encoded(Photo(photo.pixels[top:bottom, left:right].copy()), "JPEG", None)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def check_references(count: int, most: int) -> None:
    """Raises:
    UsageError: more than the service takes, or any, for a version that cannot use them.
    """
    if count > most:
        raise UsageError(f"references: expected at most {most} photos, got {count}; leave some out.")
    if count and not takes_references():
        raise UsageError("references: expected none, this version cannot use other photos; leave them out.")
