"""What comes back: the photo with its eyes opened, and everything there is to say about it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import get_args

from . import files, naming, notebook
from .errors import PhotoNotWritten, UsageError, memory_in_words
from .imaging.painting import Painting
from .options import Options
from .options.values import check_one_of, checked_quality
from .photo import FileFormat, Photo
from .report import FaceReport, OutputReport, Report, StageReport
from .reporting import donor_photos, face_reports, recorded
from .roles import Face
from .stages.compose import Parts
from .stopwatch import Stopwatch
from .wording import written


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A photo with its eyes opened.

    Args:
        variations: the photo once a variation, best first; a face with fewer results repeats its best. Without a closed
            eye, the photo as it came.
        report: what was done, for programs; `save` returns it with `outputs`.
        options: what was asked for.
        parts: what they were put together from.
    """

    variations: tuple[Photo, ...]
    report: Report
    options: Options = field(default_factory=Options)
    parts: Parts | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return _short(self, self.photo)

    def _repr_html_(self) -> str:
        """For notebooks: the photo before and after, and what became of each face."""
        picture = self.photo.picture
        before = {"before": replace(self.photo, picture=picture.base)} if isinstance(picture, Painting) else {}
        pictures = {**before, "after" if self.changed else "unchanged": self.photo}
        lines = (f"{face.id} {face.outcome}: {face.reason}".removesuffix(": ") for face in self.faces)
        return notebook.html({title: photo._repr_png_() for title, photo in pictures.items()}, lines)

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
        """With one of the variations alone, counted from 1, and the report of it; saving it gives the file that it was
        among the others.

        Raises:
            UsageError: there is no such variation.
        """
        if not isinstance(number, Integral) or not 1 <= number <= len(self.variations):
            raise UsageError(f"expected 1 to {len(self.variations)}, got {written(number)}.", option="variation")
        report, parts = self.report, self.parts
        if parts is not None:
            faces = face_reports(parts.decisions, parts.matches, parts.shown_in(int(number)), self.options)
            report = replace(report, faces=faces)
        return replace(self, variations=self.variations[number - 1 : number], report=report)

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
        faces = face_reports(parts.decisions, parts.matches, parts.kept, self.options)
        report, attempts = replace(self.report, faces=faces, outputs=()), parts.attempts
        choose = self.options.choose
        if attempts and attempts.keys() != self.parts.attempts.keys():
            choose = choose.of_faces(tuple(attempts))
        generate = replace(self.options.generate, variations=1, picks=tuple(attempts.items()))
        options = replace(self.options, choose=choose, generate=generate)
        donors = donor_photos(parts.kept.values(), parts.references)
        photos = recorded(parts.composed(1), report, options, parts.as_read, donors)
        return Opened(photos, report, options, parts=parts)

    @memory_in_words()
    def encoded(
        self,
        file_format: FileFormat | None = None,
        *,
        quality: int | None = None,
        credentials: files.Credentials | None = None,
    ) -> tuple[bytes, OutputReport]:
        """The file of the best variation as bytes, those that `save` writes; `only(2).encoded()` is the second one's.

        Args:
            file_format: "JPEG", "PNG", "WEBP", "TIFF", "HEIF" or "AVIF"; None is that of the photo that was read.
            quality: 1..100, of a picture that is coded anew with loss: a WebP, HEIC or AVIF, or a JPEG made from
                another format or one that cannot be patched. None is a high one. In a JPEG of which only blocks are
                coded anew, in PNG and in TIFF it changes nothing. The record does not name it.
            credentials: as for `save`.

        Returns:
            The bytes, and what `save` reports of such a file, with no path.

        Raises:
            PhotoNotWritten: the format cannot hold the picture.
            UsageError: no such format or quality, or no format, for a photo that came as pixels.
        """
        quality = checked_quality(quality)
        if file_format is None and self.photo.file is not None:
            file_format = self.photo.file.format
        if file_format is None:
            raise UsageError("this photo came as pixels, so a format is needed: encoded('PNG').", option="file_format")
        check_one_of("file_format", file_format, get_args(FileFormat))
        return files.encoded_with_report(
            self.photo, file_format, self.photo.edit, "", quality=quality, credentials=credentials
        )

    @memory_in_words()
    def save(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        overwrite: bool = False,
        quality: int | None = None,
        credentials: files.Credentials | None = None,
    ) -> Report:
        """Writes every variation: one to `path`, several to `name.1.jpg`, `name.2.jpg`, ...; all of them, or none.

        Where one cannot be written, those before it are taken away again; with `overwrite`, which may have replaced
        others by then, they stay.

        Args:
            path: None puts `photo.opened.jpg` beside the photo that was read.
            overwrite: replace files that exist; the photo that was read is never replaced.
            quality: as in `encoded`.
            credentials: to sign the files with, as Content Credentials.

        Returns:
            The report with `outputs` filled in.

        Raises:
            PhotoNotWritten: a file exists, is the original, or cannot be written.
            UsageError: no path, for a photo that came without one, or what is neither a path nor a quality.
        """
        quality = checked_quality(quality)
        watch = Stopwatch()
        with watch.stage("save"):
            targets = _targets(self.photo, path, len(self.variations))
            for target in targets:
                _check_no_original(target, self.photo)
                files.check_free(target, overwrite=overwrite)
            write = partial(files.write, overwrite=overwrite, quality=quality, credentials=credentials)
            outputs: list[OutputReport] = []
            try:
                for photo, target in zip(self.variations, targets, strict=True):
                    outputs.append(write(photo, target, record=photo.edit))
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


def _short(result: Opened | Inspected, photo: Photo) -> str:
    outcomes = ", ".join(f"{face.id} {face.outcome}" for face in result.faces)
    return f"<{type(result).__name__} {photo!r}: {outcomes or 'no face'}>"


def _check_no_original(target: Path, photo: Photo) -> None:
    """Refuses to write over the photo itself.

    Raises:
        PhotoNotWritten: the file is the one that the photo was read from, by whatever name.
    """
    path = None if photo.file is None else photo.file.path
    with suppress(OSError):  # one of them is not there
        if path is not None and target.samefile(path):
            raise PhotoNotWritten(f"{target} is the photo itself; the original is never replaced. Name another file.")


def _targets(photo: Photo, path: str | os.PathLike[str] | None, count: int) -> list[Path]:
    """Where the variations go; the name is looked at as it was given, before it is numbered."""
    if path is not None:
        if not isinstance(path, str | os.PathLike):
            given = type(path).__name__
            raise UsageError(f"expected a path, got {given}; `encoded` gives the bytes of the file.", option="path")
        target = Path(path)
        files.check_free(target, overwrite=True)
        files.format_asked(photo, target)
    elif photo.file is not None and photo.file.path is not None and photo.file.format is not None:
        suffix = files.suffix_for(photo.file.path, photo.file.format)
        target = naming.opened_path(photo.file.path, suffix)
    else:
        raise UsageError("save: this photo came without a path, so one is needed: save('photo.opened.png').")
    return naming.numbered(target, count)
