"""A place that fsspec knows by its address, such as s3://bucket/shoot: listed, read and written, in words of ours."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import fsspec

from ..addresses import told, without_secrets
from ..errors import OpenTheEyesError, PhotoNotWritten, UsageError, not_written
from ..files.whole_file import write_whole
from ..system.same_file import is_one_place, keeps_apart, marks_of


def opened(address: str) -> tuple[Any, str]:
    """The store, and the folder's path in it.

    Raises:
        UsageError: an address that fsspec does not know.
    """
    try:
        files, root = fsspec.core.url_to_fs(address)
    except (ValueError, ImportError) as error:
        raise UsageError(
            f"{address}: expected an address such as s3://bucket/shoot ({told(error, address)}); for S3: "
            'pip install "open-the-eyes[ray,s3]".'
        ) from None
    if _is_here(files):
        root = Path(os.path.realpath(root)).as_posix()
    return files, str(root).rstrip("/")


def found(files: Any, root: str, address: str) -> dict[str, dict[str, Any]]:
    """Paths of all files below a folder, to any depth, with what the store tells of each.

    Raises:
        UsageError: it is out of reach.
    """
    try:
        facts: dict[str, dict[str, Any]] = files.find(root, detail=True)
        if not facts:
            files.ls(root)  # some stores find nothing where nobody answers
    except Exception as error:  # what stores raise has no common root
        raise UsageError(f"{address}: expected photos there, got: {told(error, address)}.") from error
    return facts


def is_at(files: Any, root: str, address: str) -> bool:
    """Whether the address leads to the folder `root` of the store `files`."""
    store, folder = opened(address)
    return bool(store == files) and (folder == root or (_is_here(files) and is_one_place(folder, root)))


def alike_apart(address: str) -> bool:
    """Whether names that differ in capitals alone, or in how accents are written, are two files at an address."""
    store, folder = opened(address)
    return not _is_here(store) or keeps_apart(Path(folder))


def within(files: Any, root: str, address: str, name: str = "") -> str:
    """The path of the folder at an address, or of the file `name` in it, relative to `root`; "" where it lies
    elsewhere.

    On this machine links are followed first.
    """
    store, place = opened(address)
    if name:
        place = f"{place}/{name}"
        place = Path(os.path.realpath(place)).as_posix() if _is_here(store) else place
    return place[len(root) + 1 :] if store == files and place.startswith(f"{root}/") else ""


def spelled_out(files: Any, root: str, address: str) -> str:
    """The address of a folder, spelled the same way however it was written, and without secrets, which may change."""
    return root if _is_here(files) else without_secrets(address)


def marks_at(address: str) -> Callable[[str], frozenset[Hashable]]:
    """A function from a file's name in the folder at an address to its marks, which say where it lies: files with a
    mark in common are one file."""
    store, folder = opened(address)
    if _is_here(store):
        return lambda name: marks_of(f"{folder}/{name}")
    return lambda name: frozenset({(store, f"{folder}/{name}")})


def stamp(files: Any, path: str) -> int:
    """A number that changes when the file does, from whatever its store knows of it (a time, an ETag); 0 where it knows
    nothing."""
    try:
        key = str(files.ukey(without_secrets(path) if path.startswith("http") else path))  # HTTP's is of its text alone
    except (NotImplementedError, FileNotFoundError, TypeError):
        return 0
    except Exception as error:  # as above
        raise _out_of_reach(path, "learn when it was written", error) from error
    return int(hashlib.sha256(key.encode()).hexdigest()[:15], 16)


def is_there(files: Any, path: str) -> bool:
    """Whether a file exists. Raises what the store raises when it does not answer, where `exists` of many stores says
    no."""
    try:
        files.info(path)
    except FileNotFoundError:
        return False
    return True


def size_at(address: str, name: str) -> int | None:
    """Bytes of a file of the folder at an address; None where there is none.

    Raises:
        UsageError: the store does not answer, which says nothing about what is there.
    """
    files, root = opened(address)
    try:
        size = files.size(f"{root}/{name}")
    except FileNotFoundError:
        return None
    except Exception as error:  # as above
        raise _out_of_reach(address, f"look for {name}", error) from error
    return None if size is None else int(size)


def fetch_file(address: str, name: str, target: Path) -> bool:
    """A file of the folder at an address, such as the manifest that `send_tree` has stored there; False where there is
    none.

    Raises:
        UsageError: it is out of reach.
    """
    files, root = opened(address)
    try:
        files.get_file(f"{root}/{name}", str(target))
    except FileNotFoundError:
        return False
    except Exception as error:  # as above
        raise _out_of_reach(address, f"fetch {name}", error) from error
    return True


def send_tree(folder: Path, address: str) -> None:
    """Every file of a folder, without its folders, to an address.

    Raises:
        PhotoNotWritten: it is out of reach.
    """
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith("."):
            send(path, address, path.name, overwrite=True)


def send(path: Path, address: str, name: str, *, overwrite: bool, earlier: str = "") -> None:
    """Stores a file; one of the same bytes that is there already, left by a run that was killed, is as good.

    Args:
        earlier: SHA-256 of a file that may be replaced unasked.

    Raises:
        PhotoNotWritten: another file is there and is not to be overwritten, or the store is out of reach.
        NoRoomOnDisk: it is full, and says so.
    """
    files, root = opened(address)
    target = f"{root}/{name}"
    try:
        if not overwrite and is_there(files, target):
            there = files.cat_file(target)
            if there == path.read_bytes():
                return
            if hashlib.sha256(there).hexdigest() != earlier:
                raise PhotoNotWritten(f"{name} is there already at {address}; --overwrite replaces it.")
        files.makedirs(target.rpartition("/")[0], exist_ok=True)
        if _is_here(files):
            write_whole(Path(target), path.read_bytes(), overwrite=True)
        else:  # an object appears whole or not at all
            files.put_file(str(path), target)
    except OpenTheEyesError:
        raise
    except Exception as error:  # as above
        reason = f"{name}: expected to store it at {address}, got: {error}; is there room?"
        raise not_written(error)(reason) from error


def _is_here(files: Any) -> bool:
    """Whether a store is the file system of this machine."""
    return "file" in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,))


def _out_of_reach(address: str, wanted: str, error: Exception) -> UsageError:
    return UsageError(f"{address}: expected to {wanted} there, got: {error}; start the same command again.")
