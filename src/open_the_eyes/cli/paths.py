"""Where results go: decided, and refused, before any work is done, as far as it is known by then."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import folders
from ..addresses import is_address
from ..errors import PhotoNotWritten, UsageError, not_written
from ..naming import OPENED, is_result, named
from ..system.paths import is_file, is_folder, is_there, real_place, special
from ..system.same_file import folded, keeps_apart
from . import speech


def place(name: str, option: str = "") -> Path:
    """A name as a path; an empty one, such as of a variable that is not set, would stand for this very folder.

    Raises:
        UsageError: it is empty.
    """
    if not name:
        raise UsageError(f"{option or 'PHOTO'}: expected a name, got nothing; name a file.")
    return Path(name)


def check_here(place: str | Path, option: str = "") -> None:
    """Refuses an address, for which folders of that name would be made here.

    Raises:
        UsageError: `place` is one.
    """
    if is_address(str(place)) and not is_there(Path(Path(place).parts[0])):
        written = re.sub(r":/+", "://", str(place), count=1)  # a path has one slash there
        name = f"{option} {written}" if option else written
        raise UsageError(f"{name}: expected a place on this machine, got an address. Only `batch --ray` takes those.")


def planned(photos: Sequence[Path], out: str | None, addition: str = OPENED, *, option: str = "-o") -> list[Path]:
    """One path a photo: `out` itself for one photo; `photo.opened.jpg` in the folder `out`, or beside the photo.

    Raises:
        UsageError: `out` cannot hold the results, or is needed, or two photos would be written to one path.
    """
    if out == "":
        raise UsageError("expected a name, got nothing. Name a file, or a folder for several photos.", option=option)
    if out == "-":
        raise UsageError(f"{option} -: expected the name of a file, no picture goes to stdout. A file - is ./- here.")
    check_here(out or "", option)
    if out is None:
        if stream := next((photo for photo in photos if _is_stream(photo) and not special(photo)), None):
            raise UsageError(f"expected a name for the result of {stream}, got none; name a file.", option=option)
        paths = [named(photo, addition, _true_suffix(photo)) for photo in photos]
    elif len(photos) > 1 or is_folder(Path(out)) or out.endswith(("/", os.sep)):
        _check_for_several(out, option)
        paths = [Path(out) / named(photo, addition, _true_suffix(photo)).name for photo in photos]
    else:
        check_format(Path(out), option)
        paths = [Path(out)]
    times, alike = Counter(paths), Counter(map(folded, paths))
    twice = (path for path in paths if times[path] > 1 or (alike[folded(path)] > 1 and not keeps_apart(path.parent)))
    if path := next(twice, None):
        raise UsageError(
            f"two photos would both be written to {path}; rename one, or name another {option} for it in a run of "
            "its own."
        )
    return paths


def _is_stream(photo: Path) -> bool:
    """Whether a name stands for something this process has open, beside which nothing can lie."""
    place = photo.absolute().as_posix()
    return place.startswith(("/dev/fd/", "/proc/")) or place == "/dev/stdin"


def _check_for_several(out: str, option: str) -> None:
    """Refuses what is, or is surely meant to be, a file."""
    from ..files.writing import SUFFIXES

    place = Path(out)
    meant = place.suffix.lower() in SUFFIXES and not out.endswith(("/", os.sep))
    if not is_folder(place) and (meant or is_there(place)):
        came = special(place) or "a file"
        raise UsageError(f"{option} {out}: expected a folder, got {came}. Name a folder, or one photo and one file.")


def check_format(path: Path, option: str) -> None:
    """Refuses an ending of no format that is written, such as a misspelt one; without any it is the photo's.

    Raises:
        UsageError: it has one.
    """
    from ..files.writing import SUFFIXES, has_other_ending

    if has_other_ending(path):
        raise UsageError(
            f"{option} {path}: expected a name ending in {', '.join(SUFFIXES)}; choose one of those, or end a "
            "folder's name with /."
        )


def note_file(outputs: Sequence[Path], out: str, option: str = "-o") -> None:
    """Says that a name without an ending was taken for a file's, where a folder may have been meant."""
    if list(outputs) == [Path(out)] and not Path(out).suffix:
        speech.note(
            speech.one_line(f"{option} {out}: a file in the photo's own format; the name of a folder ends in /")
        )


