"""One photo of a batch, from its file to its record: the same `open_eyes` and the same file as everywhere else."""

from __future__ import annotations

import filecmp
import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from .. import files, givers
from ..engine import Engine
from ..errors import OpenTheEyesError, PhotoNotWritten
from ..files.whole_file import owned_by, write_whole
from ..folders import make_folder
from ..naming import numbered
from ..photo import Photo
from ..pipeline import open_eyes
from ..results import Opened
from ..settings import Settings
from ..system.digest import sha256_of
from ..system.ram import ram_mib
from ..system.same_file import is_one_place
from ..version import __version__
from .leftovers import owner_of
from .plan import Item
from .record import Output, Record, failed_by, others_work
from .references import References
from .spec import BatchSpec
from .thumbnails import eye_comparison, face_picture, jpeg_base64

MATCH: Final = f"open {givers.MATCH}"
"""Flag by which somebody says who is whose: that is told for one photo, so it is no option of a batch."""
MAX_EYES: Final = 4
"""Most faces of one photo that the contact sheet shows before and after."""
MAX_CROPS: Final = 12
"""Most faces to look at of one photo that the contact sheet has a picture of."""
_NAME_ANOTHER: Final = "; name another OUT."


class _WorkedOn(Exception):
    """The batch's own result is there, and somebody has worked on it since.

    Args:
        places: of all results or copies that were to be written.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        super().__init__()
        self.places = places


def process_item(
    item: Item, spec: BatchSpec, fingerprint: str, engine: Engine, out: Path, references: References
) -> Record:
    """Opens one photo and writes its result; whatever goes wrong becomes the record of a failure.

    A result that somebody has worked on since it was written stays, and the photo is `kept`.
    """
    began = time.perf_counter()
    try:
        with owned_by(owner_of(out)):
            record = _opened(item, spec, fingerprint, engine, out, references)
    except Exception as error:  # noqa: BLE001 -- whatever one photo does, the next ones get their turn
        return failed_by(error, item, fingerprint, time.perf_counter() - began, ram_mib() or 0.0)
    return replace(record, seconds=round(time.perf_counter() - began, 4), rss_mib=round(ram_mib() or 0.0, 1))


def _opened(item: Item, spec: BatchSpec, fingerprint: str, engine: Engine, out: Path, references: References) -> Record:
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
            return replace(record, outputs=_copied(item, photo, spec, out, engine.settings)) if spec.copy else record
        outputs = _saved(item, opened, spec, out, engine.settings)
    except _WorkedOn as found:
        changed = [place for place in found.places if _is_kept(place, item, out)]
        kept = tuple(_output(place, sha256_of(place), out) for place in changed)
        return replace(record, state="kept", faces=(), reasons=(), crops=(), outputs=kept)
    more = max(0, record.faces.count("opened") - MAX_EYES)
    return replace(record, state="opened", outputs=outputs, eyes=_eyes(photo, opened), more_faces=more)


def _saved(item: Item, opened: Opened, spec: BatchSpec, out: Path, settings: Settings) -> tuple[Output, ...]:
    """The variations as files; a file that is there gives way if it is this very result, left by a run that was
    killed, or what the batch made of the photo before it was changed.

    Raises:
        _WorkedOn, PhotoNotWritten: it is anything else, and is not to be overwritten.
        PhotoNotWritten: it is the photo itself, which never is.
    """
    make_folder(item.output.parent, _NAME_ANOTHER)
    credentials = None
    if spec.certificate is not None and spec.key is not None:
        credentials = files.Credentials.load(spec.certificate, spec.key)
    there, targets = False, numbered(item.output, len(opened.variations))
    for variation, target in zip(opened.variations, targets, strict=True):
        if _is_taken(target, item):
            there = True
            if not _gives_way(target, item, spec, out, variation, settings) and not _is_this(
                target, variation, settings, quality=spec.quality, signed=credentials is not None
            ):
                raise _taken(target, targets, item, spec, out)
    report = opened.save(item.output, overwrite=there, quality=spec.quality, credentials=credentials)
    return tuple(_output(Path(one.path), one.sha256, out, one.encoding, one.notes) for one in report.outputs)


def _is_this(target: Path, variation: Photo, settings: Settings, *, quality: int | None, signed: bool) -> bool:
    """Whether a file is what is to be written there, and nobody has worked on it since.

    Its bytes say so, but for what made it: the killed run may have been another machine's, or the program's before an
    update. Those of a signed file differ from run to run: there the record says which edit it is, and the signature
    that it is whole.
    """
    if not target.is_file():
        return False
    try:
        file_format, edit = files.format_for(variation, target), variation.edit
        record = None if edit is None else files.read_record(files.read(target, settings))
        if edit is not None and record is not None:
            edit = replace(edit, processor=record.processor, libraries=record.libraries, program=record.program)
        if signed:
            return record == edit and files.is_as_signed(target, file_format)
        data = files.encoded(variation, file_format, edit, quality=quality)
        return sha256_of(target) == hashlib.sha256(data).hexdigest()
    except (OpenTheEyesError, OSError, ValueError):
        return False


def _copied(item: Item, photo: Photo, spec: BatchSpec, out: Path, settings: Settings) -> tuple[Output, ...]:
    """The photo itself in the folder of results, byte for byte and with its time; where its place is to go and it tells
    one, written without.

    Raises:
        _WorkedOn, PhotoNotWritten: another file is there.
        PhotoNotWritten: the photo itself is there, or has changed since it was looked at.
    """
    target, sha256 = item.copy, "" if photo.file is None else photo.file.sha256
    make_folder(target.parent, _NAME_ANOTHER)
    there = _is_taken(target, item)
    nowhere = _without_place(photo) if spec.options.save.strip_gps else None
    free = not there or _gives_way(target, item, spec, out, photo, settings)
    if nowhere is not None:
        if not free and not _is_this(target, nowhere, settings, quality=spec.quality, signed=False):
            raise _taken(target, [target], item, spec, out)
        written = files.write(nowhere, target, record=None, overwrite=there, quality=spec.quality)
        os.utime(target, ns=(item.mtime_ns, item.mtime_ns))
        return (_output(target, written.sha256, out, written.encoding, written.notes),)
    if there and target.is_file() and sha256_of(target) == sha256:
        return (_output(target, sha256, out),)
    if not free:
        raise _taken(target, [target], item, spec, out)
    data = item.source.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PhotoNotWritten(f"{item.source}: expected the photo to stay as it is, it was changed meanwhile; again.")
    write_whole(target, data, overwrite=there, like=item.source)
    os.utime(target, ns=(item.mtime_ns, item.mtime_ns))
    return (_output(target, sha256, out),)


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


def _output(path: Path, sha256: str, out: Path, encoding: str = "", notes: tuple[str, ...] = ()) -> Output:
    status = path.stat()
    return Output(_name_in(out, path), status.st_size, sha256, encoding, notes, status.st_mtime_ns)


def _is_taken(target: Path, item: Item) -> bool:
    """Whether there is anything in the place of a result.

    Raises:
        PhotoNotWritten: the photo itself is, by another way to its folder; asked just before it would be lost.
    """
    if not os.path.lexists(target):
        return False
    if is_one_place(target, item.source):
        raise PhotoNotWritten(f"{target}: expected a free place, this is the photo itself; name another OUT.")
    return True


def _gives_way(path: Path, item: Item, spec: BatchSpec, out: Path, photo: Photo, settings: Settings) -> bool:
    """Whether whatever lies at a place is to be replaced: the batch's own result of this photo is, as it was written.

    One of another moment is another photo's: cards have the same names, and are mounted at the same place.
    """
    if _is_changed(path, item, out):
        return spec.overwrite and spec.overwrite_changed
    if spec.overwrite:
        return True
    if not path.is_file() or _name_in(out, path) not in dict(item.ours):
        return False
    try:
        return files.taken_at(files.read(path, settings)) == files.taken_at(photo)
    except OpenTheEyesError:
        return False


def _is_changed(path: Path, item: Item, out: Path) -> bool:
    if not path.is_file():
        return False
    name = _name_in(out, path)
    sha256 = dict(item.ours).get(name)
    return name in item.changed or (sha256 is not None and sha256_of(path) != sha256)  # perhaps a moment ago


def _is_kept(path: Path, item: Item, out: Path) -> bool:
    """Whether it is a result of this very photo that somebody has worked on."""
    return _is_changed(path, item, out) and _name_in(out, path) not in item.others


def _name_in(out: Path, path: Path) -> str:
    return path.relative_to(out).as_posix()


def _taken(path: Path, places: Sequence[Path], item: Item, spec: BatchSpec, out: Path) -> Exception:
    if _is_kept(path, item, out):
        return _WorkedOn(places)
    if spec.overwrite:
        return others_work(str(path))
    if _is_alike(path, item.source):  # perhaps the photo itself, on a drive that is mounted twice and does not say so
        return PhotoNotWritten(f"{path} is there already, and is the photo or a copy of it; name another OUT.")
    return PhotoNotWritten(f"{path} is there already; --overwrite replaces it, another OUT keeps both.")


def _is_alike(path: Path, photo: Path) -> bool:
    try:
        return filecmp.cmp(path, photo, shallow=False)
    except OSError:
        return False
