"""What there is to do: which photos, and where the result of each will be. Decided before any work."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UsageError
from ..naming import is_result, numbered, opened_path
from ..settings import Settings
from ..system.paths import is_file, is_folder, is_there, special
from ..system.same_file import folded, is_one_place, keeps_apart, marks_of
from .left_out import RESULT, LeftOut
from .sources import FOLDER, PhotoCollector, each_once, spelled_out


@dataclass(frozen=True, slots=True)
class Item:
    """One photo to do.

    Args:
        name: relative to the folder that is mirrored, with "/": its name in the manifest.
        source: the photo.
        output: where its result goes; several variations are numbered from there.
        copy: where the photo itself goes if its eyes need no opening and the whole tree is wanted.
        size: bytes; -1 for a photo that cannot be looked at.
        mtime_ns: when it was last written.
        changed: results of earlier runs, as `Output` names them, that somebody has worked on since.
        ours: results of earlier runs that a new one may replace unasked as long as they are as they were written: their
            names, as above, and their SHA-256.
        origin: tells where the photo lies from everywhere else: `origin_of` that.
        others: results of another photo of this name, as above; none gives way to this photo's unasked.
    """

    name: str
    source: Path
    output: Path
    copy: Path
    size: int
    mtime_ns: int
    changed: tuple[str, ...] = ()
    ours: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to do, in the order of names.

    Args:
        root: what is mirrored: a folder, or an address.
        out: the folder of results; of a batch at addresses, the folder here for what it keeps.
        left_out: files in the folders that are no photos to do, among them what open-the-eyes made.
        address: where results are, if not in `out`.
    """

    root: str
    out: Path
    items: tuple[Item, ...]
    left_out: LeftOut = field(default_factory=LeftOut)
    address: str = ""

    @property
    def folder(self) -> Path:
        """Where the batch keeps its manifest, summary and contact sheet."""
        return self.out / FOLDER

    @property
    def place(self) -> str:
        """Where results are, for people."""
        return self.address or str(self.out)

    def within(self, path: Path) -> str:
        """The place of a result or a copy in the folder of results, with "/"."""
        return (path if self.address else path.relative_to(self.out)).as_posix()


def plan(
    sources: Sequence[str],
    out: str | Path,
    *,
    keep_names: bool = False,
    copy: bool = False,
    references: Sequence[Path] = (),
    variations: int = 1,
) -> Plan:
    """The photos that `sources` name, each with a place under `out` that mirrors where it was.

    Args:
        sources: folders (looked into to any depth), photos, patterns such as "shoot/**/*.jpg", and lists: a .txt file
            with a photo a line.
        keep_names: results are called what the photos are, and not `photo.opened.jpg`.
        copy: photos whose eyes need no opening will be copied.
        references: photos that are only looked at; no result takes their place either.
        variations: results of a photo.

    Raises:
        UsageError: nothing there, nothing that is a photo, a photo outside the tree that a pattern begins in, two
            photos with one result, or a result or a copy in the place of a photo.
        UnreadablePhoto: one of `sources` may not be looked at.
    """
    target = Path(out)
    if is_there(target) and not is_folder(target):
        raise UsageError(
            f"OUT {out}: expected a folder for the results, this is {special(target) or 'a file'}; name one."
        )
    photos, root, left_out = _to_do(sources, target)
    if (keep_names or copy) and is_one_place(root, target):
        option = "--keep-names" if keep_names else "--copy"
        raise UsageError(f"expected another folder than {root}, originals are never replaced; name one.", option=option)
    items = tuple(_item(photo, root, target, keep_names) for photo in photos)
    originals = frozenset().union(*(marks_of(photo) for photo in (*references, *photos)))
    check_apart(
        items,
        lambda place: not originals.isdisjoint(marks_of(place)),
        lambda: keeps_apart(target),
        variations,
        copy=copy,
    )
    return Plan(str(root), target, items, left_out)


def _to_do(sources: Sequence[str], out: Path) -> tuple[list[Path], Path, LeftOut]:
    """The photos that `sources` name, the folder that is mirrored, and what is left out: among it results that `open
    -o` gave names of their own, unless these were named one by one.

    Raises:
        UsageError, UnreadablePhoto: as `plan` does for what is named.
    """
    from ..files import SUFFIXES, made_here

    found = PhotoCollector(out)
    for source in sources:
        found.add(source)
    settings, left_out, photos = Settings.from_environment(), found.left_out, []
    for photo in each_once(found.photos):
        if not found.is_named(photo) and is_file(photo) and made_here(photo, settings):
            left_out.add(str(photo), RESULT)
        else:
            photos.append(photo)
    if not photos:
        raise UsageError(
            f"batch: expected photos ({', '.join(sorted(SUFFIXES))}) in {', '.join(sources)}, found {left_out}; "
            "check the name, and put patterns into quotes."
        )
    return photos, found.root(photos), left_out


def _item(photo: Path, root: Path, out: Path, keep_names: bool) -> Item:
    try:
        within = spelled_out(photo).relative_to(spelled_out(root))
    except ValueError:
        raise UsageError(
            f"{photo}: expected a photo below {root}, where the tree of results begins; name its folder by itself."
        ) from None
    suffix, size, mtime_ns = _looked_at(photo)
    place = out / within
    output = place.with_suffix(suffix) if keep_names else opened_path(place, suffix)
    origin = origin_of(os.path.realpath(photo))
    return Item(within.as_posix(), photo, output, place, size, mtime_ns, origin=origin)


def origin_of(place: str) -> str:
    """32 hexadecimal digits for the full path or the address of a photo: a manifest that is handed on with the results
    tells no place, and a long path takes no more memory than a short one."""
    return hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _looked_at(photo: Path) -> tuple[str, int, int]:
    """The suffix of what the photo really is, its size and its time; what is wrong with it, reading it will say."""
    from ..files import HEAD_BYTES, true_suffix

    try:
        status, head = photo.stat(), b""
        if photo.is_file():
            with photo.open("rb") as file:
                head = file.read(HEAD_BYTES)
    except OSError:
        return photo.suffix, -1, 0
    return true_suffix(photo, head), status.st_size, status.st_mtime_ns


def check_apart(
    items: Sequence[Item],
    is_photo: Callable[[Path], bool],
    alike_apart: Callable[[], bool],
    variations: int,
    *,
    copy: bool,
    address: str = "",
) -> None:
    """Refuses plans in which one photo's result, or copy, would lie where another's is to, or where a photo is.

    Args:
        is_photo: whether a photo that was given is at a place.
        alike_apart: whether places that differ in capitals alone, or in how accents are written, are two files there.
        address: what places are relative to, with its "/"; for people.

    Raises:
        UsageError: such a plan.
    """
    taken: dict[Path, Item] = {}
    alike: dict[str, Item] = {}
    apart = functools.cache(alike_apart)
    for item in items:
        for place in [*numbered(item.output, variations), *([item.copy] if copy else [])]:
            other = taken.setdefault(place, item)
            namesake = alike.setdefault(folded(place), item)
            if other is item and namesake is not item and not apart():
                other = namesake
            if other is not item:
                raise UsageError(
                    f"{other.source} and {item.source}: expected different results, both would be {address}{place}; "
                    "rename one, or name another OUT for it in a run of its own."
                )
            if is_photo(place):
                leave = ", or put the pattern into quotes, which leaves out results" if is_result(place.name) else ""
                raise UsageError(
                    f"{address}{place}: expected a free place, a photo that was given is there; name another "
                    f"folder{leave}."
                )
