"""Which photos a batch is to do: those in the folders, patterns and lists that were named."""

from __future__ import annotations

import copy
import functools
import glob
import itertools
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import UnreadablePhoto, UsageError
from ..naming import is_result
from ..system.paths import is_file, is_folder, is_link, is_there, real_place, special
from ..system.patterns import any_case, is_pattern
from ..system.same_file import marks_of
from ..wording import typed
from .left_out import HIDDEN_FOLDER, HIDDEN_PHOTO, LINKED_FOLDER, LeftOut
from .photo_list import LIST_SUFFIX, photos_listed

FOLDER: Final = "open-the-eyes.batch"
"""Folder in that of the results in which the batch keeps what it needs. Never looked into for photos."""
_OF_SYSTEM: Final = frozenset(
    {"@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot"}  # of Synology's and QNAP's drives
    | {"$RECYCLE.BIN", "System Volume Information", "lost+found"}
)
"""Folders that a drive keeps by itself: thumbnails, what was deleted, earlier states."""
_OF_VERSIONS: Final = frozenset({".git", ".hg", ".svn"})
"""Folders in which Git, Mercurial and Subversion keep what they need."""
_LIBRARIES: Final = (".photoslibrary", ".aplibrary", ".lrdata", ".lrlibrary")
"""Endings of folders that a program keeps: Apple's Photos (macOS shows them as files) and Aperture, Lightroom."""


def is_hidden(name: str) -> bool:
    """Whether a file or a folder is none of a photographer's, by its name."""
    return name.startswith(".") or _is_kept(name)


def is_hidden_photo(name: str) -> bool:
    """Whether a file is a photo but for being hidden: no result, and not what macOS keeps beside each (._a.jpg)."""
    from ..files import SUFFIXES

    photo = Path(name).suffix.lower() in SUFFIXES and not name.startswith("._")
    return photo and is_hidden(name) and not is_result(name)


def _is_kept(name: str) -> bool:
    """Whether a drive or a program keeps a folder of this name for itself."""
    return name in _OF_SYSTEM or name in _OF_VERSIONS or name.lower().endswith(_LIBRARIES)


@dataclass(frozen=True, slots=True)
class _Skipped:
    """What somebody may miss; `kind` is one of `left_out`."""

    path: Path
    kind: str


class PhotoCollector:
    """Gathers photos, and what the tree of results is to mirror."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._roots: list[Path | None] = []
        self._named: list[Path] = []
        self._walked: list[Path] = []
        self._by_name: set[Path] = set()
        self.photos: list[Path] = []
        self._unfit = LeftOut()
        self._skipped: dict[Path, str] = {}

    def add(self, source: str) -> None:
        path = Path(source)
        if not source.strip() or "\0" in source:
            raise UsageError(f"batch: expected a folder, a photo, a pattern or a list, got {typed(source)}.")
        if is_folder(path):
            self._gather(_walked(path), path)
            self._roots.append(path)
            self._walked.append(path)
        elif is_file(path) and path.suffix.lower() == LIST_SUFFIX:
            self._take_by_name(photos_listed(path))
        elif is_there(path):
            self._take_by_name([path])
        elif is_pattern(source):
            root = _fixed_part(source)
            if not is_folder(root):
                raise _not_found(root)
            parts = path.parts[len(root.parts) :]
            self._gather(_matching(root, parts), root)
            self._roots.append(root)
            (self._walked if parts[0] == "**" else self._named).append(root)
        else:
            raise _not_found(path)

    @property
    def left_out(self) -> LeftOut:
        """What is not done of all that was named so far; not what one source skips and another brings along."""
        found = copy.deepcopy(self._unfit)
        marks = functools.cache(marks_of)
        walked = frozenset().union(*map(marks, self._walked))
        named = walked.union(*map(marks, self._named))

        def is_done(folder: Path) -> bool:
            if not named.isdisjoint(marks(folder)):
                return True
            for place in (real := real_place(folder), *real.parents):
                if not walked.isdisjoint(marks(place)):
                    return True
                if is_hidden(place.name):
                    return False
            return False

        for path, kind in self._skipped.items():
            if kind == HIDDEN_PHOTO or not is_done(path):
                found.add(str(path), kind)
        return found

    def is_named(self, photo: Path) -> bool:
        """Whether somebody named this very photo, and not only a folder or a pattern that brings it along."""
        return spelled_out(photo) in self._by_name

    def root(self, photos: Sequence[Path]) -> Path:
        """The one folder that was named; where there is none, or more, the deepest that holds all photos."""
        if len(self._roots) == 1 and self._roots[0] is not None:
            return self._roots[0]
        try:
            return Path(os.path.commonpath([spelled_out(photo).parent for photo in photos]))
        except ValueError:
            raise UsageError("batch: expected photos of one drive, got several; run it once a drive.") from None

    def _take_by_name(self, photos: Sequence[Path]) -> None:
        self.photos += photos
        self._by_name.update(map(spelled_out, photos))
        self._roots.append(None)

    def _gather(self, found: Iterable[Path | _Skipped], root: Path) -> None:
        """Sorts what was found below `root`; where results go inside that tree, they are no photos to do."""
        from ..files import SUFFIXES

        results = _ResultsInside(self._out, root)
        enterable = functools.cache(lambda folder: os.access(folder, os.X_OK))
        for entry in found:
            if isinstance(entry, _Skipped):
                if not results.have_folder(entry.path.parent if entry.kind == HIDDEN_PHOTO else entry.path):
                    self._skipped[entry.path] = entry.kind  # two patterns may meet it
                continue
            folder = entry.parent
            file = entry if enterable(folder) else folder  # whose names may be read, and no more
            locked = is_folder(file) and not os.access(file, os.R_OK | os.X_OK)
            lost = is_link(file) and not is_there(file)  # it fails by its name, as every photo that cannot be read
            kind = "" if (ordinary := is_file(file)) else special(file)
            if FOLDER in file.parts or not (ordinary or locked or lost or kind):
                continue
            if results.have(file) if locked or is_link(file) else results.have_folder(folder):
                continue
            if locked or (not kind and file.suffix.lower() in SUFFIXES and not is_result(file.name)):
                self.photos.append(file)
            else:
                self._unfit.add(str(file), kind.partition(" ")[2])


class _ResultsInside:
    """Which places lie in the folder of results, if that is inside the tree that is looked through: by their names, or
    where links lead."""

    def __init__(self, out: Path, root: Path) -> None:
        marks = functools.cache(marks_of)

        def is_one(one: Path, other: Path) -> bool:
            return not marks(one).isdisjoint(marks(other))

        self._ways: list[tuple[Callable[[Path], Path], Callable[[Path, Path], bool], Path]] = []
        """How a place is looked at, how two are told to be one, and the folder of results looked at in this way."""
        for seen, same in ((spelled_out, operator.eq), (real_place, is_one)):
            results, top = seen(out), seen(root)
            if any(same(above, top) for above in results.parents):
                self._ways.append((seen, same, results))
        self._known: dict[Path, bool] = {}

    def have(self, place: Path) -> bool:
        """Whether a file or a folder lies there."""
        views = [(seen(place), same, results) for seen, same, results in self._ways]
        return any(same(results, above) for view, same, results in views for above in (view, *view.parents))

    def have_folder(self, folder: Path) -> bool:
        """The same, found out once a folder."""
        if folder not in self._known:
            self._known[folder] = self.have(folder)
        return self._known[folder]


def _not_found(path: Path) -> UsageError | UnreadablePhoto:
    expected = f"{path}: expected a folder, a photo, a pattern or a list"
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        return UnreadablePhoto(f"{expected}, got: {error.strerror}; check its name and rights.")
    return UsageError(f"{expected}; there is no such file.")


def _walked(folder: Path) -> Iterator[Path | _Skipped]:
    """Every visible file below, and every folder that may not be looked into: its photos must not go missing unsaid.
    Linked folders are not followed, so a circle of links has an end."""
    locked: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=locked.append):
        yield from _not_entered(Path(here), folders)
        folders.sort()
        yield from (_seen(Path(here) / name) for name in sorted(files) if _may_be_missed(name))
    yield from (Path(error.filename) for error in locked)


def _not_entered(here: Path, folders: list[str]) -> Iterator[_Skipped]:
    """Takes those out of `folders` that are none of a photographer's; gives what may be missed all the same."""
    yield from (_Skipped(here / name, HIDDEN_FOLDER) for name in folders if is_hidden(name) and not _is_kept(name))
    folders[:] = [name for name in folders if not is_hidden(name)]
    yield from (_Skipped(here / name, LINKED_FOLDER) for name in folders if is_link(here / name))


