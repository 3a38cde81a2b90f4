"""What the routes call, in one place; it is put together at the start and closed at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from ..engine import Engine
from ..errors import Cancelled, NoCapacity, UsageError
from ..options import Options
from ..pipeline import inspect_photo
from ..residency.failures import failed_gpus
from ..results import Inspected
from .database.repository import JobRepository
from .database.worker_lock import worker_lock
from .errors import NotHere, NotYet, StoreAway, Unwatched
from .follow_room import FollowRoom
from .jobs.audience import Audience
from .jobs.job import PHOTO, Job, Lane, ToldState, reference_name
from .jobs.priority_lock import NONE, PriorityLock
from .jobs.processing import check_options, face_name, options_of
from .jobs.progress_watch import ProgressWatch
from .jobs.runner import JobRunner
from .jobs.steps import JobSteps
from .listing import Cursor
from .memo import Memo
from .metrics import Metrics
from .problems import log_bug, problem_of
from .settings import ServiceSettings
from .store import ArtifactStore
from .uploads.intake import Upload, UploadHandler
from .views import job_view, page_view
from .whereabouts import Whereabouts

GRACE_SECONDS: Final = 3600.0
"""How long after a job was forgotten its files are looked for once more, and after which an upload that never ended is
given up."""

LOOK: Final = "look"
"""Name by which `ProgressWatch` knows a look at a photo; jobs have their ids."""

READY_SECONDS: Final = 1.0
"""How long an answer of /readyz is reused: anybody may ask, and each check writes a file to the store."""

_Asked = TypeVar("_Asked")


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file of a job; `size` in bytes, `etag` as HTTP has it, in quotes.

    `pieces` opens and reads it, for whom `size` and `etag` are not enough; it raises what `JobService.result` does.
    """

    pieces: Callable[[], Generator[bytes, None, None]]
    size: int
    media_type: str
    file_name: str
    etag: str


