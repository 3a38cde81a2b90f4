"""What comes back: the photo with its eyes opened, and everything there is to say about it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from . import files
from .errors import UsageError
from .imaging.mesh478 import SIDES, Side
from .options import Options
from .photo import Photo
from .report import EyeReport, FaceReport, InputReport, Report, StageReport
from .roles import Face
from .stages.choose import Decision
from .stages.keep import Kept
from .stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Opened:
    """A photo with its eyes opened.

    Args:
        variations: the photo once a variation, best first; without a closed eye, the photo as it came.
        faces: every face, left to right.
        timings: one entry a stage.
        report: all of this for programs; `save` returns it with `outputs`.
    """

    variations: tuple[Photo, ...]
    faces: tuple[FaceReport, ...]
    timings: tuple[StageReport, ...]
    report: Report

    @property
    def photo(self) -> Photo:
        """The best variation."""
        return self.variations[0]

    @property
    def changed(self) -> bool:
        """Whether any eye was opened."""
        return any(face.outcome == "opened" for face in self.faces)

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Report:
        """Writes every variation: one to `path`, several to `name.1.jpg`, `name.2.jpg`, ...; whole files or none.

        Args:
            path: None puts `photo.opened.jpg` beside the photo that was read.
            overwrite: replace files that exist.

        Returns:
            The report with `outputs` filled in.

        Raises:
            PhotoNotWritten: a file exists, or cannot be written.
            UsageError: no path, for a photo that came without one.
        """
        watch = Stopwatch()
        with watch.stage("save"):
            targets = _targets(self.photo, path, len(self.variations))
            for target in targets:
                files.check_free(target, overwrite=overwrite)
            record = _edit_record(self.report) if self.changed else None
            pairs = zip(self.variations, targets, strict=True)
            outputs = tuple(files.write(v, t, record=record, overwrite=overwrite) for v, t in pairs)
        return replace(self.report, outputs=outputs, stages=(*self.report.stages, *watch.stages))


@dataclass(frozen=True, slots=True)
class Inspected:
    """What `open` would do with a photo; `detected` holds what the detector measured, in the order of `faces`."""

    photo: Photo
    faces: tuple[FaceReport, ...]
    detected: tuple[Face, ...]
    report: Report


def face_report(decision: Decision, kept: Kept | None) -> FaceReport:
    """One face's line: what was decided, and what came of it."""
    before = {side: decision.face.eyes[side].openness for side in SIDES}
    outcome, reason = decision.outcome, decision.reason
    scores: tuple[float, ...] = ()
    after: dict[Side, float] = {}
    if kept is not None:
        outcome = "opened" if kept.best else "kept_original"
        reason = kept.reason or f"Opened the {' and the '.join(decision.closed)} eye."
        scores = tuple(c.verdict.score for c in kept.best)
        after = {side: kept.best[0].verdict.openness[side] for side in decision.closed} if kept.best else {}
    eyes = {side: EyeReport(before[side], after.get(side)) for side in SIDES}
    return FaceReport(decision.id, decision.face.box, outcome, reason, eyes, scores)


def report_of(source: Photo, engine: str, options: Options, faces: tuple[FaceReport, ...], watch: Stopwatch) -> Report:
    """Everything about one photo, before anything is saved."""
    file = source.file
    came = InputReport(
        path=None if file is None or file.path is None else str(file.path),
        sha256="" if file is None else file.sha256,
        size_wh=source.size_wh,
        format=None if file is None else file.format,
    )
    chosen = options.generate
    return Report(came, engine, chosen.mode, chosen.seed, faces, watch.stages)


def _edit_record(report: Report) -> files.EditRecord:
    outcomes = tuple((face.id, face.outcome) for face in report.faces)
    return files.EditRecord(report.engine, report.mode, report.seed, report.version, outcomes)


def _targets(photo: Photo, path: str | os.PathLike[str] | None, count: int) -> list[Path]:
    """Where the variations go."""
    if path is not None:
        target = Path(path)
    elif photo.file is not None and photo.file.path is not None:
        suffix = files.suffix_for(photo.file.path, photo.file.format)
        target = photo.file.path.with_name(f"{photo.file.path.stem}.opened{suffix}")
    else:
        raise UsageError("save: this photo came without a path, so one is needed: save('photo.opened.png').")
    if count == 1:
        return [target]
    return [target.with_name(f"{target.stem}.{k}{target.suffix}") for k in range(1, count + 1)]
