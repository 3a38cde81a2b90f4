"""What was done to a photo, in one JSON schema for every way in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .imaging.face.mesh478 import SIDES, Side
from .imaging.geometry import Box
from .origins import ARGUMENT, MATCH, NoDonors, Origin
from .roles import Outcome
from .version import __version__


@dataclass(frozen=True, slots=True)
class EyeReport:
    """Openness of one eye before and after; `openness_after` is None where nothing new was kept."""

    openness_before: float
    openness_after: float | None = None


@dataclass(frozen=True, slots=True)
class FaceReport:
    """One face.

    Args:
        id: from 1, left to right.
        why: why it came to this outcome, a sentence; of "kept_original" how "Left as it was: ..." goes on.
        variation_scores: one a variation that was kept, best first.
        origin: what painted the best one, or whose eyes they are.
        variation_attempts: by which number each can be asked for again (`GenerateOptions.picks`, `Attempt.code`).
        notes: sentences on the best one, or on open eyes.
        no_donor: why no reference gave its eyes, if one was to.
    """

    id: int
    box: Box
    outcome: Outcome
    why: str
    eyes: dict[Side, EyeReport]
    variation_scores: tuple[float, ...] = ()
    origin: Origin | None = None
    variation_attempts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    no_donor: NoDonors | None = None

    def __repr__(self) -> str:
        return f"<face {self.id}: {self.outcome}>"

    @property
    def source(self) -> str:
        """What painted the best one, or whose eyes they are, such as "shot2.jpg, face 3"."""
        return "" if self.origin is None else str(self.origin)

    @property
    def reason(self) -> str:
        """Sentences for who calls this from Python, "" when there is nothing to say; JSON has the command line's."""
        return self.reason_naming(ARGUMENT)

    def reason_naming(self, match: str) -> str:
        """The same, where `match` is the option by which to say who is whose."""
        told = self.told(match)
        if self.outcome == "opened":
            sides = [side for side in SIDES if self.eyes[side].openness_after is not None]
            return f"Opened the {' and the '.join(sides)} eye. {told}".rstrip()
        return f"Left as it was: {told}" if self.outcome == "kept_original" else told

    def told(self, match: str = MATCH) -> str:
        """What `reason` says beyond the outcome."""
        no_donor = "" if self.no_donor is None else self.no_donor.said(match)
        return " ".join(part for part in (self.why, *self.notes, no_donor) if part)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "box_ltrb": [round(v, 1) for v in (self.box.left, self.box.top, self.box.right, self.box.bottom)],
            "outcome": self.outcome,
            "reason": self.reason_naming(MATCH),
            "eyes": {
                side: {
                    "openness_before": round(self.eyes[side].openness_before, 3),
                    "openness_after": _rounded(self.eyes[side].openness_after),
                }
                for side in SIDES
            },
            "variation_scores": [round(s, 4) for s in self.variation_scores],
            "variation_attempts": list(self.variation_attempts),
            "source": self.source,
            "no_donor": [] if self.no_donor is None else [reason.to_json() for reason in self.no_donor.reasons],
        }


@dataclass(frozen=True, slots=True)
class StageReport:
    """Wall seconds and, where measured, the peak memory at the end of one stage in MiB."""

    name: str
    seconds: float
    peak_ram_mib: float | None = None
    peak_vram_mib: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "seconds": round(self.seconds, 4),
            "peak_ram_mib": _rounded(self.peak_ram_mib, 1),
            "peak_vram_mib": _rounded(self.peak_vram_mib, 1),
        }


@dataclass(frozen=True, slots=True)
class InputReport:
    """The file that was read; path is None for a photo that came as bytes or pixels.

    `sha256` is "" where it came as pixels, or its pixels were changed after it was read, as those of a result are.
    `painted` where the file itself says that an algorithm had a part in it: eyes in it may be nobody's own.
    `unrelated` for a reference in which nobody seems to be one of the photo's people; where all eyes are open, nobody
    looks.
    """

    path: str | None
    sha256: str
    size_wh: tuple[int, int]
    format: str | None
    painted: bool = False
    unrelated: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "size_wh": list(self.size_wh),
            "format": self.format,
            "painted": self.painted,
            "unrelated": self.unrelated,
        }


@dataclass(frozen=True, slots=True)
class OutputReport:
    """One file that was written, the SHA-256 of its bytes, hexadecimal, and how its picture was coded.

    `encoding` is "coefficients" for a JPEG of which only the changed blocks were coded anew, "reencoded: " and why for
    one where that could not be, "copy" for the source's very file, and "whole" for everything else. `notes` are
    sentences on what of the source's file is not in it, or in it and not of the new picture.
    """

    path: str
    sha256: str
    encoding: str = "whole"
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "sha256": self.sha256, "encoding": self.encoding, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one photo; `outputs` is empty until something is saved. `references` are in the order given."""

    input: InputReport
    engine: str
    mode: str
    seed: int
    faces: tuple[FaceReport, ...]
    stages: tuple[StageReport, ...]
    outputs: tuple[OutputReport, ...] = ()
    references: tuple[InputReport, ...] = ()
    version: str = field(default=__version__)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values, in the schema's order."""
        return {
            "version": self.version,
            "input": self.input.to_json(),
            "references": [r.to_json() for r in self.references],
            "engine": self.engine,
            "mode": self.mode,
            "seed": self.seed,
            "faces": [f.to_json() for f in self.faces],
            "stages": [s.to_json() for s in self.stages],
            "outputs": [o.to_json() for o in self.outputs],
        }


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)
