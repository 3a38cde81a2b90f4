"""What leases cost: written down for benchmarks and tests, and told to a photo's watch for `--profile`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal

from ..progress import NO_WATCH
from ..roles import Watch

Clock = Callable[[], float]
Column = Literal["wait_s", "load_s", "use_s", "unload_s"]


@dataclass(slots=True)
class LeaseRecord:
    """One lease.

    Args:
        name: of the model.
        variant: its precision, such as "bf16" or "bf16 streamed".
        batch: pictures that room was kept for.
        wait_s: until others had gone.
        load_s: building and moving to the device; 0 where the model was there.
        use_s: the block itself.
        unload_s: moving away, whenever that was; 0 while the model is still there.
        peak_mib: the most memory held on the device meanwhile, by all models.
        shortages: how often memory ran out.
        end: "done", or the name of the error that ended the lease; "" while it runs.
    """

    name: str
    variant: str
    batch: int
    wait_s: float = 0.0
    load_s: float = 0.0
    use_s: float = 0.0
    unload_s: float = 0.0
    peak_mib: int = 0
    shortages: int = 0
    end: str = ""


@dataclass(slots=True)
class Recorder:
    """Times the blocks of one lease at a time for its record, and for a watch.

    Args:
        clock: seconds.
        watch: told each block as a branch of `stage`.
        lease: the record of the latest lease; None before the first.
    """

    clock: Clock
    watch: Watch = NO_WATCH
    stage: str = ""
    lease: LeaseRecord | None = None

    @property
    def record(self) -> LeaseRecord:
        """Of the lease that is asked for, or open."""
        assert self.lease is not None, "no lease was asked for"
        return self.lease

    def timed(self, column: Column) -> AbstractContextManager[None]:
        """Adds the seconds of a block to a column of the lease's record, and to the branch of that name."""
        return self.timed_for(self.record, column, self.stage)

    @contextmanager
    def timed_for(self, record: LeaseRecord, column: Column, stage: str) -> Iterator[None]:
        """The same for another model's record and stage, as one that has to leave for this lease."""
        with self.watch.stage(f"{stage}/{column.removesuffix('_s')}") if stage else nullcontext():
            began = self.clock()
            try:
                yield
            finally:
                setattr(record, column, getattr(record, column) + self.clock() - began)

    def alive(self) -> None:
        """Lets the watch stop what waits."""
        if self.stage:
            self.watch.tell(f"{self.stage}/wait", 0.0)

    def peak(self, mib: int) -> None:
        """A lease's most memory, on the branch of its block; 0 is a device that does not count."""
        if self.stage and mib:
            self.watch.gpu(f"{self.stage}/use", float(mib))
