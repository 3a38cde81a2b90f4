"""Who follows a job's events; and jobs that are for their followers alone, such as a page's previews."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Final

PATIENCE_SECONDS: Final = 30.0
"""How long a job that nobody waits for goes on: a page is loaded again, a phone is without a network for a moment, or
the service was started anew and its pages have yet to find it."""


class Audience:
    """The followers of one process' jobs, from `open` until `close`: before, nobody could come. Safe to share between
    threads.

    Args:
        leave: called, in a thread of its own, with a job that nobody is there for any more.
    """

    def __init__(self, leave: Callable[[str], None]) -> None:
        self._leave = leave
        self._lock, self._is_open = threading.Lock(), False
        self._followers: Counter[str] = Counter()
        self._leaving: dict[str, threading.Timer | None] = {}
        """By job that is for its followers alone, when it will be left; None while somebody is there."""

    def open(self) -> None:
        with self._lock:
            self._is_open = True
            for job in self._leaving:
                self._look(job)

    def expect(self, job: str) -> None:
        """From now on the job is worked on only while somebody follows it, or may yet come to do so."""
        with self._lock:
            self._leaving.setdefault(job, None)
            self._look(job)

    async def following(self, job: str, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Hands on the events of a job; its follower counts as present until they end, or nobody takes them any
        more."""
        self._change(job, 1)
        try:
            async for event in events:
                yield event
        finally:
            self._change(job, -1)

    def close(self) -> None:
        """Stops leaving jobs: the process that comes after this one sees to them."""
        with self._lock:
            self._is_open = False
            for timer in self._leaving.values():
                if timer is not None:
                    timer.cancel()
            self._leaving.clear()

    def _change(self, job: str, by: int) -> None:
        with self._lock:
            self._followers[job] += by
            if not self._followers[job]:
                del self._followers[job]
            self._look(job)

    def _look(self, job: str) -> None:
        """Starts the timer of a job that nobody follows, and stops that of one that somebody does."""
        if not self._is_open or job not in self._leaving:
            return
        timer = self._leaving[job]
        if self._followers[job] and timer is not None:
            timer.cancel()
            self._leaving[job] = None
        elif not self._followers[job] and timer is None:
            timer = self._leaving[job] = threading.Timer(PATIENCE_SECONDS, self._over, [job])
            timer.daemon = True
            timer.start()

    def _over(self, job: str) -> None:
        with self._lock:
            if self._leaving.get(job) is None:  # somebody came at the last moment
                return
            del self._leaving[job]
        self._leave(job)
