"""The workers of a batch: handed photos, watched, replaced when they die; a photo that kills them is found out."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from ..errors import NoCapacity, OpenTheEyesError
from ..system import windows_api
from .plan import Item
from .record import Record, failed, given_up
from .stop_signals import STOP_SIGNALS
from .worker import GPU_FAILED, StartFailed, WorkerConfig, limited_threads, worker_main

MAX_TASKS_PER_WORKER: Final = 1000
"""Photos after which a worker is replaced, so that whatever a library leaks stays small."""
MAX_WORKER_DEATHS: Final = 2
"""Most workers that a photo may cost. At the second try it is alone, so that no other photo is taken for the
culprit."""
MAX_FAILED_STARTS: Final = 3
"""Most workers in a row that may die, or hang, before they are ready."""
START_SECONDS: Final = 300.0
"""Time after which a worker that is not ready hangs: libraries are loaded in seconds, from a slow drive in a minute or
two."""
POLL_SECONDS: Final = 0.5


@dataclass(slots=True)
class _Task:
    item: Item
    deaths: int = 0
    began: float = 0.0


@dataclass(eq=False, slots=True)
class _Worker:
    """One process and what it has in hand; `lost` once it cannot be talked to any more."""

    config: WorkerConfig
    process: BaseProcess
    pipe: Connection
    started: float
    ready: bool = False
    lost: bool = False
    done: int = 0
    tasks: dict[str, _Task] = field(default_factory=dict)

    def takes(self, task: _Task) -> bool:
        """Whether it can be handed this photo now."""
        alone = task.deaths > 0 or any(one.deaths for one in self.tasks.values())
        room = not self.tasks if alone else len(self.tasks) < self.config.slot.at_once
        return self.ready and not self.lost and room and self.done + len(self.tasks) < MAX_TASKS_PER_WORKER


class _TaskQueue:
    """What is to be handed out: photos that cost a worker or lost one first, then new ones, asked for one by one."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self._tasks: deque[_Task] = deque()

    def peek(self) -> _Task | None:
        if not self._tasks and (item := next(self._items, None)) is not None:
            self._tasks.append(_Task(item))
        return self._tasks[0] if self._tasks else None

    def pop(self) -> None:
        self._tasks.popleft()

    def put_back(self, task: _Task) -> None:
        self._tasks.appendleft(task)


