"""The folder of weights: where each model lies, whether it is whole, and the record of what its files were.

weights/
  weights.json                  for each file: bytes, SHA-256, revision; written by `fetch`, checked ever after
  fetch.lock                    of the `fetch` that is at work; empty
  codeformer/codeformer.onnx
  sdxl-base/unet/config.json ...
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from ...errors import WeightsMissing
from ...settings import Settings
from ...wording import WINDOWS, command
from .catalogue import Weight, weight_of

RECORD: Final = "weights.json"
FETCH: Final = "open-the-eyes fetch"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a file was when it was first fetched; `sha256` is "" while it is still on its way."""

    bytes: int
    sha256: str
    revision: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps a model from being used, such as "codeformer.onnx is missing", and the command that mends it."""

    what: str
    mend: str


def path_of(name: str, settings: Settings, profile: str | None = None) -> Path:
    """Where a model lies: its file if it is a single one, else its folder.

    Args:
        profile: what to fetch where it is missing; None is the model alone.

    Raises:
        WeightsMissing: it is not there, or not whole; the message ends in the command that mends it.
    """
    weight = weight_of(name)
    missing = missing_of(weight, settings.weights, profile)
    if missing is not None:
        raise WeightsMissing(
            f"{name}: expected its files in {settings.weights / name}, {missing.what}.", mend=missing.mend, how="Run"
        )
    folder = settings.weights / name
    return folder / weight.files[0] if weight.single else folder


def missing_of(weight: Weight, folder: Path, profile: str | None = None) -> Missing | None:
    """What keeps a model from being used; None where nothing does.

    Raises:
        WeightsMissing: the record of what was fetched cannot be read.
    """
    try:
        what = _lacking(weight, folder, profile)
    except OSError as error:
        elsewhere = "OTE_WEIGHTS=/folder"
        refused = isinstance(error, PermissionError) and not WINDOWS  # which has no such command
        rights = f"{command(['chmod', '-R', 'u+rX', str(folder)])}, or " if refused else ""
        return Missing(f"{folder / weight.name} cannot be looked into ({error.strerror})", f"{rights}{elsewhere}")
    return Missing(what, f"{FETCH} {profile or weight.name}") if what else None


def _lacking(weight: Weight, folder: Path, profile: str | None) -> str:
    home = folder / weight.name
    files = _files_below(home)
    for pattern in weight.files:
        if not any(fnmatchcase(name, pattern) for name in files):
            return f"{pattern} is missing"
    for name, known in of_weight(read_record(folder, profile), weight).items():
        if name not in files:
            return f"{name} is missing"
        if known.revision != weight.revision:
            return f"{name} is of another revision"
        size = (home / name).stat().st_size
        if size != known.bytes:
            return f"{name} has {size} of {known.bytes} bytes"
    return ""


def _files_below(home: Path) -> list[str]:
    """Their names from there; where a folder may not be looked into, that is raised, and not passed over."""

    def refused(error: OSError) -> None:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise error

    paths = (Path(here, name) for here, _, names in os.walk(home, onerror=refused) for name in names)
    return sorted(path.relative_to(home).as_posix() for path in paths if path.is_file())


def of_weight(record: Mapping[str, Recorded], weight: Weight) -> dict[str, Recorded]:
    """A model's part of the record, by the names of its files, as far as they are still asked for."""
    head = f"{weight.name}/"
    named = {name.removeprefix(head): known for name, known in record.items() if name.startswith(head)}
    return {name: known for name, known in named.items() if weight.asks_for(name)}


def read_record(folder: Path, profile: str | None = None) -> dict[str, Recorded]:
    """By "model/file"; nothing where nothing was fetched yet.

    Raises:
        WeightsMissing: the record cannot be read as one.
    """
    path = folder / RECORD
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {
            str(name): Recorded(int(e["bytes"]), str(e["sha256"]), str(e["revision"])) for name, e in entries.items()
        }
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise WeightsMissing(
            f"{path}: expected a record that can be read, got: {error.strerror}. Change its rights, or name another "
            "folder."
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise WeightsMissing(
            f"{path}: expected the record that `fetch` writes, got something else.",
            mend=f"{FETCH} {profile or ''}".rstrip(),
            how="Delete it and run",
        ) from error


def write_record(folder: Path, record: Mapping[str, Recorded]) -> None:
    """Whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = {name: asdict(record[name]) for name in sorted(record)}
    half = folder / f"{RECORD}.{os.getpid()}.part"
    half.write_text(json.dumps({"version": 1, "files": entries}, indent=1) + "\n", encoding="utf-8")
    half.replace(folder / RECORD)
