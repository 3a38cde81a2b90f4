"""Photos at addresses that fsspec knows, such as s3://bucket/shoot: listed, fetched one at a time, results stored."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import fsspec

from ..batch.plan import FOLDER, Item, Plan
from ..batch.record import Record, failed
from ..batch.worker import Processor
from ..errors import OpenTheEyesError, PhotoNotWritten, UnreadablePhoto, UsageError
from ..files import SUFFIXES
from ..naming import named

_RESULT: Final = ".opened."


@dataclass(frozen=True, slots=True)
class RemoteFolders:
    """Where photos come from and results go."""

    source: str
    out: str


def plan_remote(remote: RemoteFolders, state: Path, *, keep_names: bool = False) -> Plan:
    """The photos below an address; names and places are relative to it.

    Args:
        state: a folder here, for manifest and summary: an object store cannot be appended to.

    Raises:
        UsageError: an address that fsspec does not know, or nothing there that is a photo.
    """
    files, root = _opened(remote.source)
    if keep_names and remote.source.rstrip("/") == remote.out.rstrip("/"):
        raise UsageError(f"--keep-names: expected another place than {remote.source}, originals are never replaced.")
    items, others = [], 0
    for path, facts in sorted(_found(files, root, remote.source).items()):
        name = path[len(root) :].lstrip("/")
        if FOLDER in name.split("/") or name.startswith(".") or "/." in name:
            continue
        if Path(name).suffix.lower() not in SUFFIXES or _RESULT in name:
            others += 1
            continue
        output = Path(name) if keep_names else named(Path(name), "opened")
        items.append(Item(name, Path(name), output, Path(name), int(facts.get("size") or 0), _stamp(files, path)))
    if not items:
        raise UsageError(f"batch: expected photos ({', '.join(sorted(SUFFIXES))}) at {remote.source}, found none.")
    return Plan(Path(remote.source), state, tuple(items), others)


def remote_processor(
    remote: RemoteFolders, out: Path, do: Processor, fingerprint: str, *, overwrite: bool = False
) -> Processor:
    """What does photos here, doing photos elsewhere: each is fetched, done in a folder of its own, its results sent.

    Args:
        out: the folder of results that `do` knows.
    """

    def done(item: Item) -> Record:
        with tempfile.TemporaryDirectory(prefix="open-the-eyes-", dir=out) as folder:
            here = Path(folder)
            try:
                local = _fetched(item, remote, here)
                record = do(local)
                for output in record.outputs:
                    path = out / output.path
                    _send(path, remote.out, path.relative_to(here / "out").as_posix(), overwrite=overwrite)
            except OpenTheEyesError as error:
                return failed(item, fingerprint, str(error), error.exit_code)
            outputs = tuple(
                replace(one, path=(out / one.path).relative_to(here / "out").as_posix()) for one in record.outputs
            )
            return replace(record, outputs=outputs)

    return done


def remote_size(remote: RemoteFolders, name: str) -> int | None:
    """Bytes of a result; None where there is none."""
    files, root = _opened(remote.out)
    try:
        return int(files.size(f"{root}/{name}"))
    except (OSError, TypeError):
        return None


def fetch_tree(address: str, folder: Path) -> None:
    """What `send_tree` has stored there, if anything: a batch that began on another machine goes on here.

    The folder takes its name with everything in it. Where nothing is stored, or the fetch breaks off, there is none.

    Raises:
        UsageError: it is out of reach.
    """
    files, root = _opened(address)
    try:
        paths = _files_in(root, files)
        if not paths:
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder.parent) as unfinished:
            whole = Path(unfinished) / folder.name
            whole.mkdir()
            for path in paths:
                files.get_file(path, str(whole / path.rpartition("/")[2]))
            if not folder.is_dir():  # another batch may just have fetched it
                whole.rename(folder)
    except OSError as error:
        raise UsageError(
            f"{address}: expected to fetch what a batch has kept there, got: {error}; start the same command again."
        ) from error


def send_tree(folder: Path, address: str) -> None:
    """Every file of a folder, without its folders, to an address.

    Raises:
        PhotoNotWritten: it is out of reach.
    """
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith("."):
            _send(path, address, path.name, overwrite=True)


def _fetched(item: Item, remote: RemoteFolders, here: Path) -> Item:
    files, root = _opened(remote.source)
    source = here / "in" / item.source
    source.parent.mkdir(parents=True, exist_ok=True)
    try:
        files.get_file(f"{root}/{item.name}", str(source))
    except OSError as error:
        raise UnreadablePhoto(f"{item.name}: expected to fetch it from {remote.source}, got: {error}.") from error
    return replace(item, source=source, output=here / "out" / item.output, copy=here / "out" / item.copy)


def _send(path: Path, address: str, name: str, *, overwrite: bool) -> None:
    """Stores a file; one of the same bytes that is there already, left by a run that was killed, is as good.

    Raises:
        PhotoNotWritten: another file is there and is not to be overwritten, or the store is out of reach.
    """
    files, root = _opened(address)
    target = f"{root}/{name}"
    try:
        if not overwrite and files.exists(target):
            if files.cat_file(target) == path.read_bytes():
                return
            raise PhotoNotWritten(f"{name} is there already at {address}; --overwrite replaces it.")
        files.makedirs(target.rpartition("/")[0], exist_ok=True)
        if "file" in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,)):
            from ..files.whole_file import write_whole

            write_whole(Path(target), path.read_bytes(), overwrite=True)
        else:  # an object appears whole or not at all
            files.put_file(str(path), target)
    except OSError as error:
        raise PhotoNotWritten(f"{name}: expected to store it at {address}, got: {error}; is there room?") from error


def _opened(address: str) -> tuple[Any, str]:
    try:
        files, root = fsspec.core.url_to_fs(address)
    except (ValueError, ImportError) as error:
        raise UsageError(
            f"{address}: expected an address such as s3://bucket/shoot ({error}); for S3: "
            "pip install 'open-the-eyes[ray,s3]'."
        ) from None
    return files, str(root).rstrip("/")


def _found(files: Any, root: str, address: str) -> dict[str, dict[str, Any]]:
    try:
        found: dict[str, dict[str, Any]] = files.find(root, detail=True)
    except OSError as error:
        raise UsageError(f"{address}: expected photos there, got: {error}.") from error
    return found


def _files_in(root: str, files: Any) -> list[str]:
    """The files of one folder; none where there is no such folder."""
    try:
        return [str(one["name"]) for one in files.ls(root, detail=True) if one["type"] == "file"]
    except FileNotFoundError:
        return []


def _stamp(files: Any, path: str) -> int:
    """A number that changes when the file does, from whatever its store knows: a time, an ETag."""
    try:
        key = str(files.ukey(path))
    except (NotImplementedError, OSError, TypeError):
        return 0
    return int(hashlib.sha256(key.encode()).hexdigest()[:15], 16)