def _true_suffix(photo: Path) -> str:
    """The suffix for a result in the photo's own format: its own, unless its name lies about what it is."""
    from ..files import HEAD_BYTES, true_suffix

    try:
        if not is_file(photo):
            return photo.suffix
        with photo.open("rb") as file:
            return true_suffix(photo, file.read(HEAD_BYTES))
    except (OSError, ValueError):
        return photo.suffix  # reading it will say what is wrong with it


def check_output(path: Path, given: Iterable[Path], *, overwrite: bool) -> None:
    """Refuses to write over a file that was given, over any other one without `overwrite`, and where nobody can.

    Raises:
        UsageError: `path` is one of `given`, or an address.
        PhotoNotWritten: `path` is there already, or its folder neither can be written nor made.
    """
    check_here(path)
    if kind := special(path):  # asked as it was given: where /dev/stdout leads to has no name
        raise PhotoNotWritten(
            f"{path}: expected the name of a file, this is {kind}, into which nothing goes. Name one."
        )
    real = real_place(path)
    if not is_there(real):
        check_folder(real.parent, given=path)
        return
    for one in given:
        if is_there(one) and real.samefile(one):
            way = "Name another file"
            if is_result(path.name):  # as *.jpg brings it along where the shell spells that out
                way = 'Name another place, or put the pattern into quotes ("*.jpg"), which leaves out earlier results'
            raise UsageError(f"{path} is one of the files given; the original is never replaced. {way}.")
    if is_folder(real):
        raise PhotoNotWritten(f"{path}: expected a file to write, got a folder. End it with / to write into it.")
    if not overwrite:
        raise PhotoNotWritten(f"{path} is there already; --overwrite replaces it, another name keeps both.")


def check_folder(folder: Path, option: str = "", given: str | Path = "") -> None:
    """Refuses a folder that neither can be written into nor, where it is not there, be made.

    Args:
        given: what was typed, where that is a file in the folder.

    Raises:
        PhotoNotWritten: it is one; NoRoomOnDisk where the disk is full.
        UsageError: it is an address.
    """
    check_here(folder, option)
    ways = (folder.absolute(), *folder.absolute().parents)
    there = next(above for above in ways if is_there(above))
    able = is_folder(there) and os.access(there, os.W_OK | os.X_OK)
    expected = (
        f"{f'{option} ' if option else ''}{given or folder}: expected a folder that can be written, {there} is not"
    )
    way = "Name another." if option else "Name another with -o."  # where none was typed, the photo's own is meant
    if not able:
        raise PhotoNotWritten(f"{expected}. {way}")
    if there != ways[0]:
        try:  # some systems of files let the superuser in and make nothing
            tempfile.TemporaryDirectory(prefix=".open-the-eyes-", dir=there).cleanup()
        except OSError as error:
            raise not_written(error)(f"{expected} ({error.strerror}). {way}") from error


def make_folder(path: Path) -> None:
    """The folder of `path`, made if it is not there.

    Raises:
        PhotoNotWritten: it cannot be made.
    """
    folders.make_folder(path.parent, ". Name another.")


def report_place(name: str) -> Path:
    """The name of a report as a path.

    Raises:
        UsageError: it is empty, or stands for stdout.
    """
    if name == "-":
        raise UsageError("--report -: expected the name of a file; --json prints the report.")
    return place(name, "--report")


def check_report(path: Path, others: Iterable[Path], *, overwrite: bool) -> None:
    """Refuses a report in the place of a file that was given, of a result, or (without `overwrite`) of any other file.

    Raises:
        UsageError: `path` is an address, or one of `others`, or would have to be a folder of one, or in one.
        PhotoNotWritten: `path` is there already, or cannot be written.
    """
    check_here(path, "--report")
    others = tuple(others)
    if any(real_place(path) == real_place(other) for other in others):
        raise UsageError(f"--report {path}: this is one of the files given, or a result. Name another file.")
    if is_folder(path):
        raise UsageError(f"--report {path}: expected a file, got a folder. Name a file in it.")
    for other in others:
        report, result = real_place(path), real_place(other)
        if report in result.parents or result in report.parents:
            raise UsageError(f"--report {path}: expected a place beside {other}, one lies in the other. Name another.")
    check_folder(path.parent, "--report", path)
    check_output(path, others, overwrite=overwrite)


def write_text(path: Path, text: str, *, overwrite: bool) -> None:
    """The whole file or none, in UTF-8.

    Raises:
        PhotoNotWritten: it cannot be written.
    """
    from ..files.whole_file import write_whole

    make_folder(path)
    write_whole(path, text.encode("utf-8", "backslashreplace"), overwrite=overwrite)