class WorkerPool:
    """Worker processes, one a config.

    Args:
        timeout: seconds that one photo may take.
    """

    def __init__(self, configs: Sequence[WorkerConfig], timeout: float) -> None:
        self._timeout: Final = timeout
        self._context: Final = multiprocessing.get_context("spawn")  # a fork would copy locks and threads in any state
        self._failed_starts = 0
        self._workers: list[_Worker] = []
        try:
            self._workers += [self._started(config) for config in configs]
        except BaseException:
            self.close()
            raise

    @property
    def in_flight(self) -> int:
        """Photos that are being done."""
        return sum(len(worker.tasks) for worker in self._workers)

    def imap_unordered(self, items: Iterable[Item], stop: Callable[[], bool] = lambda: False) -> Iterator[Record]:
        """A record for every item, as they are finished; the next ones are asked for only when there is room.

        Args:
            stop: once it says so, what is in hand is finished and nothing else begun.

        Raises:
            OpenTheEyesError: what keeps workers from starting at all.
        """
        waiting = _TaskQueue(items)
        while True:
            while not stop() and (task := waiting.peek()) is not None:
                free = [worker for worker in self._workers if worker.takes(task)]
                if not free:
                    break
                waiting.pop()
                self._hand(min(free, key=lambda worker: len(worker.tasks)), task, waiting)
            if not self.in_flight and (stop() or waiting.peek() is None):
                return
            yield from self._collected(waiting)

    def close(self) -> None:
        """Ends the workers: those with a photo in hand at once, the others when they have heard of it."""
        for worker in self._workers:
            if worker.tasks:
                worker.process.kill()
            with suppress(OSError):
                worker.pipe.send(None)
        for worker in self._workers:
            _end(worker.process)
            worker.pipe.close()
        self._workers.clear()

    def _started(self, config: WorkerConfig) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=worker_main, args=(theirs, config), name="open-the-eyes-worker", daemon=True
        )
        with limited_threads(config.slot.threads), _signals_blocked():
            process.start()
        theirs.close()
        return _Worker(config, process, ours, time.monotonic())

    def _hand(self, worker: _Worker, task: _Task, waiting: _TaskQueue) -> None:
        task.began = time.monotonic()
        try:
            worker.pipe.send(task.item)
            worker.tasks[task.item.name] = task
        except OSError:  # it has just died, and of something else
            waiting.put_back(task)
            worker.lost = True
            worker.process.kill()  # should it still be ending: only what is dead is replaced

    def _collected(self, waiting: _TaskQueue) -> Iterator[Record]:
        """Waits a moment for workers, and gives the records of what they finished or could not finish."""
        watched = {worker.pipe: worker for worker in self._workers}  # one handle each: Windows waits on 63 at most
        heard = [watched[one] for one in connection.wait(list(watched), POLL_SECONDS)]  # type: ignore[index]
        silent = [worker for worker in self._workers if worker not in heard and not worker.process.is_alive()]
        for worker in (*heard, *silent):
            yield from self._received(worker, waiting)
        now = time.monotonic()
        for worker in self._workers:
            late = [task for task in worker.tasks.values() if now - task.began > self._timeout]
            if late:
                worker.process.kill()
                worker.process.join()
                for task in late:
                    worker.tasks.pop(task.item.name)
                    yield given_up(task.item, worker.config.fingerprint, self._timeout, now - task.began)
                for task in worker.tasks.values():
                    waiting.put_back(task)  # none of their fault
                worker.tasks.clear()
                self._replace(worker)
            elif not worker.ready and now - worker.started > START_SECONDS:
                worker.process.kill()
                worker.process.join()
                self._count_failed_start(f"it was not ready within {START_SECONDS:g} seconds")
                self._replace(worker)

    def _received(self, worker: _Worker, waiting: _TaskQueue) -> Iterator[Record]:
        """Everything a worker has sent; and if it is dead, what becomes of its photos."""
        try:
            while worker.pipe.poll():
                message = worker.pipe.recv()
                if isinstance(message, StartFailed):
                    raise NoCapacity(_no_start(str(message)))
                if isinstance(message, OpenTheEyesError):
                    raise message
                if message == "ready":
                    worker.ready, self._failed_starts = True, 0
                    continue
                name, record = message
                worker.tasks.pop(name)
                worker.done += 1
                yield record
        except (EOFError, OSError):
            _end(worker.process)
        if worker.process.is_alive():
            if worker.done >= MAX_TASKS_PER_WORKER and not worker.tasks:
                self._replace(worker)
            return
        worker.process.join()
        yield from self._reaped(worker, waiting)

    def _reaped(self, worker: _Worker, waiting: _TaskQueue) -> Iterator[Record]:
        how = _cause_of_death(worker.process.exitcode)
        if not worker.ready:
            self._count_failed_start(f"it ended before it was ready ({how})")
        for task in worker.tasks.values():
            task.deaths += 1
            if task.deaths < MAX_WORKER_DEATHS:
                waiting.put_back(task)
            else:
                yield failed(
                    task.item,
                    worker.config.fingerprint,
                    f"expected a photo that can be worked on, {task.deaths} workers ended over it ({how}); fewer "
                    "--workers leave each more memory.",
                    NoCapacity.exit_code,
                    time.monotonic() - task.began,
                )
        worker.tasks.clear()
        self._replace(worker)

    def _count_failed_start(self, why: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= MAX_FAILED_STARTS:
            raise NoCapacity(_no_start(why))

    def _replace(self, worker: _Worker) -> None:
        with suppress(OSError):
            worker.pipe.send(None)
        worker.pipe.close()
        self._workers[self._workers.index(worker)] = self._started(worker.config)


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Ctrl-C and its like wait while a process is being started: the new one is born deaf to them, and does not die
    half made."""
    if not hasattr(signal, "pthread_sigmask"):
        with windows_api.deaf_to_ctrl_c():  # where it does not wait, but is lost
            yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        resource_tracker.ensure_running()  # the first process would start it, which lets Ctrl-C through again
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(process: BaseProcess) -> None:
    """Lets a process end that is about to, and sees to it that it does."""
    process.join(5)
    if process.is_alive():
        process.kill()
        process.join()


def _cause_of_death(code: int | None) -> str:
    """How a process ended, for people."""
    if code == -9:
        return "killed by the system, perhaps for lack of memory"
    if code == GPU_FAILED:
        return "its GPU failed"
    with suppress(ValueError):
        return signal.Signals(-(code or 0)).name
    return f"exit code {code}"


def _no_start(why: str) -> str:
    return f"workers: expected to start one, {why}; run `open-the-eyes doctor`, or take fewer --workers."
