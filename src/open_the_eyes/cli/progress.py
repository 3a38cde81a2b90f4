"""How far a photo is: a bar on a terminal, one plain line a photo elsewhere. All of it on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import speech


@contextmanager
def shown(name: str, number: int = 1, total: int = 1) -> Iterator[Callable[[str, float], None]]:
    """Shows how far a photo is while its block runs; the bar is gone when the block ends.

    Yields a function to be called with (stage, fraction of the whole photo 0..1).
    """
    name = speech.printable(name)
    title = name if total == 1 else f"{number}/{total} {name}"
    if not (sys.stderr.isatty() and os.environ.get("TERM") != "dumb"):
        speech.note(f"{title} ...")
        yield lambda stage, fraction: None  # noqa: ARG005 -- a log wants one line a photo, not one a stage
        return

    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[title]}"),
        BarColumn(),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
    )
    # stdout stays ours: Rich would otherwise carry results over to stderr
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=1.0, title=escape(title), stage="")
        yield lambda stage, fraction: bar.update(task, completed=fraction, stage=escape(stage))
