"""How far a batch is: one live line on a terminal, a plain line now and then elsewhere. All of it on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ...wording import counted
from .. import speech

if TYPE_CHECKING:
    from ...batch.record import Record
    from ...batch.tally import Tally

EVERY_SECONDS: Final = 10.0
"""Pause between the plain lines of a log."""


@contextmanager
def batch_shown() -> Iterator[Callable[[Tally], Callable[[Record], None]]]:
    """Shows a batch's progress while its block runs.

    Yields a function to be called with the batch's counts; that returns another one, to be called with each photo's
    record.
    """
    if not (sys.stderr.isatty() and os.environ.get("TERM") != "dumb"):
        yield _plain
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    # stdout stays ours: Rich would otherwise carry results over to stderr
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=None, told="starting workers")

        def watch(tally: Tally) -> Callable[[Record], None]:
            bar.update(task, total=tally.total, completed=tally.done)

            def tell(record: Record) -> None:
                if record.error:
                    bar.console.print(failure_line(record), markup=False, highlight=False, soft_wrap=True)
                bar.update(task, completed=tally.done, told=so_far(tally))

            return tell

        yield watch


def so_far(tally: Tally) -> str:
    """How far a batch is: "opened 12, unchanged 30, failed 1, 4.2 a second, 3 min 20 s left"."""
    from ...batch.tally import in_words

    counts = [f"{state} {count}" for state, count in sorted(tally.counts.items(), key=_order)]
    speed = [f"{tally.per_second:.2g} a second"] if tally.per_second else []
    left = tally.seconds_left
    return ", ".join([*counts, *speed, *([f"{in_words(left)} left"] if left is not None else [])])


def failure_line(record: Record) -> str:
    """The one line of a photo that failed."""
    where = "" if record.name in record.error else f"{record.name}: "
    return speech.one_line(f"open-the-eyes: {where}{record.error}")


def _plain(tally: Tally) -> Callable[[Record], None]:
    told = time.monotonic()
    if tally.done:
        speech.note(f"done already: {tally.done:,} of {counted(tally.total, 'photo')}")

    def tell(record: Record) -> None:
        nonlocal told
        if record.error:
            speech.note(failure_line(record))
        now = time.monotonic()
        if now - told >= EVERY_SECONDS or tally.done == tally.total:
            told = now
            speech.note(f"{tally.done} of {tally.total}: {so_far(tally)}")

    return tell


def _order(entry: tuple[str, int]) -> int:
    return ("opened", "unchanged", "kept", "failed").index(entry[0])
