"""What became of one photo of a batch, and the line of JSON that tells it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal, get_args

from ..errors import NoCapacity, NoRoomOnDisk, PhotoNotWritten, as_known
from .plan import Item

State = Literal["opened", "unchanged", "kept", "failed"]
"""What became of a photo. `unchanged`: no eye needed opening, or none could be opened well enough. `kept`: somebody has
worked on its result since the batch wrote it, and it stays."""
STATES: Final[tuple[State, ...]] = get_args(State)
_UNSETTLED: Final = ("unsure", "kept_original")
"""Outcomes of faces that a person should look at: their eyes may still be closed, and another try may open them."""

_ROOM: Final = "take fewer --workers, or make the photo smaller"
_BUG: Final = "run `open` on this photo with --debug"


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was written: its path in the folder of results, with "/", its bytes, and their SHA-256.

    `encoding` and `notes` are those of `OutputReport`, empty for a copy. `mtime_ns` is when it was written.
    """

    path: str
    size: int
    sha256: str
    encoding: str = ""
    notes: tuple[str, ...] = ()
    mtime_ns: int = 0

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Output:
        notes = tuple(map(str, entry["notes"]))
        path, sha256, encoding = str(entry["path"]), str(entry["sha256"]), str(entry["encoding"])
        return cls(path, int(entry["size"]), sha256, encoding, notes, int(entry["mtime_ns"]))


class OtherVersion(ValueError):
    """A line that tells of a photo otherwise than this version does."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one photo.

    Args:
        name: of the `Item`.
        size, mtime_ns: of the photo when it was planned.
        sha256: of the photo; "" where it could not be read.
        fingerprint: of the `BatchSpec` it was done under.
        faces: the outcome of every face, left to right.
        outputs: what was written, a copy too; of a kept photo what was changed, as it was found.
        error: one line; "" unless it failed.
        exit_code: what `open` would have left with.
        seconds: what it took.
        rss_mib: memory of the worker afterwards; 0 where the system does not tell.
        eyes: small JPEG pictures of opened eyes, before and after beside each other, in base64.
        more_faces: opened faces that have no picture in `eyes`.
        reasons: a sentence on every face, advising options of `open`.
        crops: small JPEG pictures of the first few faces `to_look_at`, in base64.
        version: of the program that did it; "" where it failed.
        origin: of the `Item`.
        no_room: it failed since the disk is full; no record of that is kept, for the photo is not to blame.
    """

    name: str
    size: int
    mtime_ns: int
    sha256: str
    fingerprint: str
    state: State
    faces: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    error: str = ""
    exit_code: int = 0
    seconds: float = 0.0
    rss_mib: float = 0.0
    eyes: tuple[str, ...] = ()
    more_faces: int = 0
    reasons: tuple[str, ...] = ()
    crops: tuple[str, ...] = ()
    version: str = ""
    no_room: bool = False
    origin: str = ""

    @property
    def to_look_at(self) -> tuple[int, ...]:
        """Numbers of the faces that a person should look at."""
        return tuple(number for number, outcome in enumerate(self.faces, start=1) if outcome in _UNSETTLED)

    def to_line(self) -> bytes:
        """One line of ASCII: names that are not UTF-8 survive as escapes."""
        return json.dumps(asdict(self), separators=(",", ":")).encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Record | None:
        """The record of a line; None for one that was never finished or is not ours.

        Raises:
            OtherVersion: it is ours, and of another version.
        """
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or "outputs" not in entry:
            return None
        try:
            outputs = tuple(map(Output.from_json, entry["outputs"]))
            lists = {name: tuple(entry[name]) for name in ("faces", "eyes", "reasons", "crops")}
            values = {field.name: entry[field.name] for field in fields(cls)} | lists | {"outputs": outputs}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OtherVersion(line) from error
        if entry.keys() - values or values["state"] not in STATES:
            raise OtherVersion(line)
        return cls(**values)


def failed(
    item: Item, fingerprint: str, error: str, exit_code: int, seconds: float = 0.0, rss_mib: float = 0.0
) -> Record:
    """The record of a photo that could not be done."""
    line = " ".join(error.split())

    return Record(
        item.name,
        item.size,
        item.mtime_ns,
        "",
        fingerprint,
        "failed",
        error=line,
        exit_code=exit_code,
        seconds=round(seconds, 4),
        rss_mib=round(rss_mib, 1),
        origin=item.origin,
    )


def failed_by(error: Exception, item: Item, fingerprint: str, seconds: float = 0.0, rss_mib: float = 0.0) -> Record:
    """The record of a photo whose work raised this."""
    known = as_known(error, room=_ROOM, bug=_BUG)
    record = failed(item, fingerprint, str(known), known.exit_code, seconds, rss_mib)
    return replace(record, no_room=isinstance(known, NoRoomOnDisk))


def others_work(path: str) -> PhotoNotWritten:
    """Why `--overwrite` alone does not replace a result of another photo of this name."""
    return PhotoNotWritten(
        f"{path} is there already, another photo's, and somebody has worked on it; --overwrite-changed replaces it as "
        "well, another OUT keeps both."
    )


def given_up(item: Item, fingerprint: str, patience: float, seconds: float) -> Record:
    """The record of a photo that took longer than `patience` seconds."""
    error = f"expected to be done within {patience:g} s, it was not; --patience gives it more."
    return failed(item, fingerprint, error, NoCapacity.exit_code, seconds)
