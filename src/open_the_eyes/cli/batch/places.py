"""Where a batch works: photos and results here or at an address, workers here or on a Ray cluster."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...addresses import without_secrets
from ...errors import UsageError
from ...wording import counted
from .. import paths, speech
from ..flags import parse

if TYPE_CHECKING:
    from ...batch.manifest import Manifest
    from ...batch.plan import Plan
    from ...batch.run import Executor
    from ...batch.spec import BatchSpec
    from ...fleet.remote import RemoteFolders
    from ...settings import Settings


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a batch is to be run, apart from what each photo gets."""

    workers: int | None
    at_once: int | None
    retry_failed: bool
    patience: float
    ray: str | None
    gpus_each: float

    @classmethod
    def of(
        cls, *, workers: str, at_once: str, retry_failed: bool, patience: str, ray: str | None, gpus_each: str
    ) -> RunOptions:
        """From the texts that the command was given.

        Raises:
            UsageError: a text that is no number, one out of range, an option that needs another beside it, or --ray
                where what it needs is not installed.
        """
        run_options = cls(
            None if workers == "auto" else parse.whole("--workers", workers),
            None if at_once == "auto" else parse.whole("--at-once", at_once),
            retry_failed,
            parse.decimal("--patience", patience),
            ray,
            parse.decimal("--gpus-each", gpus_each),
        )
        if not run_options.patience > 0:
            raise UsageError(f"expected seconds above 0, got {patience}.", option="--patience")
        if ray is not None:
            check_ray()
        elif run_options.gpus_each:
            raise UsageError("expected --ray beside it, got none; add it.", option="--gpus-each")
        return run_options


def planned(
    sources: Sequence[str],
    out: str,
    references: Sequence[Path],
    variations: int,
    *,
    keep_names: bool,
    copy: bool,
    ray: bool,
) -> tuple[Plan, RemoteFolders | None]:
    """The plan, and where photos and results are if they are elsewhere.

    Raises:
        UsageError: nothing to do, or an address without a cluster, or with a place here, or no home for its manifest.
        UnreadablePhoto: a source may not be looked at.
        PhotoNotWritten: OUT can neither be written into nor made.
    """
    elsewhere = ["://" in place for place in (*sources, out)]
    if not any(elsewhere):
        from ...batch.plan import plan

        here = plan(sources, out, keep_names=keep_names, copy=copy, references=references, variations=variations)
        paths.check_folder(here.out, "OUT")
        return here, None
    if not ray:
        raise UsageError(
            "batch: expected folders of this machine, got an address; addresses need --ray (local is one)."
        )
    if not all(elsewhere) or len(sources) > 1:
        raise UsageError("batch: expected one address for IN and one for OUT, such as s3://photos/in s3://photos/out.")
    from ...fleet.remote import RemoteFolders, plan_remote

    remote = RemoteFolders(sources[0].rstrip("/"), out.rstrip("/"))
    try:
        batches = Path.home() / ".local/share/open-the-eyes/batches"
    except RuntimeError as error:
        raise UsageError("batch: expected a home to keep the manifest in, it is unknown; set HOME.") from error
    state = batches / hashlib.sha256(without_secrets(remote.out).encode()).hexdigest()[:16]
    return plan_remote(remote, state, keep_names=keep_names, copy=copy, variations=variations), remote


def manifest_of(plan: Plan, remote: RemoteFolders | None) -> Manifest:
    """The manifest of a plan, which knows where results lie and what other machines have done for the same OUT.

    Raises:
        NoCapacity: another batch is at work there.
        PhotoNotWritten: it cannot be made.
        UsageError: what is kept at OUT is out of reach.
    """
    from ...batch.manifest import Manifest

    if remote is None:
        return Manifest(plan.folder)
    from ...fleet.remote_store import size_at

    manifest = Manifest(plan.folder, lambda name: size_at(remote.out, name))
    try:
        catch_up(manifest, remote)
    except BaseException:
        manifest.close()
        raise
    return manifest


def check_ray() -> None:
    """Raises `UsageError` where what --ray needs is not installed."""
    missing = [name for name in ("fsspec", "ray") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"expected its libraries, {' and '.join(missing)} not installed; "
            'install them: pip install "open-the-eyes[ray]".',
            option="--ray",
        )


def catch_up(manifest: Manifest, remote: RemoteFolders) -> None:
    """Adds to the manifest what other machines have done for the same OUT since it was last read.

    Raises:
        UsageError: what is kept at OUT is out of reach.
        PhotoNotWritten: no room for it here.
    """
    from ...batch.manifest import MANIFEST
    from ...batch.sources import FOLDER
    from ...fleet.remote_store import fetch_file

    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=manifest.path.parent) as folder:
        stored = Path(folder) / MANIFEST
        if fetch_file(f"{remote.out}/{FOLDER}", MANIFEST, stored):
            manifest.take_in(stored)


def executor_for(
    plan: Plan, remote: RemoteFolders | None, spec: BatchSpec, settings: Settings, run_options: RunOptions
) -> Executor:
    """Who does the photos, and a line about it.

    Raises:
        UsageError, NoCapacity: not so many GPUs, no Ray.
    """
    if run_options.ray is None:
        from ...batch.run import in_processes
        from ...fleet.slots import worker_slots

        restorer = spec.options.restore.restorer
        places = worker_slots(spec.painter, settings, run_options.workers, run_options.at_once, restorer=restorer)
        hands = counted(len(places), "worker")
        speech.note(f"{counted(len(plan.items), 'photo')}, {hands}, results in {speech.printable(plan.place)}")
        return in_processes(plan, spec, places, settings, patience=run_options.patience)
    from ...batch.worker import WorkerConfig, make_processor
    from ...fleet.cluster import Cluster, check_room, connected
    from ...fleet.ray_batch import on_ray, slot_on

    cluster = Cluster(address=run_options.ray, actors=run_options.workers, gpus=run_options.gpus_each)
    slot = slot_on(cluster, run_options.at_once)
    connected(cluster.address)
    check_room(cluster.address, cluster.gpus)
    where = f"on Ray ({run_options.ray}), results in {speech.printable(plan.place)}"
    speech.note(f"{counted(len(plan.items), 'photo')}, {where}")
    config = WorkerConfig(
        spec=spec,
        fingerprint=spec.fingerprint,
        settings=settings,
        slot=slot,
        out=plan.out.absolute(),
        make=make_processor,
    )
    return on_ray(config, cluster, remote, patience=run_options.patience)


def sent(plan: Plan, remote: RemoteFolders) -> None:
    """Sends manifest, summary and contact sheet to the address of the results."""
    from ...batch.sources import FOLDER
    from ...fleet.remote_store import send_tree

    send_tree(plan.folder, f"{remote.out}/{FOLDER}")
