"""Takes photos in: reads what came, checks it as a photo, stores it, and only then answers that it was accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from ...engine import Engine
from ...errors import OpenTheEyesError, PhotoTooLarge, UsageError
from ...wording import counted, typed
from ..concurrency import ConcurrencyLimiter
from ..database.repository import JobRepository
from ..errors import Busy, StoreAway
from ..jobs.fair_slots import FairSlots
from ..jobs.job import FOR_SCREEN, PHOTO, Job, JobRequest, reference_name
from ..jobs.processing import check_options, given
from ..jobs.runner import JobRunner
from ..settings import ServiceSettings
from ..store import ArtifactStore
from .forms import file_in, options_in, read_form
from .room import UploadRoom
from .screening import check_readable, refused

FIELDS: Final = ("photo", "references", "options")
MAX_RECEIVING: Final = 32
"""Uploads that are read at one moment; others wait unread. Many, since some come slowly, and each costs little memory:
files above a megabyte are temporary files."""

RECEIVE_PATIENCE: Final = 30.0
"""Seconds for which an upload waits unread; then its client is told when to come again, before a proxy loses patience.
Who has sent everything keeps waiting: to send it once more would cost more."""

MAX_DECODING: Final = 2
"""Uploads of jobs that are in memory and decoded at one moment; others wait in files, and accounts take turns."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in one request: bytes that are photos, and options that exist.

    Args:
        photo: the first that can be used.
        left_out: by number, from 0, why others that came are not among these.
        for_screen: the results are only looked at, so they are JPEGs, whatever the photo is: a HEIC takes seconds.
    """

    photo: bytes
    references: tuple[bytes, ...]
    options: dict[str, Any]
    left_out: Mapping[int, OpenTheEyesError] = field(default_factory=dict)
    for_screen: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for the same photos and options, whatever the files were called."""
        parts = [hashlib.sha256(data).hexdigest() for data in (self.photo, *self.references)]
        return hashlib.sha256(json.dumps([parts, given(self.options)], sort_keys=True).encode()).hexdigest()


