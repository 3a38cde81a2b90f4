"""One photo of a batch, from its file to its record: the same `open_eyes` and the same file as everywhere else."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from .. import files, origins
from ..engine import Engine
from ..errors import PhotoNotWritten
from ..files.whole_file import owned_by, write_whole
from ..folders import make_folder
from ..naming import numbered
from ..photo import Photo
from ..pipeline import open_eyes
from ..results import Opened
from ..system.digest import sha256_of
from ..system.ram import ram_mib
from ..version import __version__
from .leftovers import owner_of
from .place import Place, WorkedOn
from .plan import Item
from .record import Output, Record, failed_by
from .references import References
from .spec import BatchSpec
from .thumbnails import eye_comparison, face_picture, jpeg_base64

MATCH: Final = f"open {origins.MATCH}"
"""Flag by which somebody says who is whose: that is told for one photo, so it is no option of a batch."""
MAX_EYES: Final = 4
"""Most faces of one photo that the contact sheet shows before and after."""
MAX_CROPS: Final = 12
"""Most faces to look at of one photo that the contact sheet has a picture of."""
_NAME_ANOTHER: Final = "; name another OUT."


def process_item(
    item: Item, spec: BatchSpec, fingerprint: str, engine: Engine, out: Path, references: References
) -> Record:
    """Opens one photo and writes its result; whatever goes wrong becomes the record of a failure.

    A result that somebody has worked on since it was written stays, and the photo is `kept`.
    """
    began = time.perf_counter()
    try:
        with owned_by(owner_of(out)):
            record = _opened(Place(item, spec, out, engine.settings), fingerprint, engine, references)
    except Exception as error:  # noqa: BLE001 -- whatever one photo does, the next ones get their turn
        return failed_by(error, item, fingerprint, time.perf_counter() - began, ram_mib() or 0.0)
    return replace(record, seconds=round(time.perf_counter() - began, 4), rss_mib=round(ram_mib() or 0.0, 1))


def _opened(place: Place, fingerprint: str, engine: Engine, references: References) -> Record:
    item, spec = place.item, place.spec
    photo = files.read(item.source, engine.settings)
    opened = open_eyes(photo, spec.options, engine=engine, references=references())
    record = Record(
        item.name,
        item.size,
        item.mtime_ns,
        opened.report.input.sha256,
        fingerprint,
        "unchanged",
        tuple(face.outcome for face in opened.faces),
        reasons=tuple(face.reason_naming(MATCH) for face in opened.faces),
        version=__version__,
        origin=item.origin,
    )
    record = replace(record, crops=_crops(photo, opened, record.to_look_at))
    try:
        if not opened.changed:
            return replace(record, outputs=_copied(place, photo)) if spec.copy else record
        outputs = _saved(place, opened)
    except WorkedOn as found:
        kept = tuple(place.output(path, sha256_of(path)) for path in found.places if place.is_kept(path))
        return replace(record, state="kept", faces=(), reasons=(), crops=(), outputs=kept)
    more = max(0, record.faces.count("opened") - MAX_EYES)
    return replace(record, state="opened", outputs=outputs, eyes=_eyes(photo, opened), more_faces=more)


def _saved(place: Place, opened: Opened) -> tuple[Output, ...]:
    """The variations as files; a file that is there gives way if it is this very result, left by a run that was
    killed, or what the batch made of the photo before it was changed.

    Raises:
        WorkedOn, PhotoNotWritten: it is anything else, and is not to be overwritten.
        PhotoNotWritten: it is the photo itself, which never is.
    """
    item, spec = place.item, place.spec
    make_folder(item.output.parent, _NAME_ANOTHER)
    credentials = None
    if spec.certificate is not None and spec.key is not None:
        credentials = files.Credentials.load(spec.certificate, spec.key)
    there, targets = False, numbered(item.output, len(opened.variations))
    for variation, target in zip(opened.variations, targets, strict=True):
        if place.is_taken(target):
            there = True
            signed = credentials is not None
            if not place.gives_way(target, variation) and not place.holds(target, variation, signed=signed):
                raise place.refusal(target, targets)
    report = opened.save(item.output, overwrite=there, quality=spec.quality, credentials=credentials)
    return tuple(place.output(Path(one.path), one.sha256, one.encoding, one.notes) for one in report.outputs)


def _copied(place: Place, photo: Photo) -> tuple[Output, ...]:
    """The photo itself in the folder of results, byte for byte and with its time; where its place is to go and it tells
    one, written without.

    Raises:
        WorkedOn, PhotoNotWritten: another file is there.
        PhotoNotWritten: the photo itself is there, or has changed since it was looked at.
    """
    item, spec = place.item, place.spec
    target, sha256 = item.copy, "" if photo.file is None else photo.file.sha256
    make_folder(target.parent, _NAME_ANOTHER)
    there = place.is_taken(target)
    nowhere = _without_place(photo) if spec.options.save.strip_gps else None
    free = not there or place.gives_way(target, photo)
    if nowhere is not None:
        if not free and not place.holds(target, nowhere, signed=False):
            raise place.refusal(target, [target])
        written = files.write(nowhere, target, record=None, overwrite=there, quality=spec.quality)
        os.utime(target, ns=(item.mtime_ns, item.mtime_ns))
        return (place.output(target, written.sha256, written.encoding, written.notes),)
    if there and target.is_file() and sha256_of(target) == sha256:
        return (place.output(target, sha256),)
    if not free:
        raise place.refusal(target, [target])
    data = item.source.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PhotoNotWritten(f"{item.source}: expected the photo to stay as it is, it was changed meanwhile; again.")
    write_whole(target, data, overwrite=there, like=item.source)
    os.utime(target, ns=(item.mtime_ns, item.mtime_ns))
    return (place.output(target, sha256),)


def _without_place(photo: Photo) -> Photo | None:
    """The photo without the place where it was taken; None where there is nothing to take out, nor to be told of."""
    nowhere = files.without_gps(photo)
    same = nowhere.file is None or replace(nowhere.file, placeless=False) == photo.file
    return None if same and not files.may_tell_place(nowhere) else nowhere


def _eyes(before: Photo, opened: Opened) -> tuple[str, ...]:
    faces = [face for face in opened.faces if face.outcome == "opened"]
    pictures = [eye_comparison(before, opened.photo, face.box) for face in faces[:MAX_EYES]]
    return tuple(jpeg_base64(picture) for picture in pictures if picture is not None)


def _crops(photo: Photo, opened: Opened, numbers: Sequence[int]) -> tuple[str, ...]:
    faces = [opened.faces[number - 1] for number in numbers[:MAX_CROPS]]
    return tuple(jpeg_base64(face_picture(photo, face.box)) for face in faces)
