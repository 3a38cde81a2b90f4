"""`open-the-eyes open`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..naming import numbered
from ..options import Options
from . import donors, interrupts, names, paths, progress, several, speech, words
from .flags import common as flags
from .flags import parse
from .flags import replay as replay_flag
from .flags import style as style_flags
from .flags.groups import Attempts, Maker, Networks, Saving, takes_groups

if TYPE_CHECKING:
    from ..arguments import Source
    from ..edit_record import EditRecord
    from ..engine import Engine
    from ..files import Credentials
    from ..report import Report
    from ..seen import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """How one `open` is to be run, apart from the options.

    Args:
        variations: how many files each photo gives.
        given: every file that was named to be read; no result takes the place of one.
    """

    photos: tuple[Path, ...]
    outputs: tuple[Path, ...]
    variations: int
    given: tuple[Path, ...]
    overwrite: bool
    profile: bool
    json: bool
    references: tuple[Source, ...] = ()
    replayed: replay_flag.Replayed | None = None
    quality: int | None = None
    credentials: Credentials | None = None


@takes_groups
def open_command(
    *,
    photos: Annotated[
        list[str], typer.Argument(metavar="PHOTO", help="JPEG, PNG, WebP, TIFF, HEIC or AVIF.", show_default=False)
    ],
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="Where results go: a file for one photo, a folder for several. A name that ends in / is a folder.",
        ),
    ] = None,
    maker: Maker,
    match: Annotated[
        list[str] | None,
        typer.Option(
            metavar="1=PHOTO:3",
            help="Face 1 of the photo is face 3 of that reference; `inspect` tells the numbers. May be given several "
            "times.",
        ),
    ] = None,
    attempts: Attempts,
    faces: Annotated[
        str | None,
        typer.Option(metavar="1,3", help="Only these faces, counted from the left; `inspect` shows the numbers."),
    ] = None,
    all_faces: flags.AllFaces = False,
    even_open: Annotated[
        bool,
        typer.Option("--even-open", help="Also open eyes that seem open, of the faces named with --faces."),
    ] = False,
    eye_color: style_flags.EyeColours = None,
    gaze: style_flags.Gazes = None,
    openness: style_flags.Opennesses = None,
    networks: Networks,
    replay: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Repeat the edit that FILE records, with its options. Give the original photo, and the same "
            "--reference photos.",
        ),
    ] = None,
    saving: Saving,
    report: flags.ReportFile = None,
    profile: Annotated[bool, typer.Option("--profile", help="Show how long each stage took.")] = False,
    overwrite: flags.Overwrite = False,
    as_json: flags.AsJson = False,
    debug: flags.Debug = False,
) -> None:
    """Opens closed eyes. Every pixel outside them stays as it was.

    Without -o, the result of photo.jpg is photo.opened.jpg beside it; in a folder it has the same name. Several
    variations are photo.opened.1.jpg, photo.opened.2.jpg, and so on. Where no eye was opened no file is written; the
    program says so, and it is not an error. Each new eye is checked, and one that did not turn out well stays closed.

    \b
    Examples:
      open-the-eyes open family.jpg
      open-the-eyes open family.jpg -o out.jpg --faces 1,3
      open-the-eyes open family.jpg --faces 2 --even-open
      open-the-eyes open portrait.jpg --variations 4 --eye-color green
      open-the-eyes open portrait.jpg --gaze -0.3,0 --openness 0.8
      open-the-eyes open family.jpg --eye-color 1=brown --eye-color 3=blue
      open-the-eyes open *.jpg -o opened/ --report opened.json
      open-the-eyes open family.jpg --replay family.opened.jpg -o again.jpg
      open-the-eyes open shot1.jpg --reference shot2.jpg --reference shot3.jpg
      open-the-eyes open shot1.jpg --reference shot2.jpg --match 1=shot2.jpg:3
    """
    options = flags.options_of(
        faces=parse.numbers("--faces", faces) if faces is not None else None,
        all=all_faces,
        even_open=even_open,
        **asdict(attempts),
        **style_flags.styled(eye_color, gaze, openness),
        **asdict(networks),
        match=parse.matches("--match", match or (), maker.reference or ()),
        strip_gps=saving.strip_gps,
    )
    quality = flags.quality_of(saving.quality)
    sources = names.photos_of(photos)
    engine, replayed = maker.engine, None
    if replay is not None:
        replayed = replay_flag.replayed_file(paths.place(replay, "--replay"))
        options, engine = _as_recorded(replayed.record, options, engine, sources)
    reference_paths = _reference_paths(maker.reference or (), replayed)
    files = tuple(Path(path) for path in (replay, saving.c2pa_cert, saving.c2pa_key) if path is not None)
    given = (*sources, *reference_paths, *files)
    count = options.generate.variations if replayed is None else 1
    outputs = _outputs(sources, out)
    report_path = None if report is None else paths.report_place(report)
    if report_path is not None:
        written = (path for output in outputs for path in numbered(output, count))
        paths.check_report(report_path, (*given, *written), overwrite=overwrite)
    credentials = _credentials(flags.signing(saving.c2pa_cert, saving.c2pa_key))
    for path in reference_paths:
        donors.check_reference(path)

    chosen = flags.engine_of(engine)
    speech.note(f"engine: {chosen.name}, {chosen.why}")
    run = _Run(
        photos=sources,
        outputs=outputs,
        variations=count,
        given=given,
        overwrite=overwrite,
        profile=profile,
        json=as_json,
        references=_searched(reference_paths, chosen, options) if len(sources) > 1 else reference_paths,
        replayed=replayed,
        quality=quality,
        credentials=credentials,
    )
    results = several.each(sources, lambda photo, n: _open_one(photo, n, run, options, chosen), debug=debug)
    _hand_over(results, report_path, run)


def _outputs(photos: Sequence[Path], out: str | None) -> tuple[Path, ...]:
    """Where the result of each photo goes, in a place that was looked at."""
    outputs = tuple(paths.planned(photos, out))
    if out is not None:
        paths.note_file(outputs, out)
        paths.check_folder(outputs[0].parent, "-o", out)
    return outputs


def _hand_over(results: several.Results, report_path: Path | None, run: _Run) -> None:
    """Prints and writes the report where that was asked for; raises if a photo did not succeed."""
    if run.json:
        speech.say(several.as_text(results))
    if report_path is not None:
        paths.write_text(report_path, several.as_text(results) + "\n", overwrite=run.overwrite)
    results.raise_if_incomplete()


def _as_recorded(record: EditRecord, options: Options, engine: str, sources: Sequence[Path]) -> tuple[Options, str]:
    """Options and engine of a recorded edit; no options beside it, and one photo."""
    options = replay_flag.recorded_options(record, options)
    replay_flag.check_one_photo(sources)
    return options, record.engine if engine == "auto" else engine


def _reference_paths(named: Sequence[str], replayed: replay_flag.Replayed | None) -> tuple[Path, ...]:
    """The references' files, in the order of the edit where one is made again."""
    found = tuple(paths.place(photo, "--reference") for photo in named)
    for path in found:
        names.check_reference(path)
    return found if replayed is None else replay_flag.recorded_references(replayed.record, found)


