"""Where a batch works: photos and results here or at an address, workers here or on a Ray cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from . import speech

if TYPE_CHECKING:
    from ..batch.manifest import Manifest
    from ..batch.plan import Plan
    from ..batch.run import Each
    from ..batch.wish import Wish
    from ..fleet.wire import Wire
    from ..settings import Settings


@dataclass(frozen=True, slots=True)
class How:
    """How a batch is to be run, apart from what each photo gets."""

    workers: int | None
    at_once: int | None
    retry_failed: bool
    patience: float
    ray: str | None
    gpus_each: float


def planned(sources: Sequence[str], out: str, *, keep_names: bool, copy: bool, ray: bool) -> tuple[Plan, Wire | None]:
    """The plan, and where photos and results are if they are elsewhere.

    Raises:
        UsageError: nothing to do, or an address without a cluster, or with a place here.
    """
    elsewhere = ["://" in place for place in (*sources, out)]
    if not any(elsewhere):
        from ..batch.plan import plan

        return plan(sources, out, keep_names=keep_names, copy=copy), None
    if not ray:
        raise UsageError(
            "batch: expected folders of this machine, got an address; addresses need --ray (local is one)."
        )
    if not all(elsewhere) or len(sources) > 1:
        raise UsageError("batch: expected one address for IN and one for OUT, such as s3://photos/in s3://photos/out.")
    from ..batch.plan import FOLDER
    from ..fleet.wire import Wire, fetch_tree, plan_elsewhere

    wire = Wire(sources[0].rstrip("/"), out.rstrip("/"))
    state = Path.home() / ".local/share/open-the-eyes/batches" / hashlib.sha256(wire.out.encode()).hexdigest()[:16]
    if not (state / FOLDER).is_dir():
        fetch_tree(f"{wire.out}/{FOLDER}", state / FOLDER)
    return plan_elsewhere(wire, state, keep_names=keep_names), wire


def manifest_of(plan: Plan, wire: Wire | None) -> Manifest:
    """The manifest, whose results are where they are."""
    from ..batch.manifest import Manifest

    if wire is None:
        return Manifest(plan.folder)
    from ..fleet.wire import size_there

    return Manifest(plan.folder, lambda name: size_there(wire, name))


def doing(plan: Plan, wire: Wire | None, wish: Wish, settings: Settings, how: How) -> Each:
    """Who does the photos, and a line about it.

    Raises:
        UsageError, NoCapacity: not so many GPUs, no Ray.
    """
    if how.ray is None:
        from ..batch.run import in_processes
        from ..fleet.seats import seats

        places = seats(wish.painter, settings, how.workers, how.at_once)
        speech.note(f"{len(plan.items)} photos, {len(places)} workers, results in {plan.out}")
        return in_processes(plan, wish, places, settings, patience=how.patience)
    from ..batch.worker import Brief, doer_of
    from ..fleet.ray_batch import Cluster, connected, on_ray, seat_on

    cluster = Cluster(address=how.ray, actors=how.workers, gpus=how.gpus_each)
    seat = seat_on(cluster, how.at_once)
    connected(cluster)
    speech.note(f"{len(plan.items)} photos, on Ray ({how.ray}), results in {plan.out if wire is None else wire.out}")
    brief = Brief(wish=wish, mark=wish.mark(), settings=settings, seat=seat, out=plan.out.absolute(), make=doer_of)
    return on_ray(brief, cluster, wire)


def sent(plan: Plan, wire: Wire) -> None:
    """Manifest, summary and sheet, put beside the results."""
    from ..batch.plan import FOLDER
    from ..fleet.wire import send_tree

    send_tree(plan.folder, f"{wire.out}/{FOLDER}")
