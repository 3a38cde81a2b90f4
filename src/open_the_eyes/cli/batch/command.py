"""`open-the-eyes batch`."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import NoRoomOnDisk, SomePhotosFailed, UsageError
from ...wording import counted, typed
from .. import donors, names, paths, speech
from ..flags import common as flags
from ..flags.groups import Attempts, Maker, Networks, Saving, takes_groups
from ..interrupts import INTERRUPTED
from . import places as batch_places
from . import progress as batch_progress
from . import words as batch_words
from .places import RunOptions
from .stop import BatchStop

if TYPE_CHECKING:
    from ...batch.plan import Plan
    from ...batch.run import BatchResult
    from ...batch.spec import BatchSpec
    from ...fleet.remote import RemoteFolders
    from ...settings import Settings


@takes_groups
def batch_command(
    *,
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="IN... OUT",
            help="Folders, photos, patterns in quotes, .txt files with a photo a line; last, the folder for results.",
            show_default=False,
        ),
    ],
    workers: flags.Workers = "auto",
    at_once: flags.AtOnce = "auto",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try photos that failed before once more.")
    ] = False,
    patience: flags.Patience = "1800",
    copy: Annotated[
        bool,
        typer.Option("--copy", help="Also copy photos in which no eye needs opening, so that OUT holds all photos."),
    ] = False,
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Name the result of photo.jpg photo.jpg, not photo.opened.jpg.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Work on a Ray cluster: local (start one here), auto (find one), or its address. IN and OUT may be s3://...",
        ),
    ] = None,
    gpus_each: flags.GpusEach = "0",
    maker: Maker,
    attempts: Attempts,
    all_faces: flags.AllFaces = False,
    eye_color: flags.EyeColour = "auto",
    gaze: flags.Gaze = "auto",
    openness: flags.Openness = "auto",
    networks: Networks,
    saving: Saving,
    overwrite: flags.Overwrite = False,
    overwrite_changed: Annotated[
        bool,
        typer.Option(
            "--overwrite-changed",
            help="With --overwrite: also replace results that somebody has worked on since the batch wrote them.",
        ),
    ] = False,
    as_json: flags.AsJson = False,
) -> None:
    """Opens closed eyes in many photos: folders to any depth, patterns, lists. OUT mirrors the tree.

    Each result is the file that `open` would write. If a run is stopped, the same command goes on where it was:
    OUT/open-the-eyes.batch remembers what is finished, and has a summary and a contact sheet of all eyes before and
    after. One bad photo never stops the rest. Where no eye needs opening nothing is written, unless --copy is given.

    \b
    Examples:
      open-the-eyes batch shoot/ opened/
      open-the-eyes batch "shoot/**/*.jpg" opened/ --mode quality
      open-the-eyes batch chosen.txt opened/ --copy --keep-names
      open-the-eyes batch shoot/ opened/ --retry-failed
      open-the-eyes batch s3://photos/shoot s3://photos/opened --ray auto --gpus-each 1
    """
    *sources, out = places
    if not sources:
        raise UsageError(
            f"batch: expected IN and OUT, got {typed(out)} alone; such as: open-the-eyes batch {out} opened/"
        )
    if not out:
        raise UsageError("OUT: expected a folder for the results, got nothing; name one, such as opened/.")
    options = flags.options_of(
        all=all_faces,
        **asdict(attempts),
        eye_color=eye_color,
        gaze=gaze,
        openness=openness,
        **asdict(networks),
        strip_gps=saving.strip_gps,
    )
    quality = flags.quality_of(saving.quality)
    run_options = RunOptions.of(
        workers=workers,
        at_once=at_once,
        retry_failed=retry_failed,
        patience=patience,
        ray=ray,
        gpus_each=gpus_each,
    )
    if overwrite_changed and not overwrite:
        raise UsageError("expected --overwrite beside it, got none; add it.", option="--overwrite-changed")
    certificate, key = flags.signing(saving.c2pa_cert, saving.c2pa_key) or (None, None)
    references = tuple(paths.place(photo, "--reference") for photo in maker.reference or ())
    for photo in references:
        names.check_reference(photo)

    from ...batch.spec import BatchSpec
    from ...settings import Settings

    settings = Settings.from_environment()
    planned, remote = batch_places.planned(
        sources,
        out,
        references,
        options.generate.variations,
        keep_names=keep_names,
        copy=copy,
        ray=ray is not None,
    )
    for photo in references:
        donors.check_reference(photo)  # for its warning; each worker reads them itself
    spec = BatchSpec(
        engine=maker.engine,
        painter="",
        options=options,
        references=references,
        copy=copy,
        overwrite=overwrite,
        overwrite_changed=overwrite_changed,
        quality=quality,
        certificate=certificate,
        key=key,
    )
    _run(planned, remote, _decided(spec, settings, here=ray is None), run_options, settings, as_json=as_json)


def _decided(spec: BatchSpec, settings: Settings, *, here: bool) -> BatchSpec:
    """With the engine that paints, which has all that is asked of it, and the settings that decide what it makes.

    Args:
        here: False where others paint, whose machines may have what this one lacks.
    """
    from ...batch.spec import deciding

    painter = _painter(spec, settings) if here else spec.engine
    return replace(spec, painter=painter, settings=deciding(settings, painter))


def _painter(spec: BatchSpec, settings: Settings) -> str:
    """The name of the engine that paints here; what is missing is said before any work."""
    from ...engine import engine_name, load_engine

    with flags.by_flag():
        engine = load_engine(engine_name(spec.engine), settings)
        engine.check(spec.options)
    if spec.references:
        engine.required_describer()
        donors.check_faces(spec.references, settings)
    if spec.certificate is not None and spec.key is not None:
        from ...files import Credentials

        Credentials.load(spec.certificate, spec.key)
    speech.note(f"engine: {engine.name}, {engine.why}")
    return engine.name


def _run(
    planned: Plan,
    remote: RemoteFolders | None,
    spec: BatchSpec,
    run_options: RunOptions,
    settings: Settings,
    *,
    as_json: bool,
) -> None:
    from ...batch.run import run_batch

    execute = batch_places.executor_for(planned, remote, spec, settings, run_options)
    manifest = batch_places.manifest_of(planned, remote)
    try:
        with batch_progress.batch_shown() as watch, BatchStop() as stop:
            ran = run_batch(
                planned,
                spec,
                manifest,
                execute,
                retry_failed=run_options.retry_failed,
                watch=watch,
                stop=lambda: stop.asked,
            )
        home = remote if ran.full is None else None  # with a full disk nothing is taken in, and so nothing sent
        if home is not None:  # else what is sent would take the place of what another machine has sent meanwhile
            batch_places.catch_up(manifest, home)
        summary = batch_words.summed_up(planned, spec, manifest, ran)
        if home is not None:
            batch_places.sent(planned, home)
    except KeyboardInterrupt:
        speech.note("left: what is finished is written down; the same command goes on from there.")
        raise SystemExit(INTERRUPTED) from None
    finally:
        manifest.close()
    speech.show(json.dumps(summary, indent=2) if as_json else "\n".join(batch_words.summary_lines(summary)))
    _check_all_done(planned, ran, summary)


def _check_all_done(planned: Plan, ran: BatchResult, summary: dict[str, Any]) -> None:
    """Ends the command as a run deserves that did not do all it was asked for; `told` is its summary.

    Raises:
        NoRoomOnDisk: the disk is full.
        SystemExit: somebody stopped it.
        SomePhotosFailed: photos did.
    """
    if ran.full is not None:
        done = f"{summary['photos'] - summary['not_done']:,} of {counted(summary['photos'], 'photo')}"
        raise NoRoomOnDisk(f"{ran.full} Done so far: {done}; once there is room, the same command goes on from here.")
    if summary["sheet"] is None:
        raise NoRoomOnDisk(f"{planned.folder}: no room for summary and sheet; make some, the same command writes them.")
    if ran.stopped:
        speech.note(f"stopped with {counted(summary['not_done'], 'photo')} left; the same command goes on from here.")
        raise SystemExit(INTERRUPTED)
    if summary["failed"]:
        some = f"{summary['failed']:,} of {counted(summary['photos'], 'photo')}"
        rest = "" if summary["failed"] == summary["photos"] else "the rest is done, "
        raise SomePhotosFailed(
            f"{some} failed, named in {summary['summary']}; {rest}--retry-failed tries again what failed."
        )