class JobService:
    """Jobs, their files, and a look at photos that changes nothing: all that the routes call.

    Raises:
        UsageError: a store or database that cannot be used, or a worker's name that another process has.
    """

    def __init__(self, engine: Engine, config: ServiceSettings) -> None:
        self.config = config
        self.store = ArtifactStore(config.store_url)
        self.repository = JobRepository(config.database_url, config.connection_shares.jobs)
        self.watch = ProgressWatch(config.patience)
        self.metrics = Metrics(self.repository.waiting, self.repository.waiting_seconds, self.watch.still_seconds)
        self._engine, self._device_lock = engine, PriorityLock(self._queued)
        self._ready, self._inspecting = Memo[str, bool](READY_SECONDS), threading.Lock()
        self.audience, self.follow_room = Audience(self._left), FollowRoom(config)
        self._worker_lock = worker_lock(config.database_url, config.worker_name)
        try:
            self._worker_lock.acquire()
        except UsageError:
            self.repository.close()
            raise
        steps = JobSteps(self.repository, self.store, engine, self.metrics, self._device_lock, self.watch)
        self.runner = JobRunner(self.repository, steps, self._worker_lock)
        self.uploads = UploadHandler(self.repository, self.store, self.runner, engine, config)

    def warm_up(self) -> None:
        """Reads the detector's networks: in the middle of the first job, that would keep everybody waiting.

        Not the painter's, which may be in other processes that are yet to start, or take minutes.
        """
        self._engine.warm(painter=False)

    def announce(self, where: Whereabouts) -> None:
        """Lets others know that this process has its database to itself, and where it is, until it is closed."""
        self._worker_lock.tell(where)

    def close(self) -> None:
        """Gives database and worker's name back; `runner` has stopped before."""
        self.audience.close()
        self._worker_lock.close()
        self.repository.close()

    def check_alive(self) -> None:
        """Refuses while this process can begin no photo.

        Raises:
            NoCapacity: the photo in hand hangs, or the GPU failed, and no other is begun until this process is started
                anew.
        """
        if failed_gpus():
            raise NoCapacity("expected a GPU that works, it has failed; start the service anew.")
        if self.watch.hangs():
            raise NoCapacity(
                f"expected the photo in hand to get on, it has not for {self.watch.still_seconds():.0f} seconds; start "
                "the service anew."
            )

    def is_ready(self) -> bool:
        """Whether jobs can be taken: the database answers, the store can be written to. Found out once a second, by one
        who asks; no other waits for it."""
        return self._ready.get("ready", self.can_take_jobs)

    def can_take_jobs(self) -> bool:
        """What `is_ready` tells, asked anew; the log says why not."""
        try:
            self.repository.waiting()
            self.store.check()
        except (SQLAlchemyError, StoreAway) as error:
            log_bug(error)
            return False
        return True

    def job(self, job_id: UUID, owner: str) -> Job:
        """The job, if it is this owner's.

        Raises:
            NotHere: no such job, or somebody else's.
        """
        job = self.repository.get(str(job_id), owner)
        if job is None:
            raise NotHere("expected a job of yours, there is none of that id; it may have been deleted.")
        return job

    def view(self, job: Job) -> dict[str, Any]:
        """A job as a client sees it."""
        return job_view(job, self.config.retention, self.repository.outlook(job))

    def page(self, owner: str, limit: int, after: str | None, state: ToldState | None) -> dict[str, Any]:
        """Some of an owner's jobs, the newest first, as a client sees them.

        Args:
            after: the place behind which they begin, from an earlier page.

        Raises:
            UsageError: no such place.
        """
        cursor = None if after is None else Cursor.parsed(after)
        jobs = self.repository.listed(owner, limit + 1, cursor, state)
        return page_view(jobs, self.config.retention, limit, state)

    def result(self, job: Job, variation: int, face: int | None) -> ResultFile:
        """A variation's file, or the small picture of one face in it.

        Raises:
            NotYet: the job is not done.
            NotHere: the job is done and has no such result, or has failed and will have none.
            StoreUnreadable: it cannot be read at present.
        """
        if job.state == "failed":
            raise NotHere(f"expected a job that is done, this one failed; /v1/jobs/{job.id} says why.")
        if job.state != "done":
            raise NotYet(f"expected a job that is done, this one is {job.state}; look at /v1/jobs/{job.id}.")
        if not job.results:
            raise NotHere(f"expected a result, got none: no eye was opened; the report of /v1/jobs/{job.id} says why.")
        entry = next((entry for entry in job.results if entry["variation"] == variation), None)
        if entry is None:
            raise NotHere(f"variation: expected 1 to {len(job.results)}, got {variation}.")
        if face is not None and face not in entry["faces"]:
            raise NotHere(f"face: expected a face that was opened ({entry['faces']}), got {face}.")
        name = entry["name"] if face is None else face_name(variation, face)
        media_type = entry["media_type"] if face is None else "image/jpeg"
        size, pieces = _kept(self.store.size, job.id, name), partial(_kept, self.store.stream, job.id, name)
        etag = f'"{entry["sha256"]}"' if face is None else f'"{entry["sha256"]}.{face}"'
        return ResultFile(pieces, size, media_type, name.replace("result", "opened"), etag)

    def forget(self, job_id: UUID, owner: str) -> None:
        """Cancels and deletes.

        Raises:
            NotHere: no such job, or somebody else's.
            NoCapacity: it is forgotten, and its files follow later: the store does not answer.
        """
        job = self.job(job_id, owner)
        if not self.repository.forget(job.id, owner):
            return
        if not job.ended:
            self.metrics.cancelled()
        try:
            self.erase(job.id)
        except StoreAway:
            raise NoCapacity(
                "expected to delete the files at once, their store does not answer; the job is forgotten, and they "
                f"are deleted as soon as it does, within {GRACE_SECONDS // 60:.0f} minutes."
            ) from None

    def retain(self, job_id: UUID, owner: str, seconds: float | None = None) -> None:
        """Has a job that has ended kept for that long from now on, None for the retention; raises what `job` does."""
        less = 0.0 if seconds is None else max(0.0, self.config.retention - seconds)
        self.repository.count_from(self.job(job_id, owner).id, time.time() - less)

    def cancel(self, job_id: UUID, owner: str) -> None:
        """Ends the work on a job, and keeps its photo; nothing for one that has ended.

        Raises:
            NotHere: no such job, or somebody else's.
        """
        self._end(self.job(job_id, owner).id, Cancelled("expected to go on, the job was cancelled; its photo is kept."))

    def erase(self, job: str) -> None:
        """Deletes what is left of a job that was forgotten.

        Raises:
            StoreAway: its files are still there.
        """
        with suppress(Exception):  # a job that finds itself forgotten stops, too, and `purge` comes by
            self.runner.cancel(job)
        self.store.forget(job)

    def _queued(self) -> Mapping[Lane, int]:
        with suppress(SQLAlchemyError):  # then nobody is known to be about to come
            return self.repository.waiting()
        return NONE

    def _end(self, job: str, why: Cancelled) -> None:
        """Ends the work on a job; its photo is kept."""
        if self.repository.fail(job, problem_of(why)):
            self.metrics.cancelled()
            with suppress(Exception):  # it stops at its next step, too
                self.runner.cancel(job)

    def _left(self, job: str) -> None:
        """Called by the audience for a job that nobody follows any more: others wait, and nobody would look at this
        one."""
        try:
            self._end(job, Unwatched("expected somebody to follow the job, nobody does any more; its photo is kept."))
        except SQLAlchemyError as error:  # then it is painted for nobody
            log_bug(error)

    def inspect_report(self, upload: Upload) -> dict[str, Any]:
        """The report of a photo at which nothing is changed."""
        return self.inspect(upload.photo, options_of(upload.options), upload.references).report.to_json()

    def inspect(self, photo: bytes, options: Options | None = None, references: Sequence[bytes] = ()) -> Inspected:
        """A photo's faces, where the eyes in them are, and what would be done with each.

        It does not wait for a job that is being painted: faces are found on the processor, or by a network that leases
        its place on the GPU. One photo at a time, since there is memory for that.
        """
        with self._inspecting, self.watch.in_hand(LOOK):
            return inspect_photo(photo, options, engine=self._engine, references=references)

    def resubmit(self, job: Job, options: dict[str, Any], take: int = 0, *, for_screen: bool = False) -> Job:
        """The same photos once more, with other options, as a job of its own.

        Args:
            take: which photo is to be opened: 0 the one that was, 1, 2, ... a reference, for which it becomes one.
            for_screen: see `Upload`.

        Raises:
            QueueFull, OwnQueueFull: try again later.
            NotHere: the photo has been deleted.
            OpenTheEyesError: it cannot be stored, or these are no options, or none that this engine has.
        """
        check_options(options, job.request.references, self._engine)
        names = [PHOTO, *(reference_name(k) for k in range(1, job.request.references + 1))]
        try:
            photos = [self.store.get(job.id, name) for name in names]
            photo = photos.pop(take)
        except (FileNotFoundError, IndexError):
            raise NotHere("expected a photo of yours, got none: it has been deleted; send it again.") from None
        return self.uploads.submit(Upload(photo, tuple(photos), options, for_screen=for_screen), job.request.owner)


def _kept(ask: Callable[[str, str], _Asked], job: str, name: str) -> _Asked:
    """What the store says of a file of a job; raises NotHere where that has been deleted."""
    try:
        return ask(job, name)
    except FileNotFoundError:
        raise NotHere("expected a result, got none: it has been deleted; send the photo again.") from None