class UploadHandler:
    """Where photos are handed in."""

    def __init__(
        self,
        repository: JobRepository,
        store: ArtifactStore,
        runner: JobRunner,
        engine: Engine,
        config: ServiceSettings,
    ) -> None:
        self._repository, self._store, self._runner = repository, store, runner
        self._engine, self._settings, self._config = engine, engine.settings, config
        self._room = UploadRoom(MAX_RECEIVING, config.max_received_bytes)
        self._receive_slots = ConcurrencyLimiter(MAX_RECEIVING, RECEIVE_PATIENCE)
        self._decode_slots, self._inspect_slots = FairSlots(MAX_DECODING), FairSlots(1)

    async def create_job(self, request: Request, owner: str, idempotency: str | None) -> Job:
        """The accepted job; it survives whatever happens from here on.

        Raises:
            QueueFull, OwnQueueFull, TooManyUploads: try again later.
            OpenTheEyesError: this is no photo, or not what can be asked for.
        """
        _check_key(idempotency, len(request.headers.getlist("Idempotency-Key")))
        new = idempotency is None or not await run_sync(self._repository.knows, owner, idempotency)
        if new:
            await run_sync(self.check_room, owner)
        async with self._form(request, owner) as form, self._decode_slots.slot(owner):
            if new:  # others were faster: then it need not be decoded
                await run_sync(self.check_room, owner)
            upload = await self._parsed(form)
            if new:
                await run_sync(self._check_options, upload)
            await run_sync(check_readable, (upload.photo, *upload.references), self._settings)
            return await run_sync(self.submit, upload, owner, idempotency)

    def check_room(self, owner: str) -> None:
        """Refuses one more upload where the queue, or its owner's share of it, is full.

        Raises:
            QueueFull, OwnQueueFull: try again later.
        """
        self._repository.check_room(owner, self._config.max_queue, self._config.max_queue_of(owner))

    @asynccontextmanager
    async def inspection(self, request: Request, owner: str, *, leave_out: bool = False) -> AsyncIterator[Upload]:
        """A photo to look at, and options; one block at a time, so that those who wait hold neither thread nor photo.

        Whether its photos can be decoded is found out by whoever looks at them: to decode each twice takes long.

        Args:
            leave_out: those that cannot be used, by what they say, are left out, and do not refuse the whole.

        Raises:
            TooManyUploads: try again later.
            OpenTheEyesError: this is no photo, or not what can be asked for.
        """
        async with self._form(request, owner) as form, self._inspect_slots.slot(owner):
            upload = await self._parsed(form, leave_out=leave_out)
            await run_sync(self._check_options, upload)
            yield upload

    @asynccontextmanager
    async def _form(self, request: Request, owner: str) -> AsyncIterator[FormData]:
        """The form, read when its turn has come; the slots for which it waits then limit how many forms there are."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "multipart/form-data":  # a form of another kind would be kept in memory as a whole
            came = typed(kind) if kind else "no Content-Type"
            raise UsageError(f"expected a form with a photo, multipart/form-data, got {came}; with curl: -F.")
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            raise UsageError(f"expected a body as it is, got Content-Encoding {typed(coding)}; send it uncompressed.")
        with self._room.taken(owner, self._size(request)):
            form = await self._received(request)
            try:
                yield form
            finally:
                await form.close()

    def _size(self, request: Request) -> int:
        """Bytes that it says it has; without a word that counts, it may have as many as any."""
        told = request.headers.get("content-length", "")
        counts = told.isascii() and told.isdigit() and "transfer-encoding" not in request.headers
        return int(told) if counts and len(told) < 19 else self._config.max_request_bytes  # zeros may come before it

    async def _received(self, request: Request) -> FormData:
        try:
            async with self._receive_slots.slot():
                return await read_form(request, self._config.max_references)
        except OSError as error:
            raise StoreAway("expected room for temporary files, there is none.") from error

    async def _parsed(self, form: FormData, *, leave_out: bool = False) -> Upload:
        """What came, as far as that is known before anything is decoded."""
        unknown = [name for name in form if name not in (*FIELDS, "references[]")]
        if unknown:
            raise UsageError(
                f"expected the fields {', '.join(FIELDS)}; got {unknown[0]!r:.80}; leave out all but these."
            )
        photos = [file_in("photo", one) for one in form.getlist("photo")]
        if len(photos) != 1:
            way = "send others of the same people as references" if photos else "with curl: -F photo=@family.jpg"
            raise UsageError(f"expected one file, got {len(photos)}; {way}.", option="photo")
        came = [*form.getlist("references"), *form.getlist("references[]")]
        references = [file_in("references", one) for one in came]
        options = options_in(form.getlist("options"))
        for one in (*photos, *references):
            self._check_size(one)
        data = [await one.read() for one in (*photos, *references)]
        left_out = await run_sync(partial(refused, data, self._settings, leave_out=leave_out))
        kept = [one for number, one in enumerate(data) if number not in left_out]
        return Upload(kept[0], tuple(kept[1:]), options, left_out)

    def _check_size(self, file: UploadFile) -> None:
        if (file.size or 0) > self._settings.max_bytes:
            raise PhotoTooLarge(
                f"expected at most {self._settings.max_bytes:,} bytes in a photo, got {file.size:,}; make it smaller."
            )

    def too_much(self, kept: Sequence[bytes], more: Sequence[bytes]) -> dict[int, OpenTheEyesError]:
        """Of photos that are to come as references beside those that are kept already, the ones for which there is no
        room in one job: by number, from 0, and why."""
        most, there = self._config.max_references, len(kept) - 1
        out = refused((*kept, *more), self._settings, leave_out=True)
        for number in range(max(0, most - there), len(more)):
            beside = f"beside the {there} that came before, " if there else ""
            out[len(kept) + number] = UsageError(
                f"expected at most {counted(most, 'reference')}; {beside}leave it out."
            )
        return {at - len(kept): error for at, error in sorted(out.items()) if at >= len(kept)}

    def _check_options(self, upload: Upload) -> None:
        check_options(upload.options, len(upload.references), self._engine)

    def submit(self, upload: Upload, owner: str, idempotency: str | None = None) -> Job:
        """The job for an upload that has been checked; from here on it is not lost.

        Raises:
            QueueFull, OwnQueueFull: try again later.
            Busy: the same request, sent at the same moment, was not accepted.
            StoreAway: there is no room for it, or no place.
        """
        request = JobRequest(owner, upload.options, len(upload.references), idempotency, upload.fingerprint)
        job = self._repository.admit(request, self._config.max_queue, self._config.max_queue_of(owner))
        if job.state != "arriving":
            return job
        try:
            self._store.put(job.id, PHOTO, upload.photo)
            for number, data in enumerate(upload.references, start=1):
                self._store.put(job.id, reference_name(number), data)
            if upload.for_screen:
                self._store.put(job.id, FOR_SCREEN, b"")
        except Exception:  # whatever it is: a row that nobody waits for would take up a place in the queue
            if idempotency is None:  # then nobody else is at this job; on a full disk its row needs the room
                self._erase(job.id)
            if self._repository.abandon(job.id):
                self._erase(job.id)
            raise
        if self._repository.accept(job.id):
            self._runner.enqueue(job)
        accepted = self._repository.get(job.id)
        if accepted is None:  # the same request, sent at the same moment, could not be stored, or was deleted again
            raise Busy("expected the first request of this Idempotency-Key to succeed, it did not; send it again.", 1)
        return accepted

    def _erase(self, job: str) -> None:
        """Where the store does not answer, the maintenance task comes by."""
        with suppress(StoreAway):
            self._store.forget(job)


def _check_key(key: str | None, came: int) -> None:
    if came > 1:
        raise UsageError(f"expected one, got {came}; send it once.", option="Idempotency-Key")
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise UsageError("expected 1 to 255 plain characters, such as a UUID.", option="Idempotency-Key")