def _may_be_missed(name: str) -> bool:
    """Whether a file is visible, or a hidden photo."""
    return not is_hidden(name) or is_hidden_photo(name)


def _seen(file: Path) -> Path | _Skipped:
    return _Skipped(file, HIDDEN_PHOTO) if is_hidden(file.name) else file


def _matching(folder: Path, parts: Sequence[str]) -> Iterator[Path | _Skipped]:
    """What a pattern names below a folder, some of it perhaps twice, and every folder on the way that is locked.

    `**` stands for visible folders to any depth. As in `_walked` these are not followed through links; `glob` does,
    and may never come back.
    """
    if not parts:
        yield folder
    elif parts[0] == "**":
        rest = tuple(itertools.dropwhile(lambda part: part == "**", parts)) or ("*",)
        locked: list[OSError] = []
        for here, folders, _ in os.walk(folder, onerror=locked.append) if is_folder(folder) else ():
            yield from _not_entered(Path(here), folders)
            yield from _matching(Path(here), rest)
        yield from (Path(error.filename) for error in locked)
    elif is_folder(folder) and not os.access(folder, os.R_OK | os.X_OK if is_pattern(parts[0]) else os.X_OK):
        yield folder
    else:
        pattern = parts[0] if parts[1:] else any_case(parts[0])
        for name in glob.iglob(pattern, root_dir=folder):  # noqa: PTH207 -- Path.glob follows other rules
            if name == parts[0] or not _is_kept(name):
                yield from _matching(folder / name, parts[1:])


def _fixed_part(pattern: str) -> Path:
    """The folders before the first wildcard."""
    parts = Path(pattern).parts
    wild = next(k for k, part in enumerate(parts) if is_pattern(part))
    return Path(*parts[:wild])


def each_once(photos: Iterable[Path]) -> list[Path]:
    """In the order of their full names; a photo that was named in two ways is one, under the first."""
    first: dict[tuple[Path, str], Path] = {}
    for photo in photos:
        first.setdefault((spelled_out(photo), os.path.realpath(photo)), photo)
    return [first[key] for key in sorted(first)]


def spelled_out(path: Path) -> Path:
    """From the root of the drive, without "..": only such paths can be compared, and have no way out of a folder.

    For names alone. Through a linked folder ".." may lead elsewhere, so a photo is read by the path it was given.
    """
    return Path(os.path.abspath(path))  # noqa: PTH100 -- Path.absolute() keeps ".."
