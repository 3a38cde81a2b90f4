"""Photos at addresses that fsspec knows, such as s3://bucket/shoot: planned, fetched one at a time, results stored."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import naming
from ..addresses import without_secrets
from ..batch.left_out import HIDDEN_PHOTO, LeftOut
from ..batch.plan import Item, Plan, check_apart, origin_of
from ..batch.record import Output, Record, failed_by, others_work
from ..batch.sources import FOLDER, is_hidden, is_hidden_photo
from ..batch.spec import BatchSpec
from ..batch.worker import Processor
from ..errors import NoRoomOnDisk, OpenTheEyesError, PhotoNotWritten, UnreadablePhoto, UsageError, not_written
from ..files import HEAD_BYTES, SUFFIXES, true_suffix
from ..naming import is_result, numbered
from .remote_store import (
    alike_apart,
    found,
    is_at,
    is_there,
    marks_at,
    opened,
    send,
    size_at,
    spelled_out,
    stamp,
    within,
)


@dataclass(frozen=True, slots=True)
class RemoteFolders:
    """Where photos come from and results go."""

    source: str
    out: str


def plan_remote(
    remote: RemoteFolders, state: Path, *, keep_names: bool = False, copy: bool = False, variations: int = 1
) -> Plan:
    """The photos below an address; names and places are relative to it.

    Args:
        state: a folder here, for manifest and summary: an object store cannot be appended to.

    Raises:
        UsageError: an address that fsspec does not know, nothing there that is a photo, two photos with one result, or
            a result or a copy in the place of a photo.
    """
    files, root = opened(remote.source)
    if (keep_names or copy) and is_at(files, root, remote.out):
        option = "--keep-names" if keep_names else "--copy"
        raise UsageError(
            f"expected another place than {remote.source}, originals are never replaced; name one.", option=option
        )
    items, left_out = _to_do(remote, files, root, keep_names=keep_names)
    if not items:
        raise UsageError(
            f"batch: expected photos ({', '.join(sorted(SUFFIXES))}) at {remote.source}, found {left_out}."
        )
    photo_at, result_at = marks_at(remote.source), marks_at(remote.out)
    originals = frozenset().union(*(photo_at(item.name) for item in items))
    check_apart(
        items,
        lambda place: not originals.isdisjoint(result_at(place.as_posix())),
        lambda: alike_apart(remote.out),
        variations,
        copy=copy,
        address=f"{remote.out}/",
    )
    return Plan(without_secrets(remote.source), state, tuple(items), left_out, without_secrets(remote.out))


def _to_do(remote: RemoteFolders, files: Any, root: str, *, keep_names: bool) -> tuple[list[Item], LeftOut]:
    """The photos below the address, which is `root` in its file system, and what is left out; neither has results."""
    results = within(files, root, remote.out)
    lies_at = spelled_out(files, root, remote.source)
    items, left_out = [], LeftOut()
    for path, facts in sorted(found(files, root, remote.source).items()):
        name = path[len(root) :].lstrip("/")
        *above, own = name.split("/")
        if FOLDER in above or any(map(is_hidden, above)) or (results and name.startswith(f"{results}/")):
            continue
        if is_hidden(own):
            if is_hidden_photo(own):
                left_out.add(name, HIDDEN_PHOTO)
            continue
        if not _is_photo(name):
            left_out.add(name)
            continue
        output = Path(name) if keep_names else naming.opened_path(Path(name))
        size, origin = int(facts.get("size") or 0), origin_of(f"{lies_at}/{name}")
        items.append(Item(name, Path(name), output, Path(name), size, stamp(files, path), origin=origin))
    return items, left_out


def remote_processor(remote: RemoteFolders, out: Path, do: Processor, fingerprint: str, spec: BatchSpec) -> Processor:
    """A processor for photos elsewhere, around one for photos here (`do`): each photo is fetched, done in a folder of
    its own, and its results are sent.

    Args:
        out: the folder of results that `do` knows.
    """

    def done(item: Item) -> Record:
        try:
            with tempfile.TemporaryDirectory(prefix="open-the-eyes-", dir=out, ignore_cleanup_errors=True) as folder:
                return fetched_and_sent(item, Path(folder))
        except OSError as error:  # of this machine: those of the store have been named
            reason = f"{item.name}: expected room to work in {out}, got: {error}; make room there."
            return failed_by(not_written(error)(reason), item, fingerprint)
        except Exception as error:  # noqa: BLE001 -- whatever one photo does, the next ones get their turn
            return failed_by(error, item, fingerprint)

    def fetched_and_sent(item: Item, here: Path) -> Record:
        record = do(_fetched(item, remote, here, spec))
        outputs = tuple(
            replace(one, path=(out / one.path).relative_to(here / "out").as_posix()) for one in record.outputs
        )
        changed = {output.path for output in outputs} & set(item.changed)
        if (kept := changed.difference(item.others)) and not spec.overwrite_changed:
            found_there = tuple(Output(path, size_at(remote.out, path) or 0, "") for path in sorted(kept))
            return replace(record, state="kept", faces=(), reasons=(), eyes=(), crops=(), outputs=found_there)
        if changed and spec.overwrite and not spec.overwrite_changed:
            raise others_work(f"{remote.out}/{min(changed)}")
        ours = dict(item.ours)
        for output in outputs:
            earlier = ours.get(output.path, "")
            send(here / "out" / output.path, remote.out, output.path, overwrite=spec.overwrite, earlier=earlier)
        return replace(record, outputs=outputs)

    return done


def _fetched(item: Item, remote: RemoteFolders, here: Path, spec: BatchSpec) -> Item:
    files, root = opened(remote.source)
    source = here / "in" / item.source
    source.parent.mkdir(parents=True, exist_ok=True)
    try:
        files.get_file(f"{root}/{item.name}", str(source))
    except Exception as error:  # what stores raise has no common root
        if not_written(error) is NoRoomOnDisk:  # it came, and found no room here
            raise
        raise UnreadablePhoto(f"{item.name}: expected to fetch it from {remote.source}, got: {error}.") from error
    with source.open("rb") as file:
        output = item.output.with_suffix(true_suffix(source, file.read(HEAD_BYTES)))
    if output != item.output:
        _check_apart(item, output, remote, spec)
    return replace(item, source=source, output=here / "out" / output, copy=here / "out" / item.copy)


def _check_apart(item: Item, output: Path, remote: RemoteFolders, spec: BatchSpec) -> None:
    """Nothing, when no other photo is, or has its result or its copy, where that of a misnamed one goes.

    Raises:
        PhotoNotWritten: one has.
        UnreadablePhoto: the store does not say what else is there.
    """
    files, root = opened(remote.source)
    own, places = Path(item.name), numbered(output, spec.options.generate.variations)
    store, folder = opened(remote.out)
    results = within(files, root, remote.out)
    try:
        for place in places:
            name = place.as_posix()
            there = within(files, root, remote.out, name)
            among_photos = there and not (results and there.startswith(f"{results}/"))
            if among_photos and _is_photo(name) and is_there(store, f"{folder}/{name}"):
                raise PhotoNotWritten(
                    f"{remote.out}/{name}: expected a free place, a photo that was given is there; name another folder."
                )
        for path in files.ls(f"{root}/{item.name}".rpartition("/")[0], detail=False):
            other = own.with_name(Path(path).name)
            if other == own or not _is_photo(other.name):
                continue
            what = "copy" if spec.copy and other in places else ""
            if other.stem == own.stem and output.suffix == true_suffix(other, files.cat_file(path, end=HEAD_BYTES)):
                what = "result"
            if what:
                raise PhotoNotWritten(
                    f"{item.name}: expected a place of its own for {output.name}, {other.name} has its {what} there; "
                    "rename one of them."
                )
    except OpenTheEyesError:
        raise
    except Exception as error:  # as above
        raise UnreadablePhoto(f"{item.name}: expected to see what is beside it, got: {error}.") from error


def _is_photo(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not is_result(name)