def _credentials(signing: tuple[Path, Path] | None) -> Credentials | None:
    if signing is None:
        return None
    from ..files import Credentials

    return Credentials.load(*signing)


def _searched(references: Sequence[Path], engine: Engine, options: Options) -> tuple[Seen, ...]:
    """References for several photos, searched once; no two of them are in memory whole."""
    if not references:
        return ()
    from ..looking import look_at_references

    with flags.by_flag():
        return look_at_references(references, options, engine=engine)


def _open_one(photo: Path, number: int, run: _Run, options: Options, engine: Engine) -> Report:
    from ..pipeline import open_eyes
    from ..replaying import made_again

    output = run.outputs[number - 1]
    names.check_photo(photo)
    for path in numbered(output, run.variations):
        paths.check_output(path, run.given, overwrite=run.overwrite)

    with progress.shown(photo.name, number, len(run.photos)) as tell:
        if run.replayed is None:
            with flags.by_flag():
                opened = open_eyes(photo, options, engine=engine, references=run.references, progress=tell)
        else:  # whose options nobody has typed
            opened = made_again(photo, run.replayed.record, run.references, engine=engine, progress=tell)
        if run.replayed is not None:
            replay_flag.check_same_photo(run.replayed.record, opened.report.input.sha256, photo)
            if opened.changed:
                replay_flag.check_signed(run.replayed, opened.photo, signs=run.credentials is not None)
        report = opened.report
        if opened.changed:
            paths.make_folder(output)
            with interrupts.held():
                report = opened.save(output, overwrite=run.overwrite, quality=run.quality, credentials=run.credentials)

    if not run.json:
        speech.show("\n".join(words.opened_lines(report, even_open=bool(opened.options.choose.even_open))))
    if run.profile:
        (speech.note if run.json else speech.show)("\n".join(words.profile_lines(report)))
    return report
