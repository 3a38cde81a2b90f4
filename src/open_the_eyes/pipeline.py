"""The way of a photo, one line a stage; how each is done is in `stages/`, and reading and writing in `files/`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from . import files
from .engine import Engine, load_engine
from .errors import UsageError
from .imaging.arrays import Rgb
from .imaging.mesh478 import SIDES, Side
from .options import Mode, Options
from .photo import Photo
from .report import EyeReport, FaceReport, InputReport, Report, StageReport
from .roles import Crop, Face
from .stages.blend import blend, lay_into
from .stages.choose import Decision, decide
from .stages.crop import crop
from .stages.detect import detect
from .stages.generate import generate
from .stages.keep import Candidate, Kept, keep
from .stages.verify import verify
from .stopwatch import Stopwatch

Source: TypeAlias = "str | os.PathLike[str] | bytes | Photo"
Progress: TypeAlias = Callable[[str, float], None]
"""Called with the name of the stage that begins and the fraction of the photo that is done, 0..1."""

SPARE: Final[dict[Mode, int]] = {"fast": 0, "standard": 0, "quality": 3, "ultra": 6}
"""How many more eyes than asked for are painted, so that the best can be kept."""
RETRIES: Final = 3
"""How many more rounds a face gets while too few of its eyes pass verification."""


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


def open_eyes(
    photo: Source, options: Options | None = None, *, engine: str | Engine = "auto", progress: Progress | None = None
) -> Opened:
    """Opens closed eyes in one photo; every pixel outside the eyes stays as it was.

    Args:
        photo: a path, the bytes of a file, or a `Photo`.
        options: see `Options.of`.
        engine: a name, or an `Engine` to use for several photos.
        progress: told when a stage begins.

    Raises:
        UsageError: an engine that this version does not know, or an option that contradicts the photo, such as a face
            number that does not exist.
        UnreadablePhoto, PhotoTooLarge: the photo cannot be used.
    """
    options, engine = _checked(options), _loaded(engine)
    watch = Stopwatch(progress)

    with watch.stage("read", 0.0):
        source = _read(photo, engine)
    with watch.stage("detect", 0.1):
        decisions = decide(detect(source.pixels, engine.detector), options.choose)
    with watch.stage("crop", 0.4):
        crops = [(d.id, crop(source.pixels, d.face, d.closed)) for d in decisions if d.closed]
    kept = _painted(source.pixels, crops, engine, options, watch)
    with watch.stage("compose", 0.95):
        variations = _composed(source, list(kept.values()), options.generate.variations)

    faces = tuple(_face_report(d, kept.get(d.id)) for d in decisions)
    report = _report(source, engine, options, faces, watch)
    return Opened(variations, faces, report.stages, report)


def inspect_photo(photo: Source, options: Options | None = None, *, engine: str | Engine = "auto") -> Inspected:
    """Faces, how far their eyes are open, and what `open_eyes` would do with each; raises what it raises."""
    options, engine = _checked(options), _loaded(engine)
    watch = Stopwatch()
    with watch.stage("read"):
        source = _read(photo, engine)
    with watch.stage("detect"):
        decisions = decide(detect(source.pixels, engine.detector), options.choose)
    faces = tuple(_face_report(d, None) for d in decisions)
    report = _report(source, engine, options, faces, watch)
    return Inspected(source, faces, tuple(d.face for d in decisions), report)


def _painted(
    pixels: Rgb, crops: list[tuple[int, Crop]], engine: Engine, options: Options, watch: Stopwatch
) -> dict[int, Kept]:
    """Generate, blend, verify; faces of which too little passes get further rounds with the next seeds."""
    want, spare = options.generate.variations, SPARE[options.generate.mode]
    tried: dict[int, list[Candidate]] = {face_id: [] for face_id, _ in crops}
    first, count, waiting = 0, want + spare, [(n, c) for n, c in crops if c.mask.any()]
    for _ in range(1 + RETRIES):
        attempts = range(first, first + count)
        with watch.stage("generate", 0.45):
            patches = generate(waiting, attempts, engine.generator, options.generate)
        with watch.stage("blend", 0.75):
            opened = [[blend(c, p) for p in row] for (_, c), row in zip(waiting, patches, strict=True)]
        with watch.stage("verify", 0.8):
            for (face_id, c), row, looks in zip(waiting, patches, opened, strict=True):
                for attempt, patch, look in zip(attempts, row, looks, strict=True):
                    verdict = verify(pixels, c, patch, look, engine.detector, options.generate)
                    tried[face_id].append(Candidate(attempt, patch.seed, look, verdict))
        waiting = [(n, c) for n, c in waiting if sum(t.verdict.passed for t in tried[n]) < want]
        if not waiting:
            break
        first, count = first + count, want + 1
    return {face_id: keep(c, tried[face_id], want) for face_id, c in crops}


def _composed(source: Photo, kept: list[Kept], count: int) -> tuple[Photo, ...]:
    """The photo once a variation; a face with fewer results than variations repeats its best."""
    changing = [k for k in kept if k.best]
    if not changing:
        return (source,)
    photos = []
    for n in range(count):
        canvas = source.pixels.copy()
        for face in changing:
            lay_into(canvas, face.crop, face.best[n if n < len(face.best) else 0].opened)
        photos.append(source.with_pixels(canvas))
    return tuple(photos)


def _checked(options: Options | None) -> Options:
    if not isinstance(options, Options | None):
        raise UsageError(f"options: expected what Options.of(mode='fast', ...) returns, got {options!r:.80}.")
    return options or Options()


def _loaded(engine: str | Engine) -> Engine:
    if not isinstance(engine, str | Engine):
        raise UsageError(f"engine: expected a name or what load_engine returns, got {engine!r:.80}; leave it out.")
    return load_engine(engine) if isinstance(engine, str) else engine


def _read(photo: Source, engine: Engine) -> Photo:
    if isinstance(photo, Photo):
        _check_pixels(photo)
        return photo
    if not isinstance(photo, str | bytes | os.PathLike):
        came = type(photo).__name__
        hint = "wrap upright RGB pixels as Photo(pixels)" if came == "ndarray" else "give it one of these"
        raise UsageError(f"photo: expected a path, the bytes of a file or a Photo, got {came}; {hint}.")
    return files.read(photo, engine.settings)


def _check_pixels(photo: Photo) -> None:
    pixels = photo.pixels
    if isinstance(pixels, np.ndarray):
        if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size and pixels.dtype == np.uint8:
            return
        came = f"{pixels.shape} {pixels.dtype}"
    else:
        came = type(pixels).__name__
    raise UsageError(f"photo: expected pixels of shape (height, width, 3), uint8, RGB; got {came}. Convert them.")


def _face_report(decision: Decision, kept: Kept | None) -> FaceReport:
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


def _report(source: Photo, engine: Engine, options: Options, faces: tuple[FaceReport, ...], watch: Stopwatch) -> Report:
    file = source.file
    came = InputReport(
        path=None if file is None or file.path is None else str(file.path),
        sha256="" if file is None else file.sha256,
        size_wh=source.size_wh,
        format=None if file is None else file.format,
    )
    chosen = options.generate
    return Report(came, engine.name, chosen.mode, chosen.seed, faces, watch.stages)


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
