"""A batch from its plan to its summary: what is finished stays finished, everything else is handed to the workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from ..errors import NoRoomOnDisk, UsageError
from ..naming import numbered
from ..settings import Settings
from .leftovers import delete_leftovers
from .manifest import Manifest
from .plan import Item, Plan
from .record import Record, State
from .spec import BatchSpec
from .tally import Tally
from .worker import Processor, WorkerConfig, WorkerSlot, make_processor
from .worker_pool import WorkerPool

PATIENCE: Final = 1800.0
"""Longest time for one photo, seconds: many times what the slowest takes, and still an end to one that hangs."""

Tell = Callable[[Record], None]
"""Hears of every photo that is finished."""

Stop = Callable[[], bool]
"""Says whether to stop: then what is in hand is finished and nothing else begun."""

Executor = Callable[[Sequence[Item], Stop], Generator[Record, None, None]]
"""Does photos, in whatever order, and gives a record for each as it is finished; closed early, it cleans up."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How a run ended; `stopped` where that was before everything was done.

    Args:
        full: what was met where the disk was full; what was in hand then was finished, as far as it could be.
        left: results of earlier runs with other options, or of a photo as it was, that are still in OUT, where no new
            one takes their place.
        replaced: results that somebody had worked on, and that were replaced since that was asked for.
    """

    tally: Tally
    stopped: bool
    left: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    full: NoRoomOnDisk | None = None


def run_batch(
    plan: Plan,
    spec: BatchSpec,
    manifest: Manifest,
    execute: Executor,
    *,
    retry_failed: bool = False,
    watch: Callable[[Tally], Tell],
    stop: Stop = lambda: False,
) -> BatchResult:
    """Does what is not finished yet; however it ends, the next run goes on from there.

    Args:
        execute: does the photos: `in_processes`, or what else there is.
        watch: given the counts before the first photo, returns who is told of the others.

    Raises:
        UsageError: results made under another fingerprint are there, and are not to be overwritten.
        OpenTheEyesError: workers cannot start.
        PhotoNotWritten: the manifest cannot be written any more, for another reason than a full disk.
    """
    todo, before = _sorted_out(plan, spec, spec.fingerprint, manifest, retry_failed)
    tally = Tally(len(plan.items), before)
    delete_leftovers(plan)
    tell, left, replaced = watch(tally), [], []
    changed = {item.name: item.changed for item in todo if item.changed}
    full: NoRoomOnDisk | None = None
    if todo:
        with closing(execute(todo, lambda: full is not None or stop())) as records:
            for record in records:
                try:
                    if record.no_room:
                        raise NoRoomOnDisk(record.error)
                    others = manifest.left_by(record)
                    manifest.add(record)
                except NoRoomOnDisk as error:
                    full = full or error
                    continue
                left += others
                if record.state != "kept":
                    gone = changed.get(record.name, ())
                    replaced += [output.path for output in record.outputs if output.path in gone]
                tally.add(record)
                tell(record)
    return BatchResult(tally, tally.done < tally.total, tuple(sorted(left)), tuple(sorted(replaced)), full)


def in_processes(
    plan: Plan,
    spec: BatchSpec,
    slots: Sequence[WorkerSlot],
    settings: Settings,
    *,
    patience: float = PATIENCE,
    make: Callable[[WorkerConfig], Processor] = make_processor,
) -> Executor:
    """Photos done by processes of this machine, one a slot.

    Args:
        patience: seconds that one photo may take.
        make: what does a photo in a worker.
    """
    fingerprint = spec.fingerprint
    configs = [
        WorkerConfig(spec=spec, fingerprint=fingerprint, settings=settings, slot=slot, out=plan.out, make=make)
        for slot in slots
    ]

    def execute(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:
        pool = WorkerPool(configs[: len(items)], patience)
        try:
            yield from pool.imap_unordered(items, stop)
        finally:
            pool.close()
            delete_leftovers(plan)  # of photos that were left, and what was too young at the start to be taken

    return execute


def _sorted_out(
    plan: Plan, spec: BatchSpec, fingerprint: str, manifest: Manifest, retry_failed: bool
) -> tuple[list[Item], Counter[str]]:
    """What is to be done, and what is finished, by state."""
    todo: list[Item] = []
    before: Counter[str] = Counter()
    for item in plan.items:
        state: State | None = manifest.state_of(item, fingerprint, copy=spec.copy)
        again = state == "failed" and (retry_failed or _gives_way(plan, spec, item, manifest))
        if state is None or again or (state == "kept" and spec.overwrite_changed):
            if not spec.overwrite and manifest.has_other_results(item, fingerprint):
                raise UsageError(
                    f"{plan.place}: expected results of the same options and settings, those of {item.name} were made "
                    "with others; name another OUT, or replace them with --overwrite."
                )
            manifest.set_aside(item)
            ours, others = manifest.ours(item, fingerprint), manifest.others(item)
            todo.append(replace(item, changed=manifest.changed(item), ours=ours, others=others))
        else:
            before[state] += 1
    return todo, before


def _gives_way(plan: Plan, spec: BatchSpec, item: Item, manifest: Manifest) -> bool:
    """Whether what lies in the place of a photo's result or copy, and may have kept it from being written, is to go."""
    places = [*numbered(item.output, spec.options.generate.variations), *([item.copy] if spec.copy else [])]
    return spec.overwrite and any(manifest.holds(plan.within(place)) for place in places)
