"""`open-the-eyes best-take`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ..errors import SomePhotosFailed, UnreadablePhoto, UsageError
from ..folders import not_looked_into, photos_in
from ..options import MatchOptions, Options
from ..system.paths import is_folder, is_there, real_place
from ..wording import counted
from . import donors, names, paths, progress, speech, words
from .flags import common as flags
from .flags import parse

COPIED: Final = "copy"
"""`encoding` of an output that is the photo's very file."""

if TYPE_CHECKING:
    from ..burst import BestTake
    from ..report import Report


def best_take_command(
    photos: Annotated[
        list[str],
        typer.Argument(metavar="PHOTO|FOLDER", help="A burst: photos, or folders of them.", show_default=False),
    ],
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="Where the result goes: a file or a folder. A name that ends in / is a folder.",
        ),
    ] = None,
    match: Annotated[
        list[str] | None,
        typer.Option(
            metavar="1=PHOTO:3", help="Face 1 of the best frame is face 3 of that photo. May be given several times."
        ),
    ] = None,
    copy: Annotated[
        bool,
        typer.Option("--copy", help="With -o: where no eyes need exchanging, write a copy of the best frame there."),
    ] = False,
    seed: Annotated[
        str, typer.Option(metavar="S", help="A whole number. The same photos and seed give the same eyes.")
    ] = "0",
    quality: flags.Quality = None,
    report: flags.ReportFile = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a result that is already there.")] = False,
    as_json: flags.AsJson = False,
) -> None:
    """Makes one photo of a burst: the best frame, with everybody's own open eyes from the other frames.

    The best frame is the one with the fewest problems: closed eyes, missing faces, blur, a picture much smaller than
    the largest, and, between equals, noise and hard compression. Eyes in it that are or may be closed are replaced by
    the same person's from another frame. Nobody gets eyes that are not surely theirs, and none are made up: whoever
    has open eyes in no frame stays as they are, and `open` can paint theirs. Files that open-the-eyes made are left
    out, and this is said. Of a folder, files that cannot be read are left out, too, and the exit code is 6. Without
    -o, the result is beside that frame: shot2.jpg gives shot2.opened.jpg. Where no eyes were exchanged nothing is
    written, unless --copy is given.

    \b
    Examples:
      open-the-eyes best-take burst/ -o best.jpg
      open-the-eyes best-take shot1.jpg shot2.jpg shot3.jpg
      open-the-eyes best-take burst/ -o best.jpg --copy
      open-the-eyes best-take burst/ -o best.jpg --match 1=shot2.jpg:3
    """
    if copy and out is None:
        raise UsageError("expected -o beside it, got none; name where the copy is to go.", option="--copy")
    checked_quality = flags.quality_of(quality)
    places = names.spelt_out(photos)
    sources = _photos(places)
    named = tuple(photo for photo in map(Path, places) if not is_folder(photo))
    with flags.by_flag():
        options = Options.of(seed=parse.whole("--seed", seed), match=_pairs(match, sources))
    options = replace(options, match=MatchOptions())  # checked; which frames there are is known when they are read
    for photo in sources:
        names.check_photo(photo)
    targets = _Targets.of(sources, named, out, overwrite=overwrite)
    report_path = targets.place_of_report(report, copy=copy, overwrite=overwrite)

    burst, taken = _taken(sources, named, match, options)
    given = (*burst.frames, *burst.failed, *named)
    frame = tuple(burst.frames)[taken.base]
    if copy and not taken.opened.changed:
        place = targets.place_of_copy(frame)
        saved = _copied(taken, frame, given, place, quality=checked_quality, overwrite=overwrite)
    else:
        saved = _saved(taken, given, targets.results[frame], quality=checked_quality, overwrite=overwrite)
    text = json.dumps(_as_json(taken, burst, saved), indent=2)
    speech.show(text if as_json else "\n".join(_lines(taken, saved, out)))
    if report_path is not None:
        paths.write_text(report_path, text + "\n", overwrite=overwrite)
    if burst.failed:
        some = f"{len(burst.failed):,} of {counted(len(sources), 'photo')}"
        raise SomePhotosFailed(f"{some} failed, named above; this is the best of the rest.")


def _photos(given: list[str]) -> tuple[Path, ...]:
    """The photos that were named, and those in folders that were named, by name.

    Raises:
        UnreadablePhoto: a folder that may not be looked into, or a single name of nothing.
        UsageError: fewer than two.
    """
    found: list[Path] = []
    for one in map(Path, given):
        if not is_folder(one):
            found.append(one)
            continue
        try:
            found += photos_in(one)
        except OSError as error:
            raise not_looked_into(one, error) from error
    unique = tuple(dict.fromkeys(found))
    if len(unique) == 1 and not is_there(unique[0]):
        raise UnreadablePhoto(f"{unique[0]}: expected photos or a folder of them, there is none; check the name.")
    if len(unique) < 2:
        raise UsageError(f"best-take: expected two photos or more, got {len(unique)}; name more, or a folder of them.")
    return unique


def _pairs(match: list[str] | None, photos: tuple[Path, ...]) -> tuple[tuple[int, int, int], ...]:
    return parse.matches("--match", match or (), [str(photo) for photo in photos], named="of the burst")


