"""Where one photo's results go: what lies there already, and whether it gives way."""

from __future__ import annotations

import filecmp
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .. import files
from ..errors import OpenTheEyesError, PhotoNotWritten
from ..photo import Photo
from ..settings import Settings
from ..system.digest import sha256_of
from ..system.same_file import is_one_place
from .plan import Item
from .record import Output, others_work
from .spec import BatchSpec


class WorkedOn(Exception):
    """The batch's own result is there, and somebody has worked on it since.

    Args:
        places: of all results or copies that were to be written.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        super().__init__()
        self.places = places


@dataclass(frozen=True, slots=True)
class Place:
    """The places of one photo's results in a batch's folder.

    Args:
        item: the photo.
        out: the folder of results.
    """

    item: Item
    spec: BatchSpec
    out: Path
    settings: Settings

    def output(self, path: Path, sha256: str, encoding: str = "", notes: tuple[str, ...] = ()) -> Output:
        """A file that is there, as the record names it."""
        status = path.stat()
        return Output(self.name_of(path), status.st_size, sha256, encoding, notes, status.st_mtime_ns)

    def name_of(self, path: Path) -> str:
        """As the manifest has it: in the folder of results, with "/"."""
        return path.relative_to(self.out).as_posix()

    def is_taken(self, path: Path) -> bool:
        """Whether there is anything in the place of a result.

        Raises:
            PhotoNotWritten: the photo itself is, by another way to its folder; asked just before it would be lost.
        """
        if not os.path.lexists(path):
            return False
        if is_one_place(path, self.item.source):
            raise PhotoNotWritten(f"{path}: expected a free place, this is the photo itself; name another OUT.")
        return True

    def gives_way(self, path: Path, photo: Photo) -> bool:
        """Whether whatever lies at a place is to be replaced: the batch's own result of this photo is, as it was
        written.

        One of another moment is another photo's: cards have the same names, and are mounted at the same place.
        """
        if self.is_changed(path):
            return self.spec.overwrite and self.spec.overwrite_changed
        if self.spec.overwrite:
            return True
        if not path.is_file() or self.name_of(path) not in dict(self.item.ours):
            return False
        try:
            return files.taken_at(files.read(path, self.settings)) == files.taken_at(photo)
        except OpenTheEyesError:
            return False

    def holds(self, path: Path, variation: Photo, *, signed: bool) -> bool:
        """Whether a file is what is to be written there, and nobody has worked on it since.

        Its bytes say so, but for what made it: the killed run may have been another machine's, or the program's before
        an update. Those of a signed file differ from run to run: there the record says which edit it is, and the
        signature that it is whole.
        """
        if not path.is_file():
            return False
        try:
            file_format, edit = files.format_for(variation, path), variation.edit
            record = None if edit is None else files.read_record(files.read(path, self.settings))
            if edit is not None and record is not None:
                edit = replace(edit, processor=record.processor, libraries=record.libraries, program=record.program)
            if signed:
                return record == edit and files.is_as_signed(path, file_format)
            data = files.encoded(variation, file_format, edit, quality=self.spec.quality)
            return sha256_of(path) == hashlib.sha256(data).hexdigest()
        except (OpenTheEyesError, OSError, ValueError):
            return False

    def is_changed(self, path: Path) -> bool:
        """Whether it is a result of the batch that somebody has worked on, perhaps a moment ago."""
        if not path.is_file():
            return False
        name = self.name_of(path)
        sha256 = dict(self.item.ours).get(name)
        return name in self.item.changed or (sha256 is not None and sha256_of(path) != sha256)

    def is_kept(self, path: Path) -> bool:
        """Whether it is a result of this very photo that somebody has worked on."""
        return self.is_changed(path) and self.name_of(path) not in self.item.others

    def refusal(self, path: Path, places: Sequence[Path]) -> WorkedOn | PhotoNotWritten:
        """What is raised where something lies at a path that does not give way; `places` as `WorkedOn` has them."""
        if self.is_kept(path):
            return WorkedOn(places)
        if self.spec.overwrite:
            return others_work(str(path))
        if _is_alike(path, self.item.source):  # perhaps the photo itself, on a drive that is mounted twice unsaid
            return PhotoNotWritten(f"{path} is there already, and is the photo or a copy of it; name another OUT.")
        return PhotoNotWritten(f"{path} is there already; --overwrite replaces it, another OUT keeps both.")


def _is_alike(path: Path, photo: Path) -> bool:
    try:
        return filecmp.cmp(path, photo, shallow=False)
    except OSError:
        return False
