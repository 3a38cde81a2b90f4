"""What became of a batch, for programs: counts, what was asked for, and a line for every photo."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ..version import __version__
from .line_by_line import write_parts
from .manifest import Manifest
from .plan import Plan
from .record import STATES, Output, Record
from .spec import BatchSpec
from .tally import Tally

SUMMARY: Final = "summary.json"
MOST_NAMED: Final = 100
"""Most kept results that the counts name; the photos' own lines name all."""


def summary_of(
    plan: Plan,
    spec: BatchSpec,
    manifest: Manifest,
    tally: Tally,
    left: Sequence[str] = (),
    replaced: Sequence[str] = (),
) -> dict[str, Any]:
    """Counts over all runs and over this one, without the photos; `left` and `replaced` as a run tells them."""
    fingerprint = spec.fingerprint
    states: Counter[str] = Counter()
    faces: Counter[str] = Counter()
    seconds, with_notes, to_look_at = 0.0, 0, 0
    kept: list[str] = []
    for record in manifest.latest(plan.items, fingerprint):
        states[record.state] += 1
        faces.update(record.faces)
        seconds += record.seconds
        with_notes += sum(bool(output.notes) for output in record.outputs)
        to_look_at += bool(record.to_look_at)
        if record.state == "kept" and len(kept) < MOST_NAMED:
            kept += [output.path for output in record.outputs]
    return {
        "version": __version__,
        "in": plan.root,
        "out": plan.place,
        **spec.to_json(),
        "photos": len(plan.items),
        "left_out": plan.left_out.total,
        "left_out_files": plan.left_out.to_json(),
        **{state: states[state] for state in STATES},
        "not_done": len(plan.items) - states.total(),
        "faces": dict(sorted(faces.items())),
        "kept_results": kept[:MOST_NAMED],
        "to_look_at": to_look_at,
        "with_notes": with_notes,
        "worker_seconds": round(seconds, 3),
        "this_run": {
            "photos": tally.now.total(),
            "seconds": round(tally.seconds, 3),
            "photos_per_second": round(tally.now.total() / max(tally.seconds, 1e-9), 3),
            "peak_rss_mib_of_a_worker": tally.peak_rss_mib,
            "still_there_of_other_options": list(left),
            "replaced_although_changed": list(replaced),
        },
    }


def write_summary(plan: Plan, spec: BatchSpec, manifest: Manifest, summary: dict[str, Any]) -> Path:
    """The summary with a line for every photo, whole or not at all; written photo by photo, however many there are.

    Raises:
        PhotoNotWritten: it cannot be written; NoRoomOnDisk where the disk is full.
    """
    path = plan.folder / SUMMARY
    parts = _parts(summary, manifest.latest(plan.items, spec.fingerprint))
    write_parts(path, (part.encode("ascii") for part in parts), "the summary")
    return path


def _parts(summary: dict[str, Any], records: Iterable[Record]) -> Iterator[str]:
    yield f'{json.dumps(summary, indent=2)[:-2]},\n  "results": ['
    for number, record in enumerate(records):
        yield f"{',' if number else ''}\n    {json.dumps(_line(record))}"
    yield "\n  ]\n}\n"


def _line(record: Record) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "photo": record.name,
        "sha256": record.sha256,
        "state": record.state,
        "faces": list(record.faces),
        "faces_to_look_at": list(record.to_look_at),
        "reasons": list(record.reasons),
        "outputs": [_output(output) for output in record.outputs],
        "seconds": record.seconds,
    }
    return entry | ({"error": record.error, "exit_code": record.exit_code} if record.error else {})


def _output(output: Output) -> dict[str, Any]:
    return {"path": output.path, "sha256": output.sha256, "encoding": output.encoding, "notes": list(output.notes)}
