"""What comes back: the photo with its eyes opened, and everything there is to say about it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import arithmetic, files, naming, notebook, program
from .edit_record import PAINTED
from .errors import UsageError
from .givers import NoDonors, ReferenceFace
from .imaging.mesh478 import SIDES
from .imaging.painting import Painting
from .options import Options
from .photo import Photo
from .report import EyeReport, FaceReport, InputReport, OutputReport, Report, StageReport
from .roles import Face
from .stages.choose import Decision
from .stages.compose import Parts
from .stages.keep import Kept
from .stages.match import Matches
from .stopwatch import Stopwatch


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A photo with its eyes opened.

    Args:
        variations: the photo once a variation, best first; a face with fewer results repeats its best. Without a closed
            eye, the photo as it came.
        report: what was done, for programs; `save` returns it with `outputs`.
        options: what was asked for.
        first: the number of the first of these variations.
        parts: what they were put together from.
    """

    variations: tuple[Photo, ...]
    report: Report
    options: Options = field(default_factory=Options)
    first: int = 1
    parts: Parts | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return _short(self, self.photo)

    def _repr_html_(self) -> str:
        """For notebooks: the photo before and after, and what became of each face."""
        picture = self.photo.picture
        before = {"before": replace(self.photo, picture=picture.base)} if isinstance(picture, Painting) else {}
        shown = {**before, "after" if self.changed else "unchanged": self.photo}
        lines = (f"{face.id} {face.outcome}: {face.reason}".removesuffix(": ") for face in self.faces)
        return notebook.html({title: photo._repr_png_() for title, photo in shown.items()}, lines)

    @property
    def faces(self) -> tuple[FaceReport, ...]:
        """Every face, left to right."""
        return self.report.faces

    @property
    def timings(self) -> tuple[StageReport, ...]:
        """One entry a stage."""
        return self.report.stages

    @property
    def photo(self) -> Photo:
        """The best variation."""
        return self.variations[0]

    @property
    def changed(self) -> bool:
        """Whether any eye was opened."""
        return any(face.outcome == "opened" for face in self.faces)

    def only(self, number: int) -> Opened:
        """With one of the variations alone, counted from 1; saving it gives the file that it was among the others.

        Raises:
            UsageError: there is no such variation.
        """
        if not 1 <= number <= len(self.variations):
            raise UsageError(f"expected 1 to {len(self.variations)}, got {number}.", option="variation")
        return replace(self, variations=self.variations[number - 1 : number], first=number)

    def picked(self, picks: Mapping[int, int | None]) -> Opened:
        """With one result of each face put together anew, which paints nothing: `picked({1: 2, 2: 4, 3: None})` has
        face 1 of the second variation, face 2 of the fourth, and face 3 as it was; all others are at their best.

        Report (but for the times) and record are those of the same photo with the options that this result then has:
        `picks`, the attempts that were taken, and, where a face stays as it was, `faces` without it.

        Args:
            picks: by face, the number of a variation, or None. Faces that were not opened cannot be named. The pixels
                of a `Photo` that was given as an array must not have changed since.

        Raises:
            UsageError: such a face, no such variation, or a result that `open_eyes` did not make.
        """
        if self.parts is None:
            raise UsageError("expected a result of open_eyes, this one has no parts; open the photo again.")
        count = self.options.generate.variations
        parts = self.parts.picked(picks, count)
        faces = face_reports(parts.decisions, parts.matches, parts.kept)
        report, attempts = replace(self.report, faces=faces, outputs=()), parts.attempts
        choose = self.options.choose
        if attempts and attempts.keys() != self.parts.attempts.keys():
            choose = replace(choose, faces=tuple(attempts))
        generate = replace(self.options.generate, variations=1, picks=tuple(attempts.items()))
        options = replace(self.options, choose=choose, generate=generate)
        givers = givers_of(parts.kept.values(), parts.references)
        photos = recorded(parts.composed(1), report, options, parts.came, givers)
        return Opened(photos, report, options, parts=parts)

    def save(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        overwrite: bool = False,
        credentials: files.Credentials | None = None,
    ) -> Report:
        """Writes every variation: one to `path`, several to `name.1.jpg`, `name.2.jpg`, ...; all of them, or none.

        Where one cannot be written, those before it are taken away again; with `overwrite`, which may have replaced
        others by then, they stay.

        Args:
            path: None puts `photo.opened.jpg` beside the photo that was read.
            overwrite: replace files that exist.
            credentials: to sign the files with, as Content Credentials.

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
            outputs: list[OutputReport] = []
            try:
                for photo, target in zip(self.variations, targets, strict=True):
                    outputs += [
                        files.write(photo, target, record=photo.edit, overwrite=overwrite, credentials=credentials)
                    ]
            except BaseException:
                if not overwrite:
                    for output in outputs:
                        Path(output.path).unlink(missing_ok=True)
                raise
        return replace(self.report, outputs=tuple(outputs), stages=(*self.report.stages, *watch.stages))


@dataclass(frozen=True, slots=True, eq=False)
class Inspected:
    """What `open` would do with a photo; `detected` holds what the detector measured, in the order of `faces`."""

    photo: Photo
    detected: tuple[Face, ...]
    report: Report

    def __repr__(self) -> str:
        return _short(self, self.photo)

    @property
    def faces(self) -> tuple[FaceReport, ...]:
        return self.report.faces


def face_reports(decisions: Sequence[Decision], matches: Matches, kept: Mapping[int, Kept]) -> tuple[FaceReport, ...]:
    """A line a face, in the order of the decisions; of faces that nobody painted nothing is `kept`."""
    return tuple(
        _face_report(one, kept.get(one.id), matches.reasons.get(one.id), matches.notes.get(one.id, ""))
        for one in decisions
    )


def givers_of(kept: Iterable[Kept], references: Sequence[Photo]) -> list[Photo]:
    """The references from which any of the eyes that were kept came."""
    origins = [eyes.origin for face in kept for eyes in face.best]
    return [references[n - 1] for n in sorted({one.reference for one in origins if isinstance(one, ReferenceFace)})]


def _face_report(decision: Decision, kept: Kept | None, no_donor: NoDonors | None, note: str) -> FaceReport:
    """One face's line: what was decided, what came of it, why no reference gave its eyes, if one was to, and a note."""
    before = {side: EyeReport(decision.face.eyes[side].openness) for side in SIDES}
    notes = (note,) if note else ()
    decided = FaceReport(
        decision.id, decision.face.box, decision.outcome, decision.reason, before, notes=notes, no_donor=no_donor
    )
    if kept is None:
        return decided
    if not kept.best:
        return replace(decided, outcome="kept_original", why=kept.reason)
    best = kept.best[0]
    after = {side: replace(before[side], openness_after=best.verdict.openness[side]) for side in decision.closed}
    return replace(
        decided,
        outcome="opened",
        why="",
        eyes={**before, **after},
        variation_scores=tuple(c.verdict.score for c in kept.best),
        origin=best.origin,
        variation_attempts=tuple(c.attempt for c in kept.best),
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
    came = _input_report(source)
    others = tuple(
        replace(_input_report(photo), unrelated=number in unrelated) for number, photo in enumerate(references, start=1)
    )
    chosen = options.generate
    return Report(came, engine, chosen.mode, chosen.seed, faces, watch.stages, references=others)


def recorded(
    variations: tuple[Photo, ...], report: Report, options: Options, came: Photo, givers: Sequence[Photo]
) -> tuple[Photo, ...]:
    """The variations, each with the record of this edit; as they are where no eye was opened.

    Args:
        came: the photo as it was read, with all that its file tells.
        givers: the references that gave eyes, in whichever variation.
    """
    if not any(face.outcome == "opened" for face in report.faces):
        return variations
    before = files.read_record(came)
    paints = report.engine != "reference" or options.restore.restorer != "none"
    painted = paints or any(map(files.is_painted, (came, *givers)))
    others = {name: value for name, value in options.changed().items() if name not in ("mode", "seed")}
    record = files.EditRecord(
        report.engine,
        report.mode,
        report.seed,
        report.version,
        tuple((face.id, face.outcome) for face in report.faces),
        json.dumps(others, sort_keys=True),
        input=report.input.sha256,
        references=tuple(reference.sha256 for reference in report.references),
        earlier=() if before is None else before.as_earlier(),
        source_type=PAINTED if painted else files.type_of_composite(came, givers),
        processor=arithmetic.processor(),
        libraries=arithmetic.libraries(report.engine),
        program=program.state(),
    )
    return tuple(replace(photo, edit=replace(record, variation=n)) for n, photo in enumerate(variations, start=1))


def _short(result: Opened | Inspected, photo: Photo) -> str:
    outcomes = ", ".join(f"{face.id} {face.outcome}" for face in result.faces)
    return f"<{type(result).__name__} {photo!r}: {outcomes or 'no face'}>"


def _input_report(photo: Photo) -> InputReport:
    file = photo.file
    return InputReport(
        path=None if file is None or file.path is None else str(file.path),
        sha256="" if file is None or photo.altered else file.sha256,
        size_wh=photo.size_wh,
        format=None if file is None else file.format,
        painted=files.is_painted(photo),
    )


def _targets(photo: Photo, path: str | os.PathLike[str] | None, count: int) -> list[Path]:
    """Where the variations go; the name is looked at as it was given, before it is numbered."""
    if path is not None:
        target = Path(path)
        files.check_free(target, overwrite=True)
        files.format_asked(photo, target)
    elif photo.file is not None and photo.file.path is not None and photo.file.format is not None:
        suffix = files.suffix_for(photo.file.path, photo.file.format)
        target = naming.opened(photo.file.path, suffix)
    else:
        raise UsageError("save: this photo came without a path, so one is needed: save('photo.opened.png').")
    return naming.numbered(target, count)
