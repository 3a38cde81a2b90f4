"""One edit of a photo: what was done, and all that it takes to do it again. `files` writes it into the result."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

NEWSCODES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PAINTED: Final = f"{NEWSCODES}compositeWithTrainedAlgorithmicMedia"
PHOTOGRAPHED: Final = f"{NEWSCODES}compositeCapture"
COMPOSITE: Final = f"{NEWSCODES}composite"
NO_CAPTURES: Final = tuple(
    NEWSCODES + word
    for word in (
        "composite", "algorithmicallyEnhanced", "softwareImage", "digitalArt", "digitalCreation", "dataDrivenMedia",
        "screenCapture", "virtualRecording",
    )
)  # fmt: skip
"""Source types of pictures that are more than captures of real life, yet not said to be made by an algorithm."""
MAX_EARLIER: Final = 16
"""Most earlier edits that a record names, the latest ones: records grow with each edit, and have to fit into a file."""
MAX_ENGINE: Final = 40
"""Longest name of an earlier edit's engine, characters."""
MAX_OPENED: Final = 300
"""Most faces of an earlier edit."""
MAX_EARLIER_OPTIONS: Final = 500
"""Longest text of an earlier edit's options, characters; longer ones are left out."""
MAX_DEPTH: Final = 16
"""Deepest nesting of lists and objects in options."""


@dataclass(frozen=True, slots=True)
class EarlierEdit:
    """An edit that a photo had before it was edited again, as far as its record told.

    Args:
        opened: numbers of faces.
        input: SHA-256 of the file that was edited, hexadecimal; "" for pixels, and where it is not known.
        options: all that were not at their defaults, and mode and seed, as JSON that `Options.of` takes; "" where they
            are not known.
    """

    engine: str
    opened: tuple[int, ...]
    input: str = ""
    options: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine,
            "opened": list(self.opened),
            "input_sha256": self.input or None,
            "options": json.loads(self.options) if self.options else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRecord:
    """One edit, and all that it takes to make it again.

    Args:
        faces: (id, outcome) as in the report.
        options: the other options that were not at their defaults, as JSON: names as `Options.of` takes them.
        variation: which of several results this file is, from 1.
        input: SHA-256 of the file that was edited, hexadecimal; "" for pixels, such as those of an earlier result.
        references: the same of each photo that eyes could be taken from, in the order given.
        earlier: the edits that the photo had before, the first one first.
        source_type: IPTC's word for what the picture is made of; `PAINTED` where anything in it may be painted, by this
            edit or before it.
        processor: the kind of processor that calculated; "" where it is not known, as in records of 0.1.0.
        libraries: those that calculated, with their versions; "" as above.
        program: which state of this program, beside `version`, as `program.state` has it; "" as above.
    """

    engine: str
    mode: str
    seed: int
    version: str
    faces: tuple[tuple[int, str], ...]
    options: str = "{}"
    variation: int = 1
    input: str = ""
    references: tuple[str, ...] = ()
    earlier: tuple[EarlierEdit, ...] = ()
    source_type: str = PAINTED
    processor: str = ""
    libraries: str = ""
    program: str = ""

    @property
    def painted(self) -> bool:
        return self.source_type == PAINTED

    def as_earlier(self) -> tuple[EarlierEdit, ...]:
        """What the record of a next edit says of this one and of those before it."""
        opened = tuple(number for number, outcome in self.faces if outcome == "opened")
        this = EarlierEdit(self.engine[:MAX_ENGINE], opened[:MAX_OPENED], self.input, self._all_options())
        return (*self.earlier, this)[-MAX_EARLIER:]

    def _all_options(self) -> str:
        """With mode and seed; "" where they are too long, or no options."""
        try:
            text = json.dumps({**strict_json(self.options), "mode": self.mode, "seed": self.seed}, sort_keys=True)
        except (TypeError, ValueError):
            return ""
        return text if len(text) <= MAX_EARLIER_OPTIONS else ""

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values; options that are no JSON object stay text."""
        try:
            options: Any = strict_json(self.options)
        except ValueError:
            options = self.options
        return {
            "engine": self.engine,
            "mode": self.mode,
            "seed": self.seed,
            "version": self.version,
            "faces": [{"id": number, "outcome": outcome} for number, outcome in self.faces],
            "options": options,
            "variation": self.variation,
            "input_sha256": self.input or None,
            "references_sha256": [sha256 or None for sha256 in self.references],
            "processor": self.processor or None,
            "libraries": self.libraries or None,
            "program_sha256": self.program or None,
            "earlier": [edit.to_json() for edit in self.earlier],
        }


def strict_json(text: str) -> Any:
    """The value of a JSON text, read strictly: without NaN and Infinity, which Python reads as well, and without an
    object that has one name twice.

    Raises:
        ValueError: it is no JSON, or nests deeper than any option does, and may be too deep to be printed.
    """
    try:
        value = json.loads(text, parse_constant=_no_number, object_pairs_hook=each_once)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    inner = [value]
    for _ in range(MAX_DEPTH + 1):
        inner = [one for outer in inner for one in _parts(outer)]
    if inner:
        raise ValueError("nested too deep")
    return value


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        ValueError: a name is in it twice, of which the reader would have to choose one.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("one name twice")
    return found


def _parts(value: object) -> Iterable[object]:
    """What a list or an object of JSON holds."""
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _no_number(word: str) -> None:
    raise ValueError(word)
