"""Figures for Prometheus."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from sqlalchemy.exc import SQLAlchemyError

from ..residency.gpus import gpu_bytes
from .jobs.job import Lane
from .problems import log_bug

BUCKETS: Final = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
MIB: Final = 2**20
ENDED: Final = ("done", "failed", "cancelled")


class Metrics:
    """The figures of this process, and of the queues, which all processes of one database share."""

    def __init__(
        self,
        waiting: Callable[[], dict[Lane, int]],
        waiting_seconds: Callable[[], dict[Lane, float]],
        still_seconds: Callable[[], float],
    ) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # ote_jobs_created, a time, would be read as jobs
        self._waiting, self._waiting_seconds, self._still_seconds = waiting, waiting_seconds, still_seconds
        self.registry = CollectorRegistry()
        self._depth = Gauge("ote_queue_depth", "Jobs that wait.", ["lane"], registry=self.registry)
        self._age = Gauge(
            "ote_queue_age_seconds",
            "How long the oldest job has waited; 0 with none.",
            ["lane"],
            registry=self.registry,
        )
        self._up = Gauge("ote_database_up", "Whether the database answers: 1 or 0.", registry=self.registry)
        self._still = Gauge(
            "ote_progress_age_seconds",
            "How long the job in hand has made no progress; 0 with none.",
            registry=self.registry,
        )
        self._jobs = Counter("ote_jobs", "Jobs that have ended.", ["state"], registry=self.registry)
        for state in ENDED:  # from nought on: an alarm on failures sees the first one
            self._jobs.labels(state)
        self._outcomes = Counter("ote_faces", "Faces of jobs that are done.", ["outcome"], registry=self.registry)
        self._stages = Histogram(
            "ote_stage_seconds", "Time in a stage of one photo.", ["stage"], buckets=BUCKETS, registry=self.registry
        )
        self._gpus: dict[str, Gauge] = {}
        self._adding = threading.Lock()
        ProcessCollector(registry=self.registry)
        self._requests = Counter("ote_requests", "Answers by HTTP status.", ["status"], registry=self.registry)

    def finished(self, report: dict[str, Any]) -> None:
        """Counts a job that is done."""
        self._jobs.labels("done").inc()
        for face in report["faces"]:
            self._outcomes.labels(face["outcome"]).inc()
        for stage in report["stages"]:
            self._stages.labels(stage["name"]).observe(stage["seconds"])
        peaks = [stage["peak_vram_mib"] for stage in report["stages"] if stage["peak_vram_mib"] is not None]
        if peaks:
            self._gpu("ote_gpu_peak_bytes", "The most GPU memory that the latest photo took.").set(max(peaks) * MIB)

    def failed(self) -> None:
        """Counts a job that could not be done."""
        self._jobs.labels("failed").inc()

    def cancelled(self) -> None:
        """Counts a job that was stopped or deleted before it had ended."""
        self._jobs.labels("cancelled").inc()

    def answered(self, status: int) -> None:
        """Counts an answer."""
        self._requests.labels(str(status)).inc()

    def text(self) -> bytes:
        """In Prometheus' text format; where the database does not answer, without what only that knows."""
        self._look_at_queues()
        self._still.set(self._still_seconds())
        if (held := gpu_bytes()) is not None:
            self._gpu("ote_gpu_held_bytes", "GPU memory that models and photos of this process hold now.").set(held)
        return generate_latest(self.registry)

    def _look_at_queues(self) -> None:
        try:
            depths, ages = self._waiting(), self._waiting_seconds()
        except SQLAlchemyError as error:
            log_bug(error)
            self._up.set(0)
            self._depth.clear()  # no figure is better than an old one, by which machines would come and go
            self._age.clear()
            return
        self._up.set(1)
        for lane, depth in depths.items():
            self._depth.labels(lane).set(depth)
        for lane, seconds in ages.items():
            self._age.labels(lane).set(seconds)

    def _gpu(self, name: str, words: str) -> Gauge:
        """The GPU's figures, made with the first one, so that a machine without a GPU shows none."""
        with self._adding:  # two who ask at once must not both add it
            if name not in self._gpus:
                self._gpus[name] = Gauge(name, words, registry=self.registry)
            return self._gpus[name]