@dataclass(frozen=True, slots=True)
class _Targets:
    """Where the result goes, by the frame that is taken, and what -o said of it."""

    results: dict[Path, Path]
    out: str | None

    @classmethod
    def of(cls, sources: tuple[Path, ...], named: tuple[Path, ...], out: str | None, *, overwrite: bool) -> _Targets:
        """The targets, none of which is refused as far as it is known before a frame is taken.

        Args:
            named: those of `sources` that no folder brought.

        Raises:
            UsageError: `out` cannot hold the result, or is one of the photos.
            PhotoNotWritten: it cannot be written there, or something is there already.
        """
        results = {photo: paths.planned([photo], out)[0] for photo in sources}
        target, *others = set(results.values())
        if out is not None:
            paths.note_file([results[sources[0]]], out)
            paths.check_folder(target.parent, "-o", out)
        if not others:  # else which one it is depends on the frame that is taken
            paths.check_output(target, _without_result(sources, named, target), overwrite=overwrite)
        return cls(results, out)

    def place_of_report(self, report: str | None, *, copy: bool, overwrite: bool) -> Path | None:
        """The place of the report that was asked for.

        Raises:
            UsageError, PhotoNotWritten: it is that of a photo, of a result or a copy, or cannot be written.
        """
        if report is None:
            return None
        place = paths.report_place(report)
        copies = map(self.place_of_copy, self.results) if copy else ()
        paths.check_report(place, (*self.results, *self.results.values(), *copies), overwrite=overwrite)
        return place

    def place_of_copy(self, frame: Path) -> Path:
        """The file that -o names; in a folder, a copy is called what the frame is, so that nobody takes it for an
        edit."""
        target = self.results[frame]
        return target if self.out is not None and target == Path(self.out) else target.with_name(frame.name)


def _taken(
    sources: tuple[Path, ...], named: tuple[Path, ...], match: list[str] | None, options: Options
) -> tuple[donors.Burst, BestTake]:
    """The frames that could be read, and what was made of them."""
    from ..burst import best_take
    from ..engine import load_engine
    from ..settings import Settings

    engine = load_engine("reference", Settings.from_environment())
    with progress.shown(f"{len(sources)} photos") as tell:
        burst = _burst(sources, named)
        pairs = _pairs(match, tuple(burst.frames))
        with flags.by_flag():
            taken = best_take(tuple(burst.frames.values()), options, match=pairs, engine=engine, progress=tell)
    return burst, taken


def _burst(sources: tuple[Path, ...], named: tuple[Path, ...]) -> donors.Burst:
    """The frames, of which there are two or more.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one that was named cannot be used, or too few of the others can.
        UsageError: fewer than two frames are left.
    """
    burst = donors.burst(sources, named)
    if len(burst.frames) < 2:
        others = [f"{len(burst.made)} that open-the-eyes made"] if burst.made or not burst.failed else []
        others += [f"{len(burst.failed)} that cannot be read"] if burst.failed else []
        raise (UnreadablePhoto if burst.failed else UsageError)(
            f"best-take: expected two photos or more, got {len(burst.frames)} and {' and '.join(others)}; "
            "name more photos as the camera made them."
        )
    return burst


def _without_result(sources: tuple[Path, ...], named: tuple[Path, ...], target: Path) -> list[Path]:
    """All but the file at `target`, where an earlier run made it and a folder alone brought it: it may be replaced."""
    place = real_place(target)
    found = (photo for photo in sources if photo not in named)
    return [*named, *(photo for photo in found if real_place(photo) != place or not donors.is_result(photo))]


def _saved(taken: BestTake, given: tuple[Path, ...], target: Path, *, quality: int | None, overwrite: bool) -> Report:
    """Writes the result, if there is one that is not simply the frame itself."""
    opened = taken.opened
    if not opened.changed:
        return opened.report
    paths.check_output(target, given, overwrite=overwrite)
    paths.make_folder(target)
    return opened.save(target, overwrite=overwrite, quality=quality)


def _copied(
    taken: BestTake, frame: Path, given: tuple[Path, ...], target: Path, *, quality: int | None, overwrite: bool
) -> Report:
    """Writes the best frame as it is: byte for byte, with its time, unless the name asks for another format."""
    from ..files import format_for, write
    from ..files.whole_file import write_whole
    from ..report import OutputReport
    from ..system.digest import sha256_of

    photo = taken.opened.photo
    paths.check_output(target, given, overwrite=overwrite)
    paths.make_folder(target)
    if photo.file is not None and format_for(photo, target) != photo.file.format:
        written = write(photo, target, record=None, overwrite=overwrite, quality=quality)
    else:
        write_whole(target, frame.read_bytes(), overwrite=overwrite, like=frame)
        written = OutputReport(str(target), sha256_of(target), COPIED)
    times = frame.stat()
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    return replace(taken.opened.report, outputs=(written,))


def _as_json(taken: BestTake, burst: donors.Burst, report: Report) -> dict[str, object]:
    return {
        "base": taken.frames[taken.base].name,
        "frames": [frame.to_json() for frame in taken.frames],
        "left_out": [str(path) for path in burst.made],
        "failed": [{"path": str(path), "error": error} for path, error in burst.failed.items()],
        "report": report.to_json(),
    }


def _lines(taken: BestTake, report: Report, out: str | None) -> list[str]:
    """Which frame, whose eyes came from where, and where the result is."""
    base = taken.frames[taken.base]
    lines = [f"{speech.printable(base.name)}: the best of {len(taken.frames)} frames"]
    lines += [f"  {line}" for line in words.face_lines(report.faces)]
    if report.outputs:
        what = "written" if taken.opened.changed else "copied as it is"
        return lines + [f"  {what}: {speech.printable(output.path)}" for output in report.outputs]
    good = all(face.outcome == "already_open" for face in report.faces) and report.faces
    why = "good as it is: nothing written" if good else words.nothing_written(report.faces)
    return [*lines, f"  {why}" if out is None else f"  {why} to {speech.printable(out)}; --copy copies the frame there"]
