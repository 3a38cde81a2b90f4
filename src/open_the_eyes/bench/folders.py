"""Photos of a folder, and what a table beside them tells of each."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .. import folders
from ..errors import UsageError
from ..files import SUFFIXES
from ..naming import is_result
from ..system.paths import is_file

NAME: Final = "file"
"""Column of a table that says which photo a line is about."""
TOLD: Final = ("group", "set", "kind", "age", "skin", "size", "glasses", "pose")
"""Columns whose words become groups."""
NOTES: Final = "notes"
WORDS: Final = {"glasses": ("glasses", "spectacles")}
"""Groups that are found by a word in the notes, with these words."""
SEED: Final = 0


def photos_in(folder: Path, sample: int | None = None) -> list[Path]:
    """The photos directly in a folder, by name; results of ours and hidden files are left out.

    Raises:
        UsageError: no folder, or none with photos.
        UnreadablePhoto: a folder that may not be looked into.
    """
    try:
        paths = [path for path in folders.photos_in(folder) if not is_result(path.name)]
    except (FileNotFoundError, NotADirectoryError):
        came = "a file" if is_file(folder) else "nothing"
        raise UsageError(f"{folder}: expected a folder of photos, got {came}.") from None
    except OSError as error:
        raise folders.not_looked_into(folder, error) from error
    if not paths:
        raise UsageError(f"{folder}: expected photos ({', '.join(SUFFIXES)}), found none. Name another folder.")
    if sample is not None and sample < len(paths):
        paths = sorted(random.Random(SEED).sample(paths, sample))
    return paths


def groups_told(folder: Path) -> dict[str, dict[str, str]]:
    """Photo's name -> {"glasses": "yes", "kind": "video"}, from `folder.csv` beside the folder or tables in it.

    Raises:
        UsageError: a table that is not UTF-8 text, or may not be read.
    """
    groups: dict[str, dict[str, str]] = {}
    for table in (Path(f"{folder}.csv"), *sorted(folder.glob("*.csv"))):
        if not is_file(table):
            continue
        try:
            with table.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    if row.get(NAME):
                        groups[Path(row[NAME]).name] = _groups(row)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"{table}: expected a table as UTF-8 text, got {error!s:.100}. Save it as CSV.") from None
    return groups


def _groups(row: Mapping[str, str | None]) -> dict[str, str]:
    found = {name: value.strip() for name in TOLD if (value := row.get(name)) and value.strip()}
    if notes := (row.get(NOTES) or "").lower():
        for group, words in WORDS.items():
            found.setdefault(group, "yes" if any(word in notes for word in words) else "no")
    return found
