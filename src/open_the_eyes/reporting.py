"""What there is to say about one photo: its report, and the record of the edit that goes into its file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from . import files
from .edit_record import PAINTED
from .imaging.face.mesh478 import SIDES
from .options import Options
from .origins import NoDonors, ReferenceFace
from .photo import Photo
from .report import EyeReport, FaceReport, InputReport, Report
from .stages.choose import Decision
from .stages.keep import Kept
from .stages.match import Matches
from .stopwatch import Stopwatch
from .system import arithmetic, program

_NO_STYLE: Final = "What was wished for its eyes alone had no effect: none of them was to be opened."


def face_reports(
    decisions: Sequence[Decision], matches: Matches, kept: Mapping[int, Kept], options: Options
) -> tuple[FaceReport, ...]:
    """A line a face, in the order of the decisions; `kept` lacks faces that nobody painted."""
    styled = {style.face for style in options.generate.styles}
    return tuple(
        _face_report(
            decision,
            kept.get(decision.id),
            matches.reasons.get(decision.id),
            matches.notes.get(decision.id, ""),
            _NO_STYLE if decision.id in styled and not decision.to_open else "",
        )
        for decision in decisions
    )


def donor_photos(kept: Iterable[Kept], references: Sequence[Photo]) -> list[Photo]:
    """The references from which any of the eyes that were kept came."""
    origins = [eyes.origin for face in kept for eyes in face.best]
    return [
        references[n - 1] for n in sorted({origin.reference for origin in origins if isinstance(origin, ReferenceFace)})
    ]


def _face_report(decision: Decision, kept: Kept | None, no_donor: NoDonors | None, *notes: str) -> FaceReport:
    """One face's line: what was decided, what came of it, why no reference gave its eyes, if one was to, and notes."""
    before = {side: EyeReport(decision.face.eyes[side].openness) for side in SIDES}
    notes = tuple(filter(None, notes))
    decided = FaceReport(
        decision.id, decision.face.box, decision.outcome, decision.reason, before, notes=notes, no_donor=no_donor
    )
    if kept is None:
        return decided
    if not kept.best:
        return replace(decided, outcome="kept_original", why=kept.reason)
    best = kept.best[0]
    after = {side: replace(before[side], openness_after=best.verdict.openness[side]) for side in decision.to_open}
    return replace(
        decided,
        outcome="opened",
        why="",
        eyes={**before, **after},
        variation_scores=tuple(c.verdict.score for c in kept.best),
        origin=best.origin,
        variation_attempts=tuple(c.attempt.code for c in kept.best),
        notes=(*notes, best.note) if best.note else notes,
    )


def report_of(
    source: Photo,
    engine: str,
    options: Options,
    faces: tuple[FaceReport, ...],
    watch: Stopwatch,
    references: Sequence[Photo] = (),
    unrelated: Collection[int] = (),
) -> Report:
    """Everything about one photo, before anything is saved; `unrelated` references, from 1, show none of its people."""
    input_report = _input_report(source)
    reference_reports = tuple(
        replace(_input_report(photo), unrelated=number in unrelated) for number, photo in enumerate(references, start=1)
    )
    chosen = options.generate
    return Report(input_report, engine, chosen.mode, chosen.seed, faces, watch.stages, references=reference_reports)


def recorded(
    variations: tuple[Photo, ...], report: Report, options: Options, as_read: Photo, donors: Sequence[Photo]
) -> tuple[Photo, ...]:
    """The variations, each with the record of this edit; as they are where no eye was opened.

    Args:
        as_read: the photo as it was read, with all that its file tells.
        donors: the references that gave eyes, in whichever variation.
    """
    if not any(face.outcome == "opened" for face in report.faces):
        return variations
    before = files.read_record(as_read)
    paints = report.engine != "reference" or options.restore.restorer != "none"
    painted = paints or any(map(files.is_painted, (as_read, *donors)))
    others = {name: value for name, value in options.changed().items() if name not in ("mode", "seed")}
    record = files.EditRecord(
        engine=report.engine,
        mode=report.mode,
        seed=report.seed,
        version=report.version,
        faces=tuple((face.id, face.outcome) for face in report.faces),
        options=json.dumps(others, sort_keys=True),
        input=report.input.sha256,
        references=tuple(reference.sha256 for reference in report.references),
        earlier=() if before is None else before.as_earlier(),
        source_type=PAINTED if painted else files.type_of_composite(as_read, donors),
        processor=arithmetic.processor(),
        libraries=arithmetic.libraries(report.engine),
        program=program.state(),
    )
    return tuple(replace(photo, edit=replace(record, variation=n)) for n, photo in enumerate(variations, start=1))


def _input_report(photo: Photo) -> InputReport:
    file = photo.file
    return InputReport(
        path=None if file is None or file.path is None else str(file.path),
        sha256="" if file is None or photo.altered else file.sha256,
        size_wh=photo.size_wh,
        format=None if file is None else file.format,
        painted=files.is_painted(photo),
    )
